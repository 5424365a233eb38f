import type { Parse } from '@stepledger/contract';
import { pause } from '../recording/timers.ts';
import { textOfExchange } from '../reparse/exchange-text.ts';
import { askAndStore } from './ask-and-store.ts';
import type { UnreadAnswer } from './ask-llm.ts';
import { type Execution, toOpen } from './execution.ts';

/** An answer that is in the ledger. */
export interface StoredAnswer {
  exchangeId: string;
  raw: string;
  /** How it was read before. */
  parses: readonly Parse[];
  /** Whether the LLM was asked for it just now. */
  called: boolean;
}

interface Asked {
  memoKey: string;
  attempt: number;
  previous: UnreadAnswer | null;
}

const LEASE_SECONDS = 15;
/** The longest pause between two looks at an exchange that another process works on. */
const MAX_PAUSE_MS = 1_000;

/**
 * The answer that the ledger holds under the memo key, or else the LLM's, stored before it is returned.
 *
 * While another process asks for the same answer this one waits for it; when that process is silent for longer than its
 * lease, this one takes over. One that was itself taken over meanwhile takes the other's answer.
 */
export async function obtainAnswer(execution: Execution, asked: Asked): Promise<StoredAnswer> {
  const { context, input, signal } = execution;
  const { leaseSeconds = LEASE_SECONDS } = input;
  const { exchanges } = context.features;
  let { force = false } = input;
  let called = false;
  for (;;) {
    const open = { ...toOpen(execution), leaseSeconds, memoKey: asked.memoKey, force };
    const { created, status, exchangeId, leaseRemainingMs } = await exchanges.open(open, { signal });
    if (created) {
      const leaseMs = leaseSeconds * 1000;
      const raw = await askAndStore(execution, { ...asked, exchangeId, leaseMs });
      if (raw !== null) return { exchangeId, raw, parses: [], called: true };
      called = true;
      force = false;
    } else if (status === 'completed') {
      const exchange = await exchanges.get({ exchangeId }, { signal });
      const raw = await textOfExchange(exchange, context.blobs, { signal });
      return { exchangeId, raw, parses: exchange.parses, called };
    } else await pause(Math.min((leaseRemainingMs ?? 0) + 20, MAX_PAUSE_MS), signal);
    signal.throwIfAborted();
  }
}
