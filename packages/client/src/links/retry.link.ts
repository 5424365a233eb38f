import type { AppRouter } from '@stepledger/api';
import { type TRPCLink, retryLink as trpcRetryLink } from '@trpc/client';
import { toStepledgerError } from '../errors/to-stepledger-error.ts';
import type { RetryPolicy } from '../retries/retry-policy.ts';
import { noteFailure } from './deadline.link.ts';

/**
 * Sends a call again while the policy says so; each call of a broken batch on its own.
 *
 * Writes too: their idempotency key was set before, so that a write that did happen happens once.
 */
export function retryLink(policy: RetryPolicy, url: string): TRPCLink<AppRouter> {
  return trpcRetryLink({
    retry({ op, error, attempts }) {
      const failure = toStepledgerError(error, url);
      noteFailure(op.context, failure);
      return !op.signal?.aborted && policy.shouldRetry(failure, attempts);
    },
    retryDelayMs: (attempts) => policy.delayMs(attempts),
  });
}
