import type { ExchangesService, RecordedAttempt } from '@stepledger/contract';
import { blobsPart } from '../blobs/blobs.part.ts';
import { type BlobBag, openBag } from '../blobs/stored-blob.ts';
import type { CommitScope } from '../ledger/part.ts';
import { toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { type AttemptRow, toAttemptRow, writeAttempts } from './attempt-rows.ts';
import {
  type Body,
  givenBody,
  isStreamed,
  readStreams,
  StreamMoved,
  type StreamState,
  storeBody,
  whileStreamMoves,
} from './streams.ts';
import { touchExchange, writeOpen } from './write-open.ts';

type Input = Parameters<ExchangesService['attempt']>[0];

/**
 * Stores a finished attempt of an exchange that is still open, so that its bodies outlive whoever made it.
 *
 * Its response is from then on the attempt's: its chunks go, and nothing more can be appended for it.
 */
export function recordAttempt(context: StoreContext, input: Input): Promise<RecordedAttempt> {
  const { exchangeId, attempt, response } = input;
  const request = toRequest('exchanges.attempt', input);
  return whileStreamMoves(async () => {
    const wanted = isStreamed(response) ? [{ attempt, bytes: response.streamed }] : [];
    const streams = wanted.length > 0 ? await readStreams(context, { exchangeId, wanted, request }) : null;
    const bag = await openBag(context.connection, context.scope.projectId, [
      input.request,
      givenBody(response),
    ]);
    const row = toAttemptRow<Body>(input, {
      attempt,
      store: (body) => storeBody(body, { bag, streams, attempt }),
    });
    const seen = streams?.seen;
    return writeOpen(context, {
      request,
      exchangeId,
      writes: [(scope, id) => writeAttempt(scope, id, { exchangeId, row, bag, seen })],
      // The only condition besides that it is open.
      explain: async () =>
        seen ? new StreamMoved(exchangeId, { expected: seen.bytes ?? 0, actual: 0 }) : null,
    });
  });
}

interface NewAttempt {
  readonly exchangeId: string;
  readonly row: AttemptRow;
  readonly bag: BlobBag;
  readonly seen: StreamState | undefined;
}

function writeAttempt(
  scope: CommitScope,
  id: string,
  { exchangeId, row, bag, seen }: NewAttempt,
): Readonly<Record<string, string>> {
  const { statement, project } = scope;
  const number = statement.bind(row.attempt, 'int');
  const isNew = `NOT EXISTS (SELECT FROM exchange_attempt k
    WHERE k.project_id = ${project} AND k.exchange_id = e.id AND k.attempt = ${number})`;
  const ends = `coalesce(e.stream_attempt, 0) <= ${number} AND ${isNew}`;
  touchExchange(scope, id, {
    sets: row.response_sha256
      ? [
          `stream_attempt = CASE WHEN ${ends} THEN ${number} ELSE e.stream_attempt END`,
          `stream_bytes = CASE WHEN ${ends} THEN NULL ELSE e.stream_bytes END`,
        ]
      : [],
    where: seen
      ? [
          `ROW(e.stream_attempt, e.stream_bytes) IS NOT DISTINCT FROM
            ROW(${statement.bind(seen.attempt, 'int')}, ${statement.bind(seen.bytes, 'int')})`,
        ]
      : [],
  });
  // One that is stored already is kept, and of this one nothing is stored.
  statement.with('fresh', `SELECT e.id FROM the_exchange e WHERE ${isNew}`);
  blobsPart(bag, 'fresh').write(scope);
  writeAttempts(scope, { exchangeId, attempts: [row], from: 'fresh' });
  statement.with(
    'folded_chunks',
    `DELETE FROM exchange_chunk c USING new_attempts a
    WHERE c.project_id = ${project} AND c.exchange_id = a.exchange_id AND c.attempt = a.attempt
      AND a.response_sha256 IS NOT NULL`,
  );
  return { exchangeId: 'x.id', attempt: number };
}
