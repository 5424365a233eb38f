import type { AppRouter } from '@stepledger/api';
import type { TRPCLink } from '@trpc/client';
import { isRecord } from '../errors/to-stepledger-error.ts';

/** Their repetition changes nothing by itself, and they come so often or are so large that remembering each would be waste. */
const WITHOUT_KEY = new Set([
  'exchanges.append',
  'exchanges.heartbeat',
  'exchanges.attempt',
  'documents.renew',
  'transfers.import',
]);

/**
 * Gives every mutation that needs one an idempotency key, unless the caller chose it.
 *
 * It stands before the retries, so that all tries of one call carry the same key.
 */
export function idempotencyLink(): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) => {
      if (op.type !== 'mutation' || !isRecord(op.input) || WITHOUT_KEY.has(op.path)) return next(op);
      if (op.input['idempotencyKey'] !== undefined) return next(op);
      return next({ ...op, input: { ...op.input, idempotencyKey: newIdempotencyKey() } });
    };
}

/** 128 random bits. Not randomUUID, which browsers keep from pages that came over plain http. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
