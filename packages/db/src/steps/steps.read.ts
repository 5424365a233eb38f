import {
  LedgerError,
  type Page,
  type Step,
  type StepRef,
  type StepStatus,
  type StepsService,
} from '@stepledger/contract';
import { toPage } from '../cursors.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { findRevision, startPage } from '../ledger/as-of.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime, toTimeOrNull } from '../time.ts';
import { Where } from '../where.ts';
import { toStepName } from './steps.part.ts';

type Input<Method extends keyof StepsService> = Parameters<StepsService[Method]>[0];

export interface StepRow {
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

export async function findStep(
  { connection, scope }: StoreContext,
  { runId, step }: { runId: string; step: StepRef },
  revision: number | null = null,
): Promise<StepRow | undefined> {
  const where = new Where('s', scope.projectId);
  where.and('s.run_id = ? AND s.name = ? AND s.key = ?', runId, step.name, step.key);
  const select = selectStep(where, revision);
  return (await connection.query<StepRow>(`${select} WHERE ${where.sql}`, where.values))[0];
}

export async function getStep(context: StoreContext, input: Input<'get'>): Promise<Step> {
  const { runId, asOf } = input;
  const revision = asOf ? await findRevision(context, { runId }, asOf) : null;
  const row = await findStep(context, input, revision);
  if (row) return toStep(row);
  await requireRun(context.connection, context.scope.projectId, runId);
  throw new LedgerError('NOT_FOUND', { type: 'step', id: toStepName(input.step) });
}

export async function listSteps(context: StoreContext, input: Input<'list'>): Promise<Page<Step>> {
  const { connection, scope } = context;
  const { runId, name, status, limit } = input;
  const types = ['number', 'uuid'] as const;
  const page = await startPage(context, input, { list: 'steps', types, target: { runId } });
  const where = new Where('s', scope.projectId);
  where.and('s.run_id = ?', runId);
  const select = selectStep(where, page.revision);
  if (name !== undefined) where.and('s.name = ?', name);
  if (status !== undefined) where.and(`${stateOf(page.revision)}.status = ?`, status);
  const order = ['s.started_revision', 's.id'];
  where.after(order, types, page);
  const rows = await connection.query<StepRow>(
    `${select} WHERE ${where.sql} ORDER BY ${page.sorted(order)} LIMIT ${where.bind(limit + 1)}`,
    where.values,
  );
  if (rows.length === 0) await requireRun(connection, scope.projectId, runId);
  return toPage(rows, limit, {
    toItem: toStep,
    toCursor: (row) => page.toCursor([row.started_revision, row.id]),
  });
}

/** The alias of what a step shows: its own row, or its state as of a revision. */
function stateOf(revision: number | null): 's' | 't' {
  return revision === null ? 's' : 't';
}

/** The occurrence is counted among the earlier steps of the same name, by the index on (run, name, key). */
function selectStep(where: Where, revision: number | null): string {
  const state = stateOf(revision);
  return `SELECT s.id, s.run_id, s.name, s.key, ${state}.parent_step_id, ${state}.status, ${state}.error,
      s.started_revision, ${state}.finished_revision, s.started_at, ${state}.finished_at,
      (SELECT count(*)::int FROM step e WHERE e.project_id = s.project_id AND e.run_id = s.run_id
        AND e.name = s.name AND (e.started_revision, e.id) <= (s.started_revision, s.id)) AS occurrence
    FROM step s ${revision === null ? '' : joinState(where, revision)}`;
}

/** The newest state up to a revision: one look-up a step; those that began later are not looked at. */
function joinState(where: Where, revision: number): string {
  const number = where.bind(revision);
  where.and(`s.started_revision <= ${number}`);
  return `CROSS JOIN LATERAL (SELECT k.* FROM step_state k
      WHERE k.project_id = s.project_id AND k.step_id = s.id AND k.revision <= ${number}
      ORDER BY k.revision DESC LIMIT 1) t`;
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
