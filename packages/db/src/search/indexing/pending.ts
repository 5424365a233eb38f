import type { Sql } from '../../connection.ts';
import type { CommitScope } from '../../ledger/part.ts';

/** What waits to be indexed: a commit of a run, or a version of a prompt. */
export interface Pending {
  readonly backlog: boolean;
  readonly kind: 'commit' | 'prompt';
  readonly id: string;
  readonly revision: number;
}

/** Pending rows that are worked on at once. */
const BATCH = 100;
/** For how long other servers leave what one is at to it. */
const TAKEN_SECONDS = 10;

/**
 * Adds to a commit the row that says what waits to be indexed: one a commit, whatever it writes.
 *
 * The texts are indexed after the write, and before the next search. Within the call, 8 writers of steps with three
 * documents got a third as far (`docs/search.md`).
 */
export function awaitIndexing({ statement, project }: CommitScope): void {
  statement.with(
    'new_pending',
    `INSERT INTO search_pending (project_id, backlog, kind, id, revision)
    SELECT ${project}, false, 'commit', r.id, r.revision FROM run_head r`,
  );
}

const COLUMNS = 'p.backlog, p.kind, p.id, p.revision';

/** The next that wait, what was written lately before the backlog; also what another server is at. */
export function readPending(sql: Sql, projectId: string): Promise<Pending[]> {
  return sql.query(
    `SELECT ${COLUMNS} FROM search_pending p WHERE p.project_id = $1
    ORDER BY p.backlog, p.kind, p.id, p.revision LIMIT ${BATCH}`,
    [projectId],
  );
}

/** The next that wait and that no other server is at. */
export function takePending(sql: Sql, projectId: string): Promise<Pending[]> {
  return sql.query(
    `WITH next AS (
      SELECT n.backlog, n.kind, n.id, n.revision FROM search_pending n
      WHERE n.project_id = $1 AND (n.taken_until IS NULL OR n.taken_until < clock_timestamp())
      ORDER BY n.backlog, n.kind, n.id, n.revision LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
    )
    UPDATE search_pending p SET taken_until = clock_timestamp() + interval '${TAKEN_SECONDS} seconds'
    FROM next n
    WHERE p.project_id = $1 AND p.backlog = n.backlog AND p.kind = n.kind AND p.id = n.id AND p.revision = n.revision
    RETURNING ${COLUMNS}`,
    [projectId],
  );
}

/** Whether a batch is all that there was. */
export function isLast(batch: readonly Pending[]): boolean {
  return batch.length < BATCH;
}

export async function dropPending(sql: Sql, projectId: string, batch: readonly Pending[]): Promise<void> {
  await sql.query(
    `DELETE FROM search_pending p USING unnest($2::text[], $3::text[], $4::text[], $5::int[])
      AS d(backlog, kind, id, revision)
    WHERE p.project_id = $1 AND p.backlog = d.backlog::boolean AND p.kind = d.kind AND p.id = d.id::uuid
      AND p.revision = d.revision`,
    [
      projectId,
      batch.map(({ backlog }) => String(backlog)),
      batch.map(({ kind }) => kind),
      batch.map(({ id }) => id),
      batch.map(({ revision }) => revision),
    ],
  );
}
