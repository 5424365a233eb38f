import type { Sql } from '../connection.ts';

/**
 * Removes the chunks of blobs that were removed in this transaction, but for those that other blobs hold too.
 *
 * Everything below a root is locked, since a list goes with its children: two calls at once that remove the last two
 * lists with a chunk would each see the other's. A writer that shares a chunk meanwhile waits in its foreign key check,
 * which it makes last and in the same order; it is then refused and tries again with the bytes in hand.
 *
 * Arrays, `OFFSET 0` and `IS FALSE` leave PostgreSQL no other way than indexes and hash tables: where it guesses that a
 * tree has many rows, it would read all chunks of the project.
 *
 * @param roots no two blobs share one.
 */
export async function collectChunks(sql: Sql, projectId: string, roots: readonly Buffer[]): Promise<void> {
  if (roots.length === 0) return;
  await sql.query(
    `${TREES}
    SELECT 1 FROM chunk c WHERE c.project_id = $1 AND c.sha256 = ANY (ARRAY(SELECT sha256 FROM tree))
    ORDER BY c.sha256 FOR UPDATE OF c`,
    [projectId, roots],
  );
  await sql.query(
    `${TREES}, kept (sha256) AS (
      SELECT c.child_sha256 FROM chunk_child c
      WHERE c.project_id = $1 AND c.child_sha256 = ANY (ARRAY(SELECT sha256 FROM tree))
        AND (c.parent_sha256 IN (SELECT sha256 FROM tree)) IS FALSE
      UNION
      SELECT below.sha256 FROM kept k CROSS JOIN LATERAL ${childrenOf('k.sha256')} below
    ), garbage AS (
      SELECT sha256 FROM tree EXCEPT SELECT sha256 FROM kept
    ), children AS (
      DELETE FROM chunk_child c
      WHERE c.project_id = $1 AND c.parent_sha256 = ANY (ARRAY(SELECT sha256 FROM garbage))
    )
    DELETE FROM chunk c WHERE c.project_id = $1 AND c.sha256 = ANY (ARRAY(SELECT sha256 FROM garbage))`,
    [projectId, roots],
  );
}

function childrenOf(hash: string): string {
  return `(SELECT c.child_sha256 AS sha256 FROM chunk_child c
    WHERE c.project_id = $1 AND c.parent_sha256 = ${hash} OFFSET 0)`;
}

/** The roots and all below them, each chunk once however many lists hold it. */
const TREES = `WITH RECURSIVE tree (sha256) AS (
    SELECT unnest($2::bytea[])
    UNION
    SELECT below.sha256 FROM tree t CROSS JOIN LATERAL ${childrenOf('t.sha256')} below
  )`;
