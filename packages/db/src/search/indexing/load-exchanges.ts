import type { BlobEncoding } from '@stepledger/contract';
import type { Sql } from '../../connection.ts';
import type { Pending } from './pending.ts';
import type { Source } from './source.ts';
import { microseconds, notInherited, type RunRow, toContent, toRun } from './source-rows.ts';

export interface ExchangeRow extends RunRow {
  prompt_hash: Buffer | null;
  closed_at: number | null;
}

export async function loadExchanges(
  sql: Sql,
  projectId: string,
  commits: readonly Pending[],
): Promise<Source[]> {
  if (commits.length === 0) return [];
  const rows = await sql.query<ExchangeRow>(
    `SELECT DISTINCT ON (e.id) ${SELECT_EXCHANGE}
    FROM unnest($2::uuid[], $3::int[]) AS w(run_id, revision)
    JOIN entry t ON t.project_id = $1 AND t.run_id = w.run_id AND t.revision = w.revision
    CROSS JOIN LATERAL jsonb_array_elements(t.changes) AS c(change)
    JOIN exchange e ON e.project_id = $1 AND e.run_id = t.run_id
      AND e.id = CASE c.change->>'what' WHEN 'exchange' THEN (c.change->>'id')::uuid END
    ${JOIN_EXCHANGES}
    ORDER BY e.id`,
    [projectId, commits.map(({ id }) => id), commits.map(({ revision }) => revision)],
  );
  return toExchangeSources(sql, projectId, { rows, anew: false });
}

export const SELECT_EXCHANGE = `e.id, ${microseconds('e.opened_at')} AS at, ${microseconds('e.closed_at')} AS closed_at,
    e.run_id, e.opened_revision AS revision, e.step_id, s.name AS step, r.workflow_id, e.prompt_hash,
    e.response_sha256 AS sha256, e.response_encoding AS encoding, e.response_size AS size`;
export const JOIN_EXCHANGES = `JOIN run r ON r.project_id = e.project_id AND r.id = e.run_id
    AND ${notInherited('e.opened_revision')}
  LEFT JOIN step s ON s.project_id = e.project_id AND s.id = e.step_id`;

export async function toExchangeSources(
  sql: Sql,
  projectId: string,
  { rows, anew }: { rows: readonly ExchangeRow[]; anew: boolean },
): Promise<Source[]> {
  const sources: Source[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    for (const message of await loadMessages(sql, projectId, { row, anew })) {
      const name = `${row.run_id} ${message.messageHash?.toString('hex')}`;
      if (!seen.has(name)) sources.push(message);
      seen.add(name);
    }
    if (row.sha256 !== null && row.closed_at !== null) {
      sources.push({
        ...toExchange(row),
        item: 0,
        type: 'a',
        at: row.closed_at,
        content: { ...toContent(row), format: 'body' },
      });
    }
  }
  return sources;
}

interface MessageRow {
  hash: Buffer;
  depth: number;
  format: 'text' | 'json';
  sha256: Buffer;
  encoding: BlobEncoding;
  size: number;
  message_count: number;
}

/**
 * The messages of an exchange that the run has not sent before: a known one is known with all before it.
 *
 * @param anew also those that are indexed as the exchange's own.
 */
async function loadMessages(
  sql: Sql,
  projectId: string,
  { row, anew }: { row: ExchangeRow; anew: boolean },
): Promise<Source[]> {
  if (row.prompt_hash === null) return [];
  const messages = await sql.query<MessageRow>(
    `WITH RECURSIVE chain AS (
      SELECT m.hash, m.parent_hash, m.format, m.sha256, m.encoding, 0 AS depth FROM message m
      WHERE m.project_id = $1 AND m.hash = $3 AND ${UNKNOWN}
      UNION ALL
      SELECT m.hash, m.parent_hash, m.format, m.sha256, m.encoding, c.depth + 1
      FROM chain c JOIN message m ON m.project_id = $1 AND m.hash = c.parent_hash
      WHERE ${UNKNOWN}
    )
    SELECT c.hash, c.depth, c.format, c.sha256, c.encoding, b.size, e.message_count
    FROM chain c JOIN blob b ON b.project_id = $1 AND b.sha256 = c.sha256 AND b.encoding = c.encoding
    JOIN exchange e ON e.project_id = $1 AND e.id = $4
    ORDER BY c.depth DESC`,
    [projectId, row.run_id, row.prompt_hash, row.id, anew],
  );
  return messages.map((message) => ({
    ...toExchange(row),
    item: message.message_count - message.depth,
    type: 'm',
    content: { ...toContent(message), format: message.format },
    messageHash: message.hash,
  }));
}

/** SQL of whether the run $2 has no message `m` in the index, or, for $5, only as one of the exchange $4. */
const UNKNOWN = `NOT EXISTS (SELECT FROM search_message k
  WHERE k.project_id = $1 AND k.run_id = $2::uuid AND k.hash = m.hash AND (NOT $5 OR k.exchange_id <> $4::uuid))`;

function toExchange(row: ExchangeRow) {
  return {
    id: row.id,
    at: row.at,
    run: toRun(row),
    names: row.step === null ? [] : [row.step],
    kind: null,
    tags: [],
  };
}
