import type { AppRouter } from '@stepledger/api';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import type { BlobTransport } from '../blobs/blob-transport.ts';
import { type InlineLimits, moveBodies } from '../blobs/move-bodies.ts';

const LARGE = 'stepledger.large';

/** Whether a call is too large to share a batch with others. */
export function isLarge(context: Record<string, unknown>): boolean {
  return context[LARGE] === true;
}

/**
 * Sends large texts and bytes by `PUT /raw` before the call that names them, and marks calls that are still
 * large, so that no batch grows beyond what the server takes.
 */
export function bodiesLink(blobs: BlobTransport, limits: InlineLimits): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) => {
      if (op.type === 'subscription') return next(op);
      return observable((observer) => {
        const gone = new AbortController();
        const signal = op.signal ?? gone.signal;
        let subscription: Unsubscribable | undefined;
        moveBodies(op, limits, (body) => blobs.put(body, signal)).then(
          ({ input, large }) => {
            if (gone.signal.aborted) return;
            const context = large ? Object.assign(op.context, { [LARGE]: true }) : op.context;
            subscription = next({ ...op, input, context }).subscribe(observer);
          },
          (error: Error) => observer.error(TRPCClientError.from(error)),
        );
        return () => {
          gone.abort();
          subscription?.unsubscribe();
        };
      });
    };
}
