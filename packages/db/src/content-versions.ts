import { createHash } from 'node:crypto';
import { LedgerError } from '@stepledger/contract';
import stringify from 'safe-stable-stringify';

/**
 * Tells whether two versions hold the same: a hash over JSON, which escapes lone surrogates where UTF-8 would give all
 * of them the same bytes, with sorted keys, since the order of metadata's keys means nothing.
 */
export function hashContent(content: unknown): Buffer {
  return createHash('sha256')
    .update(stringify(content) ?? '')
    .digest();
}

/** Refuses a write that was made for another newest version; 0 stands for none. @throws VERSION_CONFLICT */
export function checkExpectedVersion(
  what: { type: string; id: string },
  { expected, actual }: { expected: number | undefined; actual: number },
): void {
  if (expected === undefined || expected === actual) return;
  throw new LedgerError('VERSION_CONFLICT', { ...what, expected, actual });
}
