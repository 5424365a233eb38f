import {
  type BlobEncoding,
  type ExchangeStatus,
  type ExchangesService,
  LedgerError,
  type ReceivedExchange,
} from '@stepledger/contract';
import { createBlobsStore } from '../blobs/blobs.store.ts';
import { toBlobId } from '../blobs/stored-blob.ts';
import type { StoreContext } from '../store-context.ts';
import { explainExchange } from './exchanges.part.ts';
import { MAX_CHUNK_BYTES, STATUS, STREAM_BYTES } from './stream-row.ts';

interface ReceivedRow {
  status: ExchangeStatus;
  attempt: number | null;
  size: number;
  /** Of the chunks that hold the bytes from the offset on, where the first begins, and their bytes. */
  start: number | null;
  bytes: Buffer | null;
  /** The response that the attempt was stored with. */
  sha256: Buffer | null;
  encoding: BlobEncoding | null;
}

/** What one answer carries. */
const PAGE_BYTES = 1024 * 1024;

/** Reads what has arrived of the last attempt of an open exchange. */
export async function readReceived(
  context: StoreContext,
  { exchangeId, offset }: Parameters<ExchangesService['received']>[0],
): Promise<ReceivedExchange> {
  const { connection, scope } = context;
  const [row] = await connection.query<ReceivedRow>(
    `SELECT ${STATUS} AS status, e.stream_attempt AS attempt, ${STREAM_BYTES} AS size, stored.*,
      a.response_sha256 AS sha256, a.response_encoding AS encoding
    FROM exchange e
    CROSS JOIN LATERAL (
      SELECT min(c.byte_offset) AS start, string_agg(c.bytes, ''::bytea ORDER BY c.byte_offset) AS bytes
      FROM exchange_chunk c
      WHERE c.project_id = e.project_id AND c.exchange_id = e.id AND c.attempt = e.stream_attempt
        AND c.byte_offset > $3::int - ${MAX_CHUNK_BYTES} AND c.byte_offset < $3::int + ${PAGE_BYTES}
    ) stored
    LEFT JOIN exchange_attempt a
      ON a.project_id = e.project_id AND a.exchange_id = e.id AND a.attempt = e.stream_attempt
    WHERE e.project_id = $1 AND e.id = $2 AND e.status IN ('pending', 'streaming')`,
    [scope.projectId, exchangeId, offset],
  );
  if (!row) throw await refusal(context, exchangeId);
  const { status, attempt, size } = row;
  const bytes = await bytesFrom(context, row, offset);
  return {
    exchangeId,
    status,
    attempt: attempt ?? 1,
    offset,
    bytes: { base64: bytes.toString('base64') },
    size,
  };
}

async function bytesFrom(
  context: StoreContext,
  { start, bytes, sha256, encoding }: ReceivedRow,
  offset: number,
): Promise<Buffer> {
  if (sha256 && encoding) {
    const blob = await createBlobsStore(context).get({ id: toBlobId({ sha256, encoding }) });
    return Buffer.from(blob.bytes).subarray(offset, offset + PAGE_BYTES);
  }
  if (bytes === null || start === null) return Buffer.alloc(0);
  return bytes.subarray(offset - start, offset - start + PAGE_BYTES);
}

async function refusal({ connection, scope }: StoreContext, exchangeId: string): Promise<LedgerError> {
  const allowed = ['pending', 'streaming', 'interrupted'];
  const reason = await explainExchange(connection, scope, { exchangeId, allowed });
  return reason ?? new LedgerError('NOT_FOUND', { type: 'exchange', id: exchangeId });
}
