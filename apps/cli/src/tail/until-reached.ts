import { setTimeout as sleep } from 'node:timers/promises';
import { isLedgerError } from '@stepledger/client';

const RETRY_MS = 1000;

/** Tries a read again for as long as nobody answers: who follows a ledger waits for its server anyway. */
export async function untilReached<Result>(
  read: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  while (true) {
    try {
      return await read();
    } catch (error) {
      const isAway = ['UNREACHABLE', 'UNAVAILABLE', 'TIMEOUT'] as const;
      if (!isAway.some((code) => isLedgerError(error, code))) throw error;
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}
