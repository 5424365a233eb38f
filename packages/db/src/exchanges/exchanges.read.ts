import {
  type Attempt,
  type BlobEncoding,
  type Exchange,
  type ExchangesService,
  LedgerError,
  type Message,
} from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import { toBlob } from '../blobs/stored-blob.ts';
import { toContextRef } from '../context/manifest-hash.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { findRevision } from '../ledger/as-of.ts';
import { readParses } from '../parses/parses.read.ts';
import type { StoreContext } from '../store-context.ts';
import { toTimeOrNull } from '../time.ts';
import { type ExchangeRow, SELECT_EXCHANGE, selectExchangeAsOf, toSummary } from './exchange-row.ts';

const NO_TEXT = { sha256: null, encoding: null };

type Input<Method extends keyof ExchangesService> = Parameters<ExchangesService[Method]>[0];

/**
 * Reads an exchange with its messages, response, attempts and parses: four statements, whatever it holds. What is not
 * wished is not read.
 */
export async function getExchange(
  context: StoreContext,
  { exchangeId, withPrompt, withResponse, asOf }: Input<'get'>,
): Promise<Exchange> {
  const revision = asOf ? await findRevision(context, { exchangeId }, asOf) : null;
  const row = await readRow(context, exchangeId, revision);
  if (!row) throw new LedgerError('NOT_FOUND', { type: 'exchange', id: exchangeId });
  if (row.purged || !row.prompt_hash)
    throw new LedgerError('PURGED', { type: 'exchange', id: exchangeId, version: 1 });
  const [chain, attempts, parses] = await Promise.all([
    withPrompt ? readChain(context, row.prompt_hash) : [],
    // While it is open, attempts come and go without a revision.
    revision !== null && row.closed_revision === null ? [] : readAttempts(context, exchangeId),
    readParses(context, exchangeId, revision),
  ]);
  const response = withResponse ? { sha256: row.response_sha256, encoding: row.response_encoding } : NO_TEXT;
  const built = withPrompt ? { sha256: row.context_sha256, encoding: row.context_encoding } : NO_TEXT;
  const texts = await readTexts(context, [...chain, response, built]);
  const manifest = texts(built);
  return {
    ...toSummary(row),
    messages: chain.map(
      (message): Message => ({ role: message.role, format: message.format, content: texts(message) ?? '' }),
    ),
    variables: withPrompt ? fromExactJsonOrNull(row.variables) : null,
    uses: row.uses,
    context: manifest === null ? null : toContextRef(manifest),
    parameters: fromExactJsonOrNull(row.parameters),
    memoKey: row.asked_memo_key?.toString('hex') ?? null,
    responseText: texts(response),
    attempts,
    parses,
  };
}

async function readRow(
  { connection, scope }: StoreContext,
  exchangeId: string,
  revision: number | null,
): Promise<ExchangeRow | undefined> {
  const [row] =
    revision === null
      ? await connection.query<ExchangeRow>(`${SELECT_EXCHANGE} WHERE e.project_id = $1 AND e.id = $2`, [
          scope.projectId,
          exchangeId,
        ])
      : await connection.query<ExchangeRow>(
          `${selectExchangeAsOf('$3')} WHERE e.project_id = $1 AND e.id = $2 AND e.opened_revision <= $3`,
          [scope.projectId, exchangeId, revision],
        );
  return row;
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
  url: string | null;
  content_type: string | null;
  headers: string | null;
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
    url: fromExactJsonOrNull(row.url),
    contentType: row.content_type,
    headers: fromExactJsonOrNull(row.headers),
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
