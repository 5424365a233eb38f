import {
  changedStepSchema,
  completeStepInput,
  failStepInput,
  getStepInput,
  listStepsInput,
  startStepInput,
  stepPageSchema,
  stepSchema,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const stepsRouter = router({
  /**
   * Starts a step, or takes it up again; a step is also made by the first write that names it.
   *
   * NOT_FOUND when the run or the parent does not exist, UNKNOWN_STEP when its workflow has no step of this name,
   * INVALID_STATE when the parent is part of the step. A retry with the same idempotency key is safe.
   */
  start: procedure({
    summary: 'Start a step, or take it up again.',
    access: 'write',
    errors: ['NOT_FOUND', 'UNKNOWN_STEP', 'INVALID_STATE'],
  })
    .input(startStepInput)
    .output(changedStepSchema)
    .mutation(({ ctx, input }) => ctx.services.steps.start(input)),

  /** Says that a step is done, and makes it if it is new; NOT_FOUND when the run does not exist. A retry is safe. */
  complete: procedure({
    summary: 'Say that a step is done.',
    access: 'write',
    errors: ['NOT_FOUND', 'UNKNOWN_STEP'],
  })
    .input(completeStepInput)
    .output(changedStepSchema)
    .mutation(({ ctx, input }) => ctx.services.steps.complete(input)),

  /** Says that a step failed, and why; NOT_FOUND when the run does not exist. A retry is safe. */
  fail: procedure({
    summary: 'Say that a step failed, and why.',
    access: 'write',
    errors: ['NOT_FOUND', 'UNKNOWN_STEP'],
  })
    .input(failStepInput)
    .output(changedStepSchema)
    .mutation(({ ctx, input }) => ctx.services.steps.fail(input)),

  /** Reads a step by its name and key, now or in the past; NOT_FOUND when the run or the step does or did not exist. */
  get: procedure({
    summary: 'Read a step by its name and key.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(getStepInput)
    .output(stepSchema)
    .query(({ ctx, input }) => ctx.services.steps.get(input)),

  /** Lists the steps of a run, now or in the past, in the order in which they began; NOT_FOUND without the run. */
  list: procedure({
    summary: 'List the steps of a run in order.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listStepsInput)
    .output(stepPageSchema)
    .query(({ ctx, input }) => ctx.services.steps.list(input)),
});
