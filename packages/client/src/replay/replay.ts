import type { FoundResponse } from '@stepledger/contract';
import type { Blobs } from '../blobs/blobs.ts';
import type { Features } from '../calls/features.ts';
import type { FetchFunction } from '../http/checked-fetch.ts';
import { findProtocol } from '../recording/protocols/find-protocol.ts';
import { readRequest } from '../recording/read-request.ts';
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

export function createReplay(
  { onMiss = 'fail', unparsed = false, from }: ReplayOptions,
  own: ReplaySource,
): Replay {
  const source = from ?? own;
  return {
    wrap:
      ({ recorded, live }) =>
      async (input, init) => {
        const request = await readRequest(input, init);
        if (request.body === null) return live(request.input, request.init);
        const requestSha256 = await sha256Hex(request.body);
        const { found } = await source.exchanges.findResponse({ requestSha256, parsed: !unparsed });
        if (found !== null) return toResponse(found, await source.blobs.get(found.response), request.url);
        if (onMiss === 'fail') return toMiss(request.url, requestSha256);
        return (onMiss === 'call' ? live : recorded)(request.input, request.init);
      },
  };
}

function toResponse(
  { httpStatus, contentType, exchangeId }: NonNullable<FoundResponse['found']>,
  bytes: Uint8Array,
  url: URL,
): Response {
  const headers = {
    'x-stepledger-replay': exchangeId,
    ...(contentType !== null && { 'content-type': contentType }),
  };
  return at(url, new Response(new Uint8Array(bytes), { status: httpStatus, headers }));
}

/** A status that no SDK tries again, and a body in which each of them finds the message. */
function toMiss(url: URL, requestSha256: string): Response {
  const message = `Replay: the ledger has no answer to this request (sha256 of its body ${requestSha256})`;
  const error = { type: 'replay_miss', code: 'replay_miss', message };
  const isOllama = findProtocol(url)?.provider === 'ollama';
  const body = { type: 'error', error: isOllama ? message : error };
  return at(url, Response.json(body, { status: 404, headers: { 'x-stepledger-replay': 'miss' } }));
}

/** A response that somebody made has no url. */
function at(url: URL, response: Response): Response {
  return Object.defineProperty(response, 'url', { value: url.href });
}
