import { aborted } from '../errors/client-errors.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** Tries until it succeeds, the policy gives up, or the signal fires. For what does not go through tRPC. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !policy.shouldRetry(error, attempts)) throw error;
    }
    await sleep(policy.delayMs(attempts), signal);
  }
}

/** Waits, unless the signal fires: then it throws ABORTED. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(aborted(signal.reason));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
