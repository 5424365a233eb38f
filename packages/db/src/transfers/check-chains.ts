import type { Sql } from '../connection.ts';
import { badLine } from './bad-line.ts';
import type { RunBatch } from './run-batch.ts';

/**
 * Refuses exchanges that count other messages than their conversation has: what is shown and searched is numbered by it.
 *
 * @throws BAD_INPUT
 */
export async function checkChains(
  sql: Sql,
  projectId: string,
  { exchange, message }: Pick<RunBatch, 'exchange' | 'message'>,
): Promise<void> {
  const parents = new Map(message.map(({ hash, parent }) => [hash, parent]));
  const tips = exchange.flatMap(({ message: tip }) => tip ?? []);
  const roots = [...tips, ...parents.values()].filter(
    (hash): hash is string => hash !== null && !parents.has(hash),
  );
  const lengths = await findLengths(sql, projectId, [...new Set(roots)]);
  for (const { index, message: tip, messageCount } of exchange) {
    if (tip === null) continue;
    const length = lengthOf(tip, { parents, lengths });
    if (length !== messageCount) throw badLine(index, 'messageCount', `must be ${length}`);
  }
}

/** Goes back to a message whose place is known, and remembers all on the way. */
function lengthOf(
  tip: string,
  { parents, lengths }: { parents: ReadonlyMap<string, string | null>; lengths: Map<string, number> },
): number {
  const way: string[] = [];
  let hash: string | null = tip;
  while (hash !== null && !lengths.has(hash)) {
    way.push(hash);
    hash = parents.get(hash) ?? null;
  }
  let length = hash === null ? 0 : (lengths.get(hash) ?? 0);
  for (const passed of way.reverse()) lengths.set(passed, ++length);
  return length;
}

/** Of conversations that are here: as an exchange counts them, else by going through them. */
async function findLengths(
  sql: Sql,
  projectId: string,
  tips: readonly string[],
): Promise<Map<string, number>> {
  if (tips.length === 0) return new Map();
  const counted = await sql.query<{ hash: string; length: number }>(
    `SELECT encode(t.hash, 'hex') AS hash, x.message_count AS length
    FROM unnest($2::bytea[]) AS t(hash) CROSS JOIN LATERAL (
      SELECT e.message_count FROM exchange e WHERE e.project_id = $1 AND e.prompt_hash = t.hash LIMIT 1) x`,
    [projectId, tips.map((hash) => Buffer.from(hash, 'hex'))],
  );
  const lengths = new Map(counted.map(({ hash, length }) => [hash, length]));
  for (const tip of tips) {
    if (!lengths.has(tip)) lengths.set(tip, await countMessages(sql, projectId, tip));
  }
  return lengths;
}

async function countMessages(sql: Sql, projectId: string, tip: string): Promise<number> {
  const [row] = await sql.query<{ length: number }>(
    `WITH RECURSIVE chain AS (
      SELECT m.parent_hash FROM message m WHERE m.project_id = $1 AND m.hash = $2
      UNION ALL
      SELECT m.parent_hash FROM chain c JOIN message m ON m.project_id = $1 AND m.hash = c.parent_hash
    )
    SELECT count(*)::int AS length FROM chain`,
    [projectId, Buffer.from(tip, 'hex')],
  );
  return row?.length ?? 0;
}
