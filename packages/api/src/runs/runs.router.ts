import {
  changedRunSchema,
  completeRunInput,
  deletedRunSchema,
  deleteRunInput,
  diffRunsInput,
  getRunInput,
  listRunsInput,
  runDiffSchema,
  runPageSchema,
  runSchema,
  startedRunSchema,
  startRunInput,
  updateRunInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const runsRouter = router({
  /**
   * Starts a run, or finds the one that has this key already and leaves it unchanged.
   *
   * NOT_FOUND when the workflow that it names does not exist. A retry is safe.
   */
  start: procedure({
    summary: 'Start a run, or find the one with this key.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(startRunInput)
    .output(startedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.start(input)),

  /**
   * Reads a run by id or by key, now or as of a revision or time.
   *
   * NOT_FOUND when there is none, or was none then.
   */
  get: procedure({
    summary: 'Read a run by id or by key.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(getRunInput)
    .output(runSchema)
    .query(({ ctx, input }) => ctx.services.runs.get(input)),

  /** Lists the runs of this project, page by page, of one workflow or status if wished. */
  list: procedure({
    summary: 'List runs, by workflow and status.',
    access: 'read',
    errors: [],
  })
    .input(listRunsInput)
    .output(runPageSchema)
    .query(({ ctx, input }) => ctx.services.runs.list(input)),

  /**
   * Changes a run's goal or metadata.
   *
   * Refuses with VERSION_CONFLICT when the run is no longer at the revision `expectedVersion`; nothing is then
   * stored. NOT_FOUND when there is none. A retry with the same idempotency key is safe.
   */
  update: procedure({
    summary: "Change a run's goal or metadata.",
    access: 'write',
    errors: ['NOT_FOUND', 'VERSION_CONFLICT'],
  })
    .input(updateRunInput)
    .output(changedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.update(input)),

  /**
   * Says how a run ended, or takes a finished one up again with `status: 'running'`.
   *
   * A status, not a seal: the run takes writes as before. NOT_FOUND when there is none. A retry is safe.
   */
  complete: procedure({
    summary: 'Say how a run ended, or take it up again.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(completeRunInput)
    .output(changedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.complete(input)),

  /**
   * Tells what differs between two runs, or between two revisions of one: steps, exchanges, documents with patches.
   *
   * Of two runs it also names the first divergence and what caused it. NOT_FOUND when there is no such run, or was none
   * then.
   */
  diff: procedure({
    summary: 'Compare two runs, or two revisions of a run.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(diffRunsInput)
    .output(runDiffSchema)
    .query(({ ctx, input }) => ctx.services.runs.diff(input)),

  /**
   * Deletes a run with its whole ledger: steps, exchanges, documents, links, entries.
   *
   * There is no way back, so it needs admin access. NOT_FOUND when there is none. A retry with the same
   * idempotency key is safe.
   */
  delete: procedure({
    summary: 'Delete a run with its whole ledger.',
    access: 'admin',
    errors: ['NOT_FOUND'],
  })
    .input(deleteRunInput)
    .output(deletedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.delete(input)),
});
