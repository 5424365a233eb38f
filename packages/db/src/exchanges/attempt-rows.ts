import type { ExchangesService } from '@stepledger/contract';
import type { BlobBag } from '../blobs/stored-blob.ts';
import { toExactJsonOrNull } from '../exact-json.ts';

type Attempts = Parameters<ExchangesService['complete']>[0]['attempts'];

/** One HTTP attempt, as the statement reads it from JSON; hashes are hexadecimal. */
export type AttemptRow = ReturnType<typeof toAttemptRows>[number];

/** Numbers the attempts from 1 and puts their bodies into the bag. */
export function toAttemptRows(attempts: Attempts, bag: BlobBag) {
  return attempts.map((attempt, index) => {
    const request = attempt.request === undefined ? null : bag.add(attempt.request);
    const response = attempt.response === undefined ? null : bag.add(attempt.response);
    return {
      attempt: index + 1,
      status: attempt.status,
      http_status: attempt.httpStatus,
      request_sha256: request?.sha256.toString('hex'),
      request_encoding: request?.encoding,
      response_sha256: response?.sha256.toString('hex'),
      response_encoding: response?.encoding,
      error: toExactJsonOrNull(attempt.error),
      started_at: attempt.startedAt,
      first_byte_ms: attempt.firstByteMs,
      total_ms: attempt.totalMs,
    };
  });
}
