import {
  type ChangedStep,
  LedgerError,
  type Page,
  type Step,
  type StepRef,
  type StepStatus,
  type StepsService,
} from '@stepledger/contract';
import type { Bind, Sql } from '../connection.ts';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { commit } from '../ledger/commit.ts';
import { findAnswer, mutateOnce, toRequest } from '../requests/requests.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime, toTimeOrNull } from '../time.ts';
import { type StepChange, stepStatusPart, toStepName } from './steps.part.ts';

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

interface StepRow {
  id: string;
  run_id: string;
  name: string;
  key: string;
  occurrence: number;
  parent_step_id: string | null;
  status: StepStatus;
  error: string | null;
  started_revision: number;
  finished_revision: number | null;
  started_at: Date;
  finished_at: Date | null;
}

async function findStep(
  { connection, scope }: StoreContext,
  { runId, step }: { runId: string; step: StepRef },
): Promise<StepRow | undefined> {
  return (
    await findSteps(connection, 's.name = $3 AND s.key = $4', [scope.projectId, runId, step.name, step.key])
  )[0];
}

async function getStep(context: StoreContext, input: Input<'get'>): Promise<Step> {
  const row = await findStep(context, input);
  if (row) return toStep(row);
  await requireRun(context.connection, context.scope.projectId, input.runId);
  throw new LedgerError('NOT_FOUND', { type: 'step', id: toStepName(input.step) });
}

async function listSteps({ connection, scope }: StoreContext, input: Input<'list'>): Promise<Page<Step>> {
  const [revision, id] = fromCursor('steps', ['number', 'uuid'], input.cursor) ?? [null, null];
  const rows = await findSteps(
    connection,
    `($3::int IS NULL OR (s.started_revision, s.id) > ($3::int, $4::uuid))
      AND ($5::text IS NULL OR s.name = $5) AND ($6::text IS NULL OR s.status = $6)
    ORDER BY s.started_revision, s.id LIMIT $7`,
    [
      scope.projectId,
      input.runId,
      revision ?? null,
      id ?? null,
      input.name ?? null,
      input.status ?? null,
      input.limit + 1,
    ],
  );
  if (rows.length === 0) await requireRun(connection, scope.projectId, input.runId);
  return toPage(rows, input.limit, {
    toItem: toStep,
    toCursor: (row) => toCursor('steps', [row.started_revision, row.id]),
  });
}

/** The occurrence is counted among the earlier steps of the same name, by the index on (run, name, key). */
function findSteps(sql: Sql, where: string, values: readonly Bind[]): Promise<StepRow[]> {
  return sql.query<StepRow>(
    `SELECT s.id, s.run_id, s.name, s.key, s.parent_step_id, s.status, s.error, s.started_revision,
      s.finished_revision, s.started_at, s.finished_at,
      (SELECT count(*)::int FROM step e WHERE e.project_id = s.project_id AND e.run_id = s.run_id
        AND e.name = s.name AND (e.started_revision, e.id) <= (s.started_revision, s.id)) AS occurrence
    FROM step s WHERE s.project_id = $1 AND s.run_id = $2 AND ${where}`,
    values,
  );
}

function toStep(row: StepRow): Step {
  return {
    id: row.id,
    runId: row.run_id,
    name: row.name,
    key: row.key,
    occurrence: row.occurrence,
    parentStepId: row.parent_step_id,
    status: row.status,
    error: fromExactJsonOrNull(row.error),
    startedRevision: row.started_revision,
    finishedRevision: row.finished_revision,
    startedAt: toTime(row.started_at),
    finishedAt: toTimeOrNull(row.finished_at),
  };
}
