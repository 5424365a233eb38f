import { isLedgerError } from '../errors/stepledger-error.ts';

export interface RetryOptions {
  /** Tries of one call, the first included. */
  attempts: number;
  /** The longest wait before the second try; it doubles with each further one. */
  minDelayMs: number;
  /** No wait is longer than this. */
  maxDelayMs: number;
}

/** Enough to sit out the restart of a server, which takes seconds: the waits add up to 11 to 21 s. */
export const DEFAULT_RETRY: RetryOptions = { attempts: 10, minDelayMs: 100, maxDelayMs: 5000 };

/**
 * Tries before the first answer ever. A wrong url should be told within a second, not after all the waits
 * that a server known to be there deserves.
 */
const FIRST_CONTACT_ATTEMPTS = 3;

/** Remembers whether the server has ever answered. */
export interface Contact {
  made: boolean;
}

/** Decides on every failed try, for tRPC calls and raw bodies alike. */
export interface RetryPolicy {
  shouldRetry(error: unknown, attempts: number): boolean;
  delayMs(attempts: number): number;
}

export function createRetryPolicy(options: RetryOptions, contact: Contact): RetryPolicy {
  return {
    shouldRetry(error, attempts) {
      const most = contact.made ? options.attempts : Math.min(options.attempts, FIRST_CONTACT_ATTEMPTS);
      return attempts < most && isRetryable(error);
    },
    delayMs: (attempts) => retryDelayMs(attempts, options),
  };
}

/** Whether the same call may succeed later: the way broke, or the server cannot do it now. */
export function isRetryable(error: unknown): boolean {
  if (isLedgerError(error, 'UNREACHABLE')) return error.details.retryable;
  return isLedgerError(error, 'UNAVAILABLE');
}

/**
 * How long to wait after so many tries: half of the wait is fixed, half is chance.
 *
 * The chance keeps the calls of one broken batch, and many clients of one restarted server, from coming back
 * in step; the fixed half keeps any of them from hammering.
 */
export function retryDelayMs(
  attempts: number,
  { minDelayMs, maxDelayMs }: Pick<RetryOptions, 'minDelayMs' | 'maxDelayMs'>,
  random: () => number = Math.random,
): number {
  const longest = Math.min(maxDelayMs, minDelayMs * 2 ** (attempts - 1));
  return longest / 2 + (random() * longest) / 2;
}
