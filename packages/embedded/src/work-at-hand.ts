import type { InFlight } from '@stepledger/api';
import { LedgerError } from '@stepledger/contract';

/** Counts the calls at work, so that a ledger does not close under one whose caller stopped waiting. */
export interface WorkAtHand extends InFlight {
  /** Takes no more work, and waits until what is at work has ended. */
  drain(): Promise<void>;
}

export function createWorkAtHand(name: string): WorkAtHand {
  const running = new Set<Promise<unknown>>();
  let closed = false;
  return {
    async run(work) {
      if (closed) {
        throw new LedgerError('INVALID_STATE', {
          type: 'ledger',
          id: name,
          status: 'closed',
          allowed: ['open'],
        });
      }
      const promise = work();
      running.add(promise);
      try {
        return await promise;
      } finally {
        running.delete(promise);
      }
    },
    async drain() {
      closed = true;
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
