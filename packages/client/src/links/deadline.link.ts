import type { AppRouter } from '@stepledger/api';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import { openDeadline } from '../retries/deadline.ts';

const TIMEOUT_MS = 'stepledger.timeoutMs';
const LAST_FAILURE = 'stepledger.lastFailure';

/** What a call tells the links below. */
export function deadlineContext(timeoutMs: number | undefined): Record<string, unknown> {
  return timeoutMs === undefined ? {} : { [TIMEOUT_MS]: timeoutMs };
}

/** Kept for the message, should the time run out before another try. */
export function noteFailure(context: Record<string, unknown>, failure: Error): void {
  context[LAST_FAILURE] = failure;
}

/**
 * Ends a call, with all its tries, when its time is up or its caller aborts it.
 *
 * tRPC alone would not: a call that shares its batch with others would be waited for, and a try that was
 * due later would still be sent.
 */
export function deadlineLink(options: {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        const own = op.context[TIMEOUT_MS];
        const deadline = openDeadline({
          timeoutMs: typeof own === 'number' ? own : options.timeoutMs,
          signals: [options.signal, op.signal ?? undefined],
          lastFailure: () => op.context[LAST_FAILURE],
        });
        let subscription: Unsubscribable | undefined;
        const stop = () => {
          subscription?.unsubscribe();
          observer.error(TRPCClientError.from(deadline.error()));
        };
        if (deadline.signal.aborted) {
          stop();
          return;
        }
        deadline.signal.addEventListener('abort', stop, { once: true });
        subscription = next({ ...op, signal: deadline.signal }).subscribe({
          next: (value) => observer.next(value),
          error(error) {
            deadline.close();
            observer.error(error);
          },
          complete() {
            deadline.close();
            observer.complete();
          },
        });
        return () => {
          deadline.close();
          subscription?.unsubscribe();
        };
      });
}
