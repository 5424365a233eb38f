import {
  type BlobEncoding,
  type BodyContent,
  LedgerError,
  LIMITS,
  type StreamedBody,
} from '@stepledger/contract';
import type { BlobBag, BlobRef } from '../blobs/stored-blob.ts';
import { findAnswer, type MutationRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';

/** A body as a call gives it: the bytes themselves, or how many of them were appended before. */
export type Body = BodyContent | StreamedBody;

/** What an exchange's row says of its stream; it moves with every append. */
export interface StreamState {
  readonly attempt: number | null;
  /** Null once the attempt is stored with its response. */
  readonly bytes: number | null;
}

/** What was appended to an exchange, read for a call that makes bodies of it. */
export interface Streams {
  /** As it was when read: what is stored then must be refused when it has moved. */
  readonly seen: StreamState;
  /** By attempt; of the last one also under `LAST`. Bytes are not stored as a blob yet. */
  readonly bodies: ReadonlyMap<number, BlobRef | Buffer>;
}

/** Stands for the last attempt that anything was appended for or that was stored with its response. */
export const LAST = 0;

/** An attempt whose appended bytes a call wants, and how many it says there are. */
export interface WantedStream {
  readonly attempt: number;
  /** Undefined takes what there is; nothing at all is then no body. */
  readonly bytes?: number | undefined;
}

/** What one call may make bodies of, so that it holds no more than this in memory: 64 MiB. */
const MAX_FOLDED_BYTES = 4 * LIMITS.maxTextBytes;

interface StreamRow {
  is_open: boolean;
  stream_attempt: number | null;
  stream_bytes: number | null;
  wanted: number;
  attempt: number | null;
  size: number;
  sha256: Buffer | null;
  encoding: BlobEncoding | null;
}

/**
 * Reads what was appended for the attempts that a call wants: from its chunks, or the response that it was stored with.
 *
 * @returns null when the exchange is not open: who writes to it then is told why.
 * @throws VERSION_CONFLICT of type `stream` when there are not as many bytes as the call says; TOO_LARGE.
 */
export async function readStreams(
  context: StoreContext,
  { exchangeId, wanted, request }: StreamsOf,
): Promise<Streams | null> {
  const rows = await findStreams(context, exchangeId, wanted);
  const [row] = rows;
  if (!row?.is_open) return null;
  const refusal = mismatch(exchangeId, wanted, rows) ?? tooLarge(rows);
  if (refusal) {
    // A key that was used for another input is the first thing to say.
    await findAnswer(context, request);
    throw refusal;
  }
  const bodies = new Map<number, BlobRef | Buffer>();
  for (const { wanted: number, attempt, size, sha256, encoding } of rows) {
    if (attempt === null) continue;
    const body =
      sha256 && encoding
        ? { sha256, encoding, size }
        : (bodies.get(attempt) ?? (await readChunks(context, { exchangeId, attempt, size })));
    bodies.set(number, body).set(attempt, body);
  }
  return { seen: { attempt: row.stream_attempt, bytes: row.stream_bytes }, bodies };
}

export interface StreamsOf {
  readonly exchangeId: string;
  readonly wanted: readonly WantedStream[];
  readonly request: MutationRequest;
}

function findStreams(
  { connection, scope }: StoreContext,
  exchangeId: string,
  wanted: readonly WantedStream[],
): Promise<StreamRow[]> {
  return connection.query<StreamRow>(
    `SELECT e.status IN ('pending', 'streaming') AS is_open, e.stream_attempt, e.stream_bytes, w.wanted, n.attempt,
      coalesce(b.size, (SELECT sum(octet_length(c.bytes)) FROM exchange_chunk c
        WHERE c.project_id = e.project_id AND c.exchange_id = e.id AND c.attempt = n.attempt), 0)::int AS size,
      b.sha256, b.encoding
    FROM exchange e CROSS JOIN unnest($3::int[]) AS w(wanted)
    CROSS JOIN LATERAL (SELECT CASE w.wanted WHEN ${LAST} THEN e.stream_attempt ELSE w.wanted END AS attempt) n
    LEFT JOIN exchange_attempt a
      ON a.project_id = e.project_id AND a.exchange_id = e.id AND a.attempt = n.attempt
    LEFT JOIN blob b
      ON b.project_id = a.project_id AND b.sha256 = a.response_sha256 AND b.encoding = a.response_encoding
    WHERE e.project_id = $1 AND e.id = $2`,
    [scope.projectId, exchangeId, wanted.map(({ attempt }) => attempt)],
  );
}

function mismatch(
  exchangeId: string,
  wanted: readonly WantedStream[],
  rows: readonly StreamRow[],
): LedgerError | undefined {
  for (const { attempt, bytes } of wanted) {
    const actual = rows.find((row) => row.wanted === attempt)?.size ?? 0;
    if (bytes !== undefined && bytes !== actual) {
      return new LedgerError('VERSION_CONFLICT', { type: 'stream', id: exchangeId, expected: bytes, actual });
    }
  }
  return undefined;
}

function tooLarge(rows: readonly StreamRow[]): LedgerError | undefined {
  const sizes = new Map(rows.filter(({ sha256 }) => !sha256).map(({ attempt, size }) => [attempt, size]));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return bytes > MAX_FOLDED_BYTES
    ? new LedgerError('TOO_LARGE', { limitBytes: MAX_FOLDED_BYTES })
    : undefined;
}

/** Joined by PostgreSQL, so that a stream of single bytes takes no more memory here than any other. */
async function readChunks(
  { connection, scope }: StoreContext,
  { exchangeId, attempt, size }: { exchangeId: string; attempt: number; size: number },
): Promise<Buffer> {
  const [row] = await connection.query<{ bytes: Buffer | null }>(
    `SELECT string_agg(bytes, ''::bytea ORDER BY byte_offset) AS bytes FROM exchange_chunk
    WHERE project_id = $1 AND exchange_id = $2 AND attempt = $3`,
    [scope.projectId, exchangeId, attempt],
  );
  const bytes = row?.bytes ?? Buffer.alloc(0);
  if (bytes.length !== size) throw new StreamMoved(exchangeId, { expected: size, actual: bytes.length });
  return bytes;
}

/** Puts a body into the bag: one that was given, or what was appended for the attempt. */
export function storeBody(
  body: Body,
  { bag, streams, attempt }: { bag: BlobBag; streams: Streams | null; attempt: number },
): BlobRef {
  if (typeof body === 'string' || !('streamed' in body)) return bag.add(body);
  const streamed = streams?.bodies.get(attempt);
  if (streamed === undefined || Buffer.isBuffer(streamed)) return bag.addBytes(streamed ?? Buffer.alloc(0));
  return streamed;
}

export function isStreamed(body: Body | undefined): body is StreamedBody {
  return typeof body === 'object' && 'streamed' in body;
}

/** The bodies of a call that must be in the bag from the start. */
export function givenBody(body: Body | undefined): BodyContent | undefined {
  return isStreamed(body) ? undefined : body;
}

/** The stream moved between its reading and the writing of what was read; reading again tells how it stands. */
export class StreamMoved extends LedgerError<'VERSION_CONFLICT'> {
  constructor(exchangeId: string, { expected, actual }: { expected: number; actual: number }) {
    super('VERSION_CONFLICT', { type: 'stream', id: exchangeId, expected, actual });
  }
}

const MAX_TURNS = 8;

/**
 * Does a piece of work that reads a stream anew when bytes arrived between its reading and its writing.
 *
 * @throws UNAVAILABLE when they never stop to arrive: a writer who waits for nothing is faster than who closes.
 */
export async function whileStreamMoves<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StreamMoved)) throw error;
    }
  }
  throw new LedgerError('UNAVAILABLE', { reason: 'Bytes arrive all the time; try again' });
}
