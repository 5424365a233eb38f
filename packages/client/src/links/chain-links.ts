import type { AppRouter } from '@stepledger/api';
import { splitLink, type TRPCLink } from '@trpc/client';
import type { BlobTransport } from '../blobs/blob-transport.ts';
import type { InlineLimits } from '../blobs/move-bodies.ts';
import type { Subscribe } from '../live/subscribe.ts';
import type { RetryPolicy } from '../retries/retry-policy.ts';
import { bodiesLink } from './bodies.link.ts';
import { deadlineLink } from './deadline.link.ts';
import { eventsLink } from './events.link.ts';
import { idempotencyLink } from './idempotency.link.ts';
import { retryLink } from './retry.link.ts';

/** Where calls go, and what they pass on their way. */
export interface LinkChain {
  /** Names the server in messages. */
  url: string;
  /** The last link: takes one try of a call to the API. */
  send: TRPCLink<AppRouter>;
  policy: RetryPolicy;
  /** From which sizes on bodies travel beside the call. */
  limits: InlineLimits;
  blobs: BlobTransport;
  subscribe: Subscribe;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** The way of every call, whatever carries it: one key, one deadline and the large bodies go before its tries. */
export function chainLinks(chain: LinkChain): TRPCLink<AppRouter> {
  const { url, send, policy, limits, blobs, subscribe, timeoutMs, signal } = chain;
  return splitLink({
    condition: ({ type }) => type === 'subscription',
    true: eventsLink(subscribe),
    false: [
      deadlineLink({ timeoutMs, signal }),
      idempotencyLink(),
      bodiesLink(blobs, limits),
      retryLink(policy, url),
      send,
    ],
  });
}
