import type { AppRouter } from '@stepledger/api';
import { LIMITS } from '@stepledger/contract';
import { httpBatchStreamLink, splitLink, type TRPCLink } from '@trpc/client';
import { HTTP_LIMITS } from './blobs/move-bodies.ts';
import { createCheckedFetch } from './http/checked-fetch.ts';
import { createRawBlobs } from './http/raw-blobs.ts';
import { inWholeLines } from './http/whole-lines.ts';
import { isLarge } from './links/bodies.link.ts';
import { createHttpEvents } from './live/http-events.ts';
import { withReconnects } from './live/with-reconnects.ts';
import { type ResolvedOptions, resolveOptions, type StepledgerOptions } from './options.ts';
import { type Contact, createRetryPolicy } from './retries/retry-policy.ts';
import { openFileSpool } from './spool/file-spool.ts';
import { createMemorySpool } from './spool/memory-spool.ts';
import type { Spool } from './spool/spool.ts';
import { spoolFiles } from './spool/spool-files.ts';
import { assembleStepledger, type Stepledger } from './stepledger.ts';

/**
 * Makes a client of a Stepledger server; nothing is sent before the first call.
 *
 * Throws INVALID_CONFIG, with all faults together, when an option is wrong.
 */
export function createStepledger(options: StepledgerOptions): Stepledger {
  const resolved = resolveOptions(options);
  const { url, headers, timeoutMs, retry, signal, fetch } = resolved;
  const contact: Contact = { made: false };
  const policy = createRetryPolicy(retry, contact);
  const checkedFetch = createCheckedFetch({ fetch, url, contact });
  const blobs = createRawBlobs({ url, fetch: checkedFetch, headers, policy });
  const subscribe = withReconnects(createHttpEvents({ url, headers, fetch: checkedFetch }), { policy, url });
  return assembleStepledger({
    url,
    send: httpLinks({ url: `${url}/trpc`, headers, fetch: checkedFetch }),
    policy,
    limits: HTTP_LIMITS,
    blobs,
    subscribe,
    timeoutMs,
    signal,
    recording: {
      spool: openSpool(resolved),
      llmFetch: resolved.llmFetch,
      onFailure: resolved.onRecordingFailure,
    },
    renderers: resolved.renderers,
    replay: resolved.replay,
    openProject: (slug) => createStepledger({ ...options, project: slug, spool: false }),
  });
}

/** In a directory where there are files, else in memory. */
function openSpool({ url, headers, spool }: ResolvedOptions): Spool {
  const files = spool === false ? null : spoolFiles();
  if (spool === false || files === null) return createMemorySpool();
  const { directory = '.stepledger-spool', ...limits } = spool;
  const identity = JSON.stringify([url, headers['x-stepledger-project'] ?? null]);
  return openFileSpool({ directory, identity, files, ...limits });
}

/** Calls of one tick share a request, and each is answered as soon as it is done; large ones go alone. */
function httpLinks(options: {
  url: string;
  headers: Record<string, string>;
  fetch: ReturnType<typeof createCheckedFetch>;
}): TRPCLink<AppRouter> {
  const fetch: typeof options.fetch = async (input, init) => inWholeLines(await options.fetch(input, init));
  const link = (maxItems: number) =>
    // By POST, because a query of 20 KB fails in a URL.
    httpBatchStreamLink<AppRouter>({ ...options, fetch, maxItems, methodOverride: 'POST' });
  return splitLink({
    condition: ({ context }) => isLarge(context),
    true: link(1),
    false: link(LIMITS.maxBatchCalls),
  });
}
