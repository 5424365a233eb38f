import type { ChangedStep, StepsService } from '@stepledger/contract';
import { commit } from '../ledger/commit.ts';
import { findAnswer, mutateOnce, toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';
import { type StepChange, stepStatusPart } from './steps.part.ts';
import { findStep, getStep, listSteps, type StepRow } from './steps.read.ts';

type Input<Method extends keyof StepsService> = Parameters<StepsService[Method]>[0];

export function createStepsStore(context: StoreContext): StepsService {
  return {
    start: (input) => startStep(context, input),
    complete: (input) =>
      changeStep(context, input, { procedure: 'steps.complete', status: 'completed', change: 'complete' }),
    fail: (input) =>
      changeStep(context, input, {
        procedure: 'steps.fail',
        status: 'failed',
        change: 'fail',
        error: input.error,
      }),
    get: (input) => getStep(context, input),
    list: (input) => listSteps(context, input),
  };
}

async function startStep(context: StoreContext, input: Input<'start'>): Promise<ChangedStep> {
  const request = toRequest('steps.start', input);
  const known = await findStep(context, input);
  if (known?.status !== 'running' || !(await isWithin(context, known, input))) {
    return changeStep(context, input, {
      procedure: 'steps.start',
      status: 'running',
      change: 'start',
      ...(input.parent ? { parent: input.parent } : {}),
    });
  }
  const answer = await findAnswer(context, request);
  if (answer !== null) return JSON.parse(answer) as ChangedStep;
  // It runs already: nothing changes, so no revision is taken.
  return mutateOnce(context, request, async () => ({
    runId: input.runId,
    revision: known.started_revision,
    at: toTime(known.started_at),
    stepId: known.id,
    status: 'running' as const,
  }));
}

/** Whether a step stands where the call wants it: a step that a write has made has no parent yet. */
async function isWithin(
  context: StoreContext,
  step: StepRow,
  { runId, parent }: Input<'start'>,
): Promise<boolean> {
  if (!parent) return true;
  return (await findStep(context, { runId, step: parent }))?.id === step.parent_step_id;
}

function changeStep(
  context: StoreContext,
  input: Input<'complete'>,
  { procedure, ...change }: StepChange & { procedure: string },
): Promise<ChangedStep> {
  const names = [input.step.name, ...(change.parent ? [change.parent.name] : [])];
  return commit(context, {
    request: toRequest(procedure, input),
    target: { runId: input.runId },
    change: { steps: names },
    known: { status: change.status },
    parts: [stepStatusPart(input.step, change)],
  });
}
