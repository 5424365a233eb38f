import { LedgerError, type RunStatus } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { CommitScope, Written } from './part.ts';
import { type RunTarget, runIdOf, toTargetRow } from './run-target.ts';

/** What a commit changes in the run itself or checks of it. */
export interface RunChange {
  /** A step that the run's workflow must allow. */
  readonly steps?: readonly string[];
  readonly expectedRevision?: number | undefined;
  readonly status?: RunStatus;
  /** JSON text; null takes the goal away. */
  readonly goal?: string | null;
  /** JSON. */
  readonly metadata?: string;
}

/** Locks the run and takes its next revision; without a row here nothing of the commit is written. */
export function writeRunHead(scope: CommitScope, target: RunTarget, change: RunChange = {}): Written {
  const { statement, project } = scope;
  const sets = [
    'revision = run.revision + 1',
    // Taken after the lock, since now() is the statement's start: it went backwards in 192 of 400 writes.
    'last_at = greatest(clock_timestamp(), run.last_at)',
    // Who waits longest for the lock need not get it first: without this, 35 to 70 of 1,000 entries by 8 writers would
    // stand before the one of the revision below in the feed over all runs.
    'last_xid = greatest(pg_current_xact_id(), run.last_xid)',
  ];
  if (change.goal !== undefined) sets.push(`goal = ${statement.bind(change.goal, 'text')}`);
  if (change.metadata !== undefined) sets.push(`metadata = ${statement.bind(change.metadata, 'jsonb')}`);
  if (change.status !== undefined) {
    sets.push(`status = ${statement.bind(change.status, 'text')}`);
    sets.push(`finished_revision = ${change.status === 'running' ? 'NULL' : 'run.revision + 1'}`);
  }
  const changesState = [change.goal, change.metadata, change.status].some((value) => value !== undefined);
  const row = toTargetRow(target);
  const runId = runIdOf(row, project, statement.bind(row.id, 'uuid'));
  const where = [`run.project_id = ${project}`, `run.id = ${runId}`];
  if (change.steps && change.steps.length > 0) {
    where.push(`(run.step_names IS NULL OR run.step_names @> ${statement.bind(change.steps, 'text[]')})`);
  }
  if (change.expectedRevision !== undefined) {
    where.push(`run.revision = ${statement.bind(change.expectedRevision, 'int')}`);
  }
  statement.with(
    'run_head',
    `UPDATE run SET ${sets.join(', ')} WHERE ${where.join(' AND ')}
    RETURNING run.id, run.revision, run.last_at, run.last_xid, run.status${changesState ? ', run.goal, run.metadata, run.finished_revision' : ''}`,
  );
  if (changesState) {
    statement.with(
      'new_run_state',
      `INSERT INTO run_state (project_id, run_id, revision, status, goal, metadata, finished_revision)
      SELECT ${project}, r.id, r.revision, r.status, r.goal, r.metadata, r.finished_revision FROM run_head r`,
    );
  }
  return {};
}

/** Why the run could not be written to; null when it can. */
export function explainRun(run: FoundRun, change: RunChange = {}): LedgerError | null {
  const unknown = change.steps?.find((step) => run.step_names !== null && !run.step_names.includes(step));
  if (unknown !== undefined) {
    return new LedgerError('UNKNOWN_STEP', {
      step: unknown,
      workflow: run.workflow ?? '',
      allowed: run.step_names ?? [],
    });
  }
  if (change.expectedRevision !== undefined && change.expectedRevision !== run.revision) {
    const { expectedRevision: expected } = change;
    return new LedgerError('VERSION_CONFLICT', { type: 'run', id: run.id, expected, actual: run.revision });
  }
  return null;
}

interface FoundRun {
  id: string;
  revision: number;
  step_names: string[] | null;
  workflow: string | null;
}

export async function findRun(sql: Sql, projectId: string, target: RunTarget): Promise<FoundRun | undefined> {
  const row = toTargetRow(target);
  const [run] = await sql.query<FoundRun>(
    `SELECT r.id, r.revision, r.step_names, w.name AS workflow
    FROM run r LEFT JOIN workflow w ON w.project_id = r.project_id AND w.id = r.workflow_id
    WHERE r.project_id = $1 AND r.id = ${runIdOf(row, '$1', '$2::uuid')}`,
    [projectId, row.id],
  );
  return run;
}
