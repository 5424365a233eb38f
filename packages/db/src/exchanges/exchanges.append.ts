import {
  type AppendedExchange,
  type ExchangeLease,
  type ExchangesService,
  LedgerError,
  LIMITS,
} from '@stepledger/contract';
import type { CommitScope } from '../ledger/part.ts';
import { toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { MAX_CHUNK_BYTES, STREAM_BYTES } from './stream-row.ts';
import { touchExchange, writeOpen } from './write-open.ts';

type AppendInput = Parameters<ExchangesService['append']>[0];

/** Renews the lease of an open exchange. */
export function heartbeatExchange(
  context: StoreContext,
  input: Parameters<ExchangesService['heartbeat']>[0],
): Promise<ExchangeLease> {
  return writeOpen(context, {
    request: toRequest('exchanges.heartbeat', input),
    exchangeId: input.exchangeId,
    writes: [
      (scope, id) => {
        touchExchange(scope, id);
        return { exchangeId: 'x.id', status: 'x.status', leaseRemainingMs: 'x.lease_ms' };
      },
    ],
  });
}

/** Stores bytes of a response that is still arriving; those that are stored already are left as they are. */
export async function appendExchange(context: StoreContext, input: AppendInput): Promise<AppendedExchange> {
  const { exchangeId, offset } = input;
  const bytes = Buffer.from(input.bytes.base64, 'base64');
  if (offset + bytes.length > LIMITS.maxTextBytes) {
    throw new LedgerError('TOO_LARGE', { limitBytes: LIMITS.maxTextBytes });
  }
  const append = { ...input, bytes };
  return writeOpen(context, {
    request: toRequest('exchanges.append', input),
    exchangeId,
    writes: [(scope, id) => writeNext(scope, id, append), (scope, id) => repeat(scope, id, append)],
    explain: () => explainAppend(context, append),
  });
}

interface Append {
  readonly exchangeId: string;
  readonly attempt: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

const APPENDED = { exchangeId: 'x.id', attempt: 'x.stream_attempt', size: 'x.stream_bytes' };

/** Goes on where the stream ends, or begins that of a later attempt. */
function writeNext(scope: CommitScope, id: string, { attempt, offset, bytes }: Append): typeof APPENDED {
  const { statement, project } = scope;
  const [number, from] = [statement.bind(attempt, 'int'), statement.bind(offset, 'int')];
  const size = statement.bind(bytes.length, 'int');
  touchExchange(scope, id, {
    sets: [`status = 'streaming'`, `stream_attempt = ${number}`, `stream_bytes = ${from} + ${size}`],
    where: [
      `(e.stream_attempt = ${number} AND e.stream_bytes = ${from}
        OR coalesce(e.stream_attempt, 0) < ${number} AND ${from} = 0)`,
    ],
  });
  statement.with(
    'new_chunk',
    `INSERT INTO exchange_chunk (project_id, exchange_id, attempt, byte_offset, bytes)
    SELECT ${project}, x.id, ${number}, ${from}, ${statement.bind(bytes, 'bytea')}
    FROM the_exchange x WHERE ${size} > 0`,
  );
  return APPENDED;
}

/** The same bytes once more: found as `the_exchange` only when they are stored already, and then nothing is written. */
function repeat(
  { statement, project }: CommitScope,
  id: string,
  { attempt, offset, bytes }: Append,
): typeof APPENDED {
  const [number, from] = [statement.bind(attempt, 'int'), statement.bind(offset, 'int')];
  const [size, sent] = [statement.bind(bytes.length, 'int'), statement.bind(bytes, 'bytea')];
  statement.with(
    'the_exchange',
    `SELECT e.id, e.stream_attempt, e.stream_bytes FROM exchange e
    CROSS JOIN LATERAL (
      SELECT min(c.byte_offset) AS start, string_agg(c.bytes, ''::bytea ORDER BY c.byte_offset) AS bytes
      FROM exchange_chunk c
      WHERE c.project_id = ${project} AND c.exchange_id = e.id AND c.attempt = ${number}
        AND c.byte_offset > ${from} - ${MAX_CHUNK_BYTES} AND c.byte_offset < ${from} + ${size}
    ) stored
    WHERE e.project_id = ${project} AND e.id = ${id} AND e.status IN ('pending', 'streaming')
      AND e.stream_attempt = ${number} AND e.stream_bytes >= ${from} + ${size}
      AND (${size} = 0 OR substring(stored.bytes FROM ${from} - stored.start + 1 FOR ${size}) = ${sent})`,
  );
  return APPENDED;
}

async function explainAppend(
  { connection, scope }: StoreContext,
  { exchangeId, attempt, offset }: Append,
): Promise<LedgerError | null> {
  const [row] = await connection.query<{ attempt: number | null; size: number; ended: boolean }>(
    `SELECT e.stream_attempt AS attempt, ${STREAM_BYTES} AS size,
      e.stream_attempt = $3 AND e.stream_bytes IS NULL AS ended
    FROM exchange e
    WHERE e.project_id = $1 AND e.id = $2`,
    [scope.projectId, exchangeId, attempt],
  );
  const latest = row?.attempt ?? 0;
  const actual = attempt > latest ? 0 : (row?.size ?? 0);
  // What came between the statement and this look may have made room for it.
  if (attempt >= latest && offset === actual && !row?.ended) return null;
  return new LedgerError('VERSION_CONFLICT', { type: 'stream', id: exchangeId, expected: offset, actual });
}
