import type { Sql } from '../connection.ts';
import type { BlobKey } from './collect-blobs.ts';

/** The contents of all messages of some chains. */
export async function findContents(sql: Sql, projectId: string, tips: readonly Buffer[]): Promise<BlobKey[]> {
  if (tips.length === 0) return [];
  return sql.query(
    `${CHAINS}
    SELECT DISTINCT m.sha256, m.encoding FROM chain c JOIN message m ON m.project_id = $1 AND m.hash = c.hash`,
    [projectId, tips],
  );
}

/**
 * Removes those messages of some chains that no exchange's chain holds any more.
 *
 * A chain is named by its last message. What is kept: a message that an exchange ends in, one that a message outside
 * these chains follows, and all before such a one.
 */
export async function collectMessages(sql: Sql, projectId: string, tips: readonly Buffer[]): Promise<void> {
  if (tips.length === 0) return;
  await sql.query(
    `${CHAINS}
    SELECT 1 FROM message m WHERE m.project_id = $1 AND m.hash IN (SELECT hash FROM chain)
    ORDER BY m.hash FOR UPDATE OF m`,
    [projectId, tips],
  );
  await sql.query(
    `${CHAINS}, kept AS (
      SELECT c.hash, c.parent_hash FROM chain c
      WHERE EXISTS (SELECT FROM exchange e WHERE e.project_id = $1 AND e.prompt_hash = c.hash)
        OR EXISTS (SELECT FROM message n WHERE n.project_id = $1 AND n.parent_hash = c.hash
          AND NOT EXISTS (SELECT FROM chain o WHERE o.hash = n.hash))
      UNION
      SELECT m.hash, m.parent_hash FROM kept k JOIN message m ON m.project_id = $1 AND m.hash = k.parent_hash
    )
    DELETE FROM message m USING chain c
    WHERE m.project_id = $1 AND m.hash = c.hash AND NOT EXISTS (SELECT FROM kept k WHERE k.hash = m.hash)`,
    [projectId, tips],
  );
}

/** The messages of the chains, each once however many exchanges sent it. */
const CHAINS = `WITH RECURSIVE chain AS (
    SELECT m.hash, m.parent_hash FROM message m WHERE m.project_id = $1 AND m.hash = ANY ($2::bytea[])
    UNION
    SELECT m.hash, m.parent_hash FROM chain c
    JOIN message m ON m.project_id = $1 AND m.hash = c.parent_hash
  )`;
