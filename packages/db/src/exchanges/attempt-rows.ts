import { type BodyContent, type ExchangesService, LedgerError } from '@stepledger/contract';
import type { BlobRef } from '../blobs/stored-blob.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import type { CommitScope } from '../ledger/part.ts';
import { toHeadersJson } from './headers-json.ts';

type AttemptInput = Parameters<ExchangesService['complete']>[0]['attempts'][number];

/** An attempt as it came in; where its response may only be given, it is a `BodyContent`. */
export type SentAttempt<Body> = Omit<AttemptInput, 'response'> & { response?: Body | undefined };

/** One HTTP attempt, as the statement reads it from JSON; hashes are hexadecimal. */
export type AttemptRow = ReturnType<typeof toAttemptRow>;

/**
 * Numbers the attempts, those without a number from 1 in the order given, and stores their bodies by `store`.
 *
 * @throws BAD_INPUT when two have one number: the second would be lost.
 */
export function toAttemptRows<Body>(
  attempts: readonly SentAttempt<Body>[],
  store: (body: Body | BodyContent, attempt: number) => BlobRef,
): AttemptRow[] {
  const numbers = attempts.map(({ attempt }, index) => attempt ?? index + 1);
  const twice = numbers.findIndex((number, index) => numbers.indexOf(number) < index);
  if (twice !== -1) {
    const path = `attempts[${twice}].attempt`;
    throw new LedgerError('BAD_INPUT', { issues: [{ path, reason: 'is the number of one before' }] });
  }
  return attempts.map((sent, index) => toAttemptRow(sent, { attempt: numbers[index] ?? 0, store }));
}

export function toAttemptRow<Body>(
  sent: SentAttempt<Body>,
  { attempt, store }: { attempt: number; store: (body: Body | BodyContent, attempt: number) => BlobRef },
) {
  const request = sent.request === undefined ? null : store(sent.request, attempt);
  const response = sent.response === undefined ? null : store(sent.response, attempt);
  return {
    attempt,
    status: sent.status,
    http_status: sent.httpStatus,
    url: toExactJsonOrNull(sent.url),
    content_type: sent.contentType,
    headers: toHeadersJson(sent.headers),
    request_sha256: request?.sha256.toString('hex'),
    request_encoding: request?.encoding,
    response_sha256: response?.sha256.toString('hex'),
    response_encoding: response?.encoding,
    error: toExactJsonOrNull(sent.error),
    started_at: sent.startedAt,
    first_byte_ms: sent.firstByteMs,
    total_ms: sent.totalMs,
  };
}

/**
 * Writes the attempts that are not stored yet, as `new_attempts`; `from` names what they wait for.
 *
 * One that another call stores meanwhile refuses the statement, whose next turn then knows it: with ON CONFLICT, bodies
 * would be stored that nothing refers to.
 */
export function writeAttempts(
  { statement, project }: CommitScope,
  { exchangeId, attempts, from }: { exchangeId: string; attempts: readonly AttemptRow[]; from: string },
): void {
  if (attempts.length === 0) return;
  const id = statement.bind(exchangeId, 'uuid');
  statement.with(
    'new_attempts',
    `INSERT INTO exchange_attempt (project_id, exchange_id, attempt, status, http_status, url, content_type, headers,
      request_sha256, request_encoding, response_sha256, response_encoding, error, started_at, first_byte_ms, total_ms)
    SELECT ${project}, ${id}, a.attempt, a.status, a.http_status, a.url, a.content_type, a.headers,
      decode(a.request_sha256, 'hex'), a.request_encoding, decode(a.response_sha256, 'hex'), a.response_encoding,
      a.error, a.started_at, a.first_byte_ms, a.total_ms
    FROM ${from}, jsonb_to_recordset(${statement.bind(JSON.stringify(attempts), 'jsonb')})
      AS a(attempt int, status text, http_status int, url text, content_type text, headers text, request_sha256 text,
        request_encoding text, response_sha256 text, response_encoding text, error text, started_at timestamptz,
        first_byte_ms int, total_ms int)
    WHERE NOT EXISTS (SELECT FROM exchange_attempt k
      WHERE k.project_id = ${project} AND k.exchange_id = ${id} AND k.attempt = a.attempt)
    RETURNING exchange_id, attempt, response_sha256`,
  );
}
