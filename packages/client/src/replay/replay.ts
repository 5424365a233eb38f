import type { FoundResponse } from '@stepledger/contract';
import type { Blobs } from '../blobs/blobs.ts';
import type { CallOptions, Features } from '../calls/features.ts';
import { invalidConfig } from '../errors/client-errors.ts';
import type { FetchFunction } from '../http/checked-fetch.ts';
import { findProtocol } from '../recording/protocols/find-protocol.ts';
import { type ReadRequest, readRequest } from '../recording/read-request.ts';
import { sha256Hex } from '../sha256.ts';

/** Where recorded answers come from: a client of the project that holds them. */
export interface ReplaySource {
  readonly exchanges: Pick<Features['exchanges'], 'findResponse'>;
  readonly blobs: Pick<Blobs, 'get'>;
}

export interface ReplayOptions {
  /**
   * What becomes of a request that the ledger has no answer to: `fail` answers 404 with the reason, `call` asks the LLM
   * and records nothing, `record` asks and records. Default `fail`.
   */
  onMiss?: 'fail' | 'call' | 'record' | undefined;
  /** Also takes answers that no parser has read with success. */
  unparsed?: boolean | undefined;
  /** The ledger with the answers; this client's own when left out. */
  from?: ReplaySource | undefined;
}

/** Answers requests to LLMs out of the ledger: the newest answer that a request with exactly the same body got. */
export interface Replay {
  /** `recorded` and `live` ask the LLM, with and without record. */
  wrap(fetches: { recorded: FetchFunction; live: FetchFunction }): FetchFunction;
}

/** @throws INVALID_CONFIG */
export function createReplay(
  { onMiss = 'fail', unparsed = false, from }: ReplayOptions,
  own: ReplaySource,
): Replay {
  if (!ON_MISS.includes(onMiss)) {
    throw invalidConfig([{ path: 'replay.onMiss', reason: `must be one of ${ON_MISS.join(', ')}` }]);
  }
  const source = from ?? own;
  const find = async ({ url }: ReadRequest, body: Uint8Array, options: CallOptions) => {
    const requestSha256 = await sha256Hex(body);
    const { found } = await source.exchanges.findResponse({ requestSha256, parsed: !unparsed }, options);
    if (found !== null) return toResponse(found, await source.blobs.get(found.response, options), url);
    return onMiss === 'fail' ? toMiss(url, `sha256 of its body ${requestSha256}`) : null;
  };
  return {
    wrap:
      ({ recorded, live }) =>
      async (input, init) => {
        const request = await readRequest(input, init);
        const { body, unrecorded, url } = request;
        if (body === null) {
          // Offline means offline, also for what cannot be looked for.
          if (unrecorded !== null && onMiss === 'fail') return toMiss(url, unrecorded);
          return live(request.input, request.init);
        }
        const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
        try {
          const answer = await find(request, body, { signal });
          if (answer !== null) return answer;
        } catch (error) {
          // An aborted fetch fails with what it was aborted by.
          signal?.throwIfAborted();
          throw error;
        }
        return (onMiss === 'call' ? live : recorded)(request.input, request.init);
      },
  };
}

const ON_MISS = ['fail', 'call', 'record'];

function toResponse(
  { httpStatus, contentType, exchangeId }: NonNullable<FoundResponse['found']>,
  bytes: Uint8Array,
  url: URL,
): Response {
  const headers = {
    'x-stepledger-replay': exchangeId,
    ...(contentType !== null && { 'content-type': contentType }),
  };
  // Some statuses allow no body, not even an empty one.
  const body = bytes.length > 0 ? new Uint8Array(bytes) : null;
  return at(url, new Response(body, { status: httpStatus, headers }));
}

/** A status that no SDK tries again, and a body in which each of them finds the message. */
function toMiss(url: URL, reason: string): Response {
  const message = `Replay: the ledger has no answer to this request (${reason})`;
  const body = { type: 'error', error: toError(findProtocol(url)?.provider, message) };
  return at(url, Response.json(body, { status: 404, headers: { 'x-stepledger-replay': 'miss' } }));
}

/** As the provider words its errors: an SDK overlooks what it does not know. */
function toError(provider: string | undefined, message: string): unknown {
  if (provider === 'ollama') return message;
  if (provider === 'google') return { code: 404, status: 'NOT_FOUND', message };
  return { type: 'replay_miss', code: 'replay_miss', message };
}

/** A response that somebody made has no url. */
function at(url: URL, response: Response): Response {
  return Object.defineProperty(response, 'url', { value: url.href });
}
