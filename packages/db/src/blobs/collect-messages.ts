import type { BlobEncoding } from '@stepledger/contract';
import type { Db } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';

/**
 * Removes those messages of some chains that no exchange's chain holds any more. Call it in the transaction that
 * removed the exchanges, after it did so, and `collectBlobs` with the answer.
 *
 * A chain is named by its last message. What is kept: a message that an exchange ends in, one that a message outside
 * these chains follows, and all before such a one. Locked first for the same reason as blobs.
 *
 * @returns the contents of the removed messages, which may be garbage too.
 */
export async function collectMessages(
  db: Db,
  projectId: string,
  tips: readonly Buffer[],
): Promise<{ sha256: Buffer; encoding: BlobEncoding }[]> {
  if (tips.length === 0) return [];
  const sql = inTransaction(db);
  await sql.query(
    `${CHAINS}
    SELECT 1 FROM message m WHERE m.project_id = $1 AND m.hash IN (SELECT hash FROM chain)
    ORDER BY m.hash FOR UPDATE OF m`,
    [projectId, tips],
  );
  return sql.query(
    `${CHAINS}, kept AS (
      SELECT c.hash, c.parent_hash FROM chain c
      WHERE EXISTS (SELECT FROM exchange e WHERE e.project_id = $1 AND e.prompt_hash = c.hash)
        OR EXISTS (SELECT FROM message n WHERE n.project_id = $1 AND n.parent_hash = c.hash
          AND NOT EXISTS (SELECT FROM chain o WHERE o.hash = n.hash))
      UNION
      SELECT m.hash, m.parent_hash FROM kept k JOIN message m ON m.project_id = $1 AND m.hash = k.parent_hash
    )
    DELETE FROM message m USING chain c
    WHERE m.project_id = $1 AND m.hash = c.hash AND NOT EXISTS (SELECT FROM kept k WHERE k.hash = m.hash)
    RETURNING m.sha256, m.encoding`,
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
