import {
  type Attempt,
  type BlobEncoding,
  type Exchange,
  type ExchangeSummary,
  type ExchangesService,
  LedgerError,
  type Message,
  type Page,
  type Parse,
} from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import { toBlob } from '../blobs/stored-blob.ts';
import type { Bind } from '../connection.ts';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { fromExactJson, fromExactJsonOrNull } from '../exact-json.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime, toTimeOrNull } from '../time.ts';
import { type ExchangeRow, SELECT_EXCHANGE, toSummary } from './exchange-row.ts';

type Input<Method extends keyof ExchangesService> = Parameters<ExchangesService[Method]>[0];

/** Reads an exchange with its messages, response, attempts and parses: four statements, whatever it holds. */
export async function getExchange(context: StoreContext, { exchangeId }: Input<'get'>): Promise<Exchange> {
  const { connection, scope } = context;
  const [row] = await connection.query<ExchangeRow>(
    `${SELECT_EXCHANGE} WHERE e.project_id = $1 AND e.id = $2`,
    [scope.projectId, exchangeId],
  );
  if (!row) throw new LedgerError('NOT_FOUND', { type: 'exchange', id: exchangeId });
  if (row.purged || !row.prompt_hash)
    throw new LedgerError('PURGED', { type: 'exchange', id: exchangeId, version: 1 });
  const [chain, attempts, parses] = await Promise.all([
    readChain(context, row.prompt_hash),
    readAttempts(context, exchangeId),
    readParses(context, exchangeId),
  ]);
  const response = { sha256: row.response_sha256, encoding: row.response_encoding };
  const texts = await readTexts(context, [...chain, response]);
  return {
    ...toSummary(row),
    messages: chain.map(
      (message): Message => ({ role: message.role, format: message.format, content: texts(message) ?? '' }),
    ),
    variables: fromExactJsonOrNull(row.variables),
    parameters: fromExactJsonOrNull(row.parameters),
    responseText: texts(response),
    attempts,
    parses,
  };
}

interface MessageRow {
  role: string;
  format: 'text' | 'json';
  sha256: Buffer;
  encoding: BlobEncoding;
}

/** The conversation from its first message to the one that the exchange names. */
function readChain({ connection, scope }: StoreContext, tip: Buffer): Promise<MessageRow[]> {
  return connection.query<MessageRow>(
    `WITH RECURSIVE chain AS (
      SELECT m.hash, m.parent_hash, m.role, m.format, m.sha256, m.encoding, 0 AS depth
      FROM message m WHERE m.project_id = $1 AND m.hash = $2
      UNION ALL
      SELECT m.hash, m.parent_hash, m.role, m.format, m.sha256, m.encoding, c.depth + 1
      FROM chain c JOIN message m ON m.project_id = $1 AND m.hash = c.parent_hash
    )
    SELECT role, format, sha256, encoding FROM chain ORDER BY depth DESC`,
    [scope.projectId, tip],
  );
}

interface AttemptRow {
  attempt: number;
  status: 'completed' | 'failed';
  http_status: number | null;
  request_sha256: Buffer | null;
  request_encoding: BlobEncoding | null;
  request_size: number | null;
  response_sha256: Buffer | null;
  response_encoding: BlobEncoding | null;
  response_size: number | null;
  error: string | null;
  started_at: Date | null;
  first_byte_ms: number | null;
  total_ms: number | null;
}

async function readAttempts({ connection, scope }: StoreContext, exchangeId: string): Promise<Attempt[]> {
  const rows = await connection.query<AttemptRow>(
    `SELECT a.*, q.size AS request_size, p.size AS response_size
    FROM exchange_attempt a
    LEFT JOIN blob q
      ON q.project_id = a.project_id AND q.sha256 = a.request_sha256 AND q.encoding = a.request_encoding
    LEFT JOIN blob p
      ON p.project_id = a.project_id AND p.sha256 = a.response_sha256 AND p.encoding = a.response_encoding
    WHERE a.project_id = $1 AND a.exchange_id = $2 ORDER BY a.attempt`,
    [scope.projectId, exchangeId],
  );
  return rows.map((row) => ({
    attempt: row.attempt,
    status: row.status,
    httpStatus: row.http_status,
    request: toBlobOrNull(row.request_sha256, row.request_encoding, row.request_size),
    response: toBlobOrNull(row.response_sha256, row.response_encoding, row.response_size),
    error: fromExactJsonOrNull(row.error),
    startedAt: toTimeOrNull(row.started_at),
    firstByteMs: row.first_byte_ms,
    totalMs: row.total_ms,
  }));
}

