import type { AppRouter } from '@stepledger/api';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { isRecord } from '../errors/to-stepledger-error.ts';
import type { Subscribe } from '../live/subscribe.ts';

/**
 * Serves the subscriptions of the raw tRPC client.
 *
 * An observable cannot be held up: who may be slower than the server iterates over `ledger.entries.subscribe` instead.
 */
export function eventsLink(subscribe: Subscribe): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        const gone = new AbortController();
        const onAbort = () => gone.abort(op.signal?.reason);
        op.signal?.addEventListener('abort', onAbort, { once: true });
        if (op.signal?.aborted) onAbort();
        const run = async () => {
          const input = isRecord(op.input) ? op.input : {};
          for await (const { id, data } of subscribe(op.path, input, { signal: gone.signal })) {
            observer.next({ result: { type: 'data', id, data: { id, data } } });
          }
        };
        run().then(
          () => observer.complete(),
          (error: unknown) => {
            if (gone.signal.aborted) observer.complete();
            else
              observer.error(TRPCClientError.from(error instanceof Error ? error : new Error(String(error))));
          },
        );
        return () => {
          op.signal?.removeEventListener('abort', onAbort);
          gone.abort();
        };
      });
}
