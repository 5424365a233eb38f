import type { Change } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { type RunTarget, runIdOf, targetNotFound, toTargetRow } from './run-target.ts';

/** A run whose row the transaction has locked. */
export interface RunLock {
  readonly projectId: string;
  readonly runId: string;
  readonly revision: number;
  readonly at: string;
}

/** Locks a run for the rest of the transaction. @throws NOT_FOUND */
export async function lockRun(sql: Sql, projectId: string, target: RunTarget): Promise<RunLock> {
  const row = toTargetRow(target);
  const [run] = await sql.query<{ id: string; revision: number; at_ms: number }>(
    `SELECT id, revision, ${MILLISECONDS} FROM run WHERE project_id = $1 AND id = ${runIdOf(row, '$1', '$2::uuid')}
    FOR UPDATE`,
    [projectId, row.id],
  );
  if (!run) throw targetNotFound(target);
  return { projectId, runId: run.id, revision: run.revision, at: new Date(run.at_ms).toISOString() };
}

/** Takes the next revision of a locked run and writes its entry. */
export async function takeRevision(
  sql: Sql,
  { projectId, runId }: RunLock,
  entry: { actor: string; kind: string; changes: readonly Change[] },
): Promise<{ revision: number; at: string }> {
  const [run] = await sql.query<{ revision: number; at_ms: number }>(
    `WITH run_head AS (
      UPDATE run SET revision = revision + 1, last_at = greatest(clock_timestamp(), last_at),
        last_xid = greatest(pg_current_xact_id(), last_xid)
      WHERE project_id = $1 AND id = $2 RETURNING id, revision, last_at, last_xid
    ), new_entry AS (
      INSERT INTO entry (project_id, run_id, revision, at, xid, actor, kind, changes)
      SELECT $1, id, revision, last_at, last_xid, $3, $4, $5::jsonb FROM run_head
    )
    SELECT revision, ${MILLISECONDS} FROM run_head`,
    [projectId, runId, entry.actor, entry.kind, JSON.stringify(entry.changes)],
  );
  if (!run) throw new Error('A locked run went away');
  return { revision: run.revision, at: new Date(run.at_ms).toISOString() };
}

/** The ORM's connections leave times as strings. */
const MILLISECONDS = 'floor(extract(epoch FROM last_at) * 1000)::float8 AS at_ms';
