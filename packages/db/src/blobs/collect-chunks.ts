import type { Sql } from '../connection.ts';

/**
 * Removes the chunks of blobs that were removed in this transaction, but for those that other blobs hold too.
 *
 * All of them are locked by one statement, in the order of their hashes, and looked at by the next, for the same reason
 * as blobs: two calls at once that remove the last two lists with a chunk would each see the other's. Everything below
 * a root is locked, since a list goes with its children.
 *
 * A writer that shares a chunk meanwhile waits in its foreign key check for our end, is refused, and tries again with
 * the bytes in hand. It takes these locks last and in the same order, as we do, so that nothing waits in a circle.
 */
export async function collectChunks(sql: Sql, projectId: string, roots: readonly Buffer[]): Promise<void> {
  if (roots.length === 0) return;
  await sql.query(
    `${TREES}
    SELECT 1 FROM chunk c WHERE c.project_id = $1 AND c.sha256 IN (SELECT sha256 FROM tree)
    ORDER BY c.sha256 FOR UPDATE OF c`,
    [projectId, roots],
  );
  await sql.query(
    `${TREES}, kept (sha256) AS (
      SELECT t.sha256 FROM tree t
      JOIN chunk_child c ON c.project_id = $1 AND c.child_sha256 = t.sha256
      WHERE NOT EXISTS (SELECT FROM tree o WHERE o.sha256 = c.parent_sha256)
      UNION
      SELECT c.child_sha256 FROM kept k JOIN chunk_child c ON c.project_id = $1 AND c.parent_sha256 = k.sha256
    ), garbage AS (
      SELECT sha256 FROM tree EXCEPT SELECT sha256 FROM kept
    ), children AS (
      DELETE FROM chunk_child c USING garbage g WHERE c.project_id = $1 AND c.parent_sha256 = g.sha256
    )
    DELETE FROM chunk c USING garbage g WHERE c.project_id = $1 AND c.sha256 = g.sha256`,
    [projectId, roots],
  );
}

/** The roots and all below them, each chunk once however many lists hold it. */
const TREES = `WITH RECURSIVE tree (sha256) AS (
    SELECT unnest($2::bytea[])
    UNION
    SELECT c.child_sha256 FROM tree t JOIN chunk_child c ON c.project_id = $1 AND c.parent_sha256 = t.sha256
  )`;