function toBlobOrNull(sha256: Buffer | null, encoding: BlobEncoding | null, size: number | null) {
  return sha256 && encoding && size !== null ? toBlob({ sha256, encoding, size }) : null;
}

interface ParseRow {
  id: string;
  exchange_id: string;
  attempt: number;
  parser: string;
  parser_version: string;
  status: 'completed' | 'failed';
  error: string | null;
  error_offset: number | null;
  revision: number;
  at: Date;
}

async function readParses({ connection, scope }: StoreContext, exchangeId: string): Promise<Parse[]> {
  const rows = await connection.query<ParseRow>(
    `SELECT id, exchange_id, attempt, parser, parser_version, status, error, error_offset, revision, at
    FROM parse WHERE project_id = $1 AND exchange_id = $2 ORDER BY attempt`,
    [scope.projectId, exchangeId],
  );
  return rows.map((row) => ({
    id: row.id,
    exchangeId: row.exchange_id,
    attempt: row.attempt,
    parser: row.parser,
    parserVersion: row.parser_version,
    status: row.status,
    error: row.error === null ? null : fromExactJson<string>(row.error),
    errorOffset: row.error_offset,
    revision: row.revision,
    at: toTime(row.at),
  }));
}

/** In the order of a run's ledger; across runs in the order in which they were made. */
export async function listExchanges(
  context: StoreContext,
  input: Input<'list'>,
): Promise<Page<ExchangeSummary>> {
  const { connection, scope } = context;
  const { runId, step, status, cursor, limit } = input;
  if (step && runId === undefined) {
    throw new LedgerError('BAD_INPUT', { issues: [{ path: 'step', reason: 'needs runId' }] });
  }
  const values: Bind[] = [scope.projectId];
  const bind = (value: Bind): string => `$${values.push(value)}`;
  const where = ['e.project_id = $1'];
  if (runId !== undefined) where.push(`e.run_id = ${bind(runId)}`);
  if (step) where.push(`s.name = ${bind(step.name)}`);
  if (step?.key !== undefined) where.push(`s.key = ${bind(step.key)}`);
  if (status !== undefined) where.push(STATUS[status]);
  const list = runId === undefined ? 'exchanges' : 'exchanges of a run';
  if (runId === undefined) {
    const after = fromCursor(list, ['uuid'], cursor);
    if (after) where.push(`e.id > ${bind(after[0] ?? null)}::uuid`);
  } else {
    const after = fromCursor(list, ['number', 'uuid'], cursor);
    if (after) {
      where.push(
        `(e.opened_revision, e.id) > (${bind(after[0] ?? null)}::int, ${bind(after[1] ?? null)}::uuid)`,
      );
    }
  }
  const rows = await connection.query<ExchangeRow>(
    `${SELECT_EXCHANGE} WHERE ${where.join(' AND ')}
    ORDER BY ${runId === undefined ? 'e.id' : 'e.opened_revision, e.id'} LIMIT ${bind(limit + 1)}`,
    values,
  );
  if (rows.length === 0 && runId !== undefined) await requireRun(connection, scope.projectId, runId);
  return toPage(rows, limit, {
    toItem: toSummary,
    toCursor: (row) => toCursor(list, runId === undefined ? [row.id] : [row.opened_revision, row.id]),
  });
}

const OPEN = `e.status IN ('pending', 'streaming')`;
const STATUS: Record<NonNullable<Input<'list'>['status']>, string> = {
  pending: `${OPEN} AND e.status = 'pending' AND (e.lease_until IS NULL OR e.lease_until > now())`,
  streaming: `${OPEN} AND e.status = 'streaming' AND (e.lease_until IS NULL OR e.lease_until > now())`,
  interrupted: `${OPEN} AND e.lease_until <= now()`,
  completed: `e.status = 'completed'`,
  failed: `e.status = 'failed'`,
  unparsed: `e.status = 'completed' AND e.parsed_revision IS NULL`,
};
