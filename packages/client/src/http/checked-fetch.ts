import { unavailable, unexpectedAnswer, unreachable } from '../errors/client-errors.ts';
import { fromWire, isRecord, isWireError } from '../errors/to-stepledger-error.ts';
import type { Contact } from '../retries/retry-policy.ts';

export type FetchFunction = typeof globalThis.fetch;

type FetchInit = Omit<RequestInit, 'signal'> & { signal?: AbortSignal | null | undefined };

/** Every answer of a Stepledger server has this header. */
export const API_HEADER = 'x-stepledger-api';

/** Answers of whatever stands between: overloaded, or waiting for a server that restarts. */
const PASSING = new Set([429, 502, 503, 504]);

/**
 * Fetches, and lets only answers of a Stepledger server through.
 *
 * Anything else, be it a page of HTML, the error of a proxy or no answer at all, becomes an error that says
 * what to check; tRPC would report it as a syntax error in JSON.
 */
export function createCheckedFetch(options: { fetch: FetchFunction; url: string; contact: Contact }) {
  const { fetch, url, contact } = options;
  return async (
    input: Parameters<FetchFunction>[0],
    { signal = null, ...init }: FetchInit = {},
  ): Promise<Response> => {
    const response = await fetch(input, { ...init, signal }).catch((cause: unknown) => {
      if (signal?.aborted) throw cause;
      throw unreachable(url, cause);
    });
    const { status } = response;
    const ours = response.headers.has(API_HEADER);
    if (ours || PASSING.has(status)) contact.made = true;
    if (ours && response.ok) return response;

    const answer = parseJson(await response.text());
    if (ours && isTrpcError(answer)) return Response.json(answer, { status });
    if (isWireError(answer)) throw fromWire(answer);
    throw PASSING.has(status) ? unavailable(url, status) : unexpectedAnswer({ url, status }, hintFor(status));
  };
}

/** Null for what is no JSON: then it is not ours, which is all that is asked. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isTrpcError(answer: unknown): boolean {
  return isRecord(answer) && isRecord(answer['error']) && isRecord(answer['error']['data']);
}

function hintFor(status: number): string {
  if (status === 413) return 'Does a proxy before the server allow requests of 20 MB?';
  if (status === 401 || status === 403) return 'Does a proxy before the server ask for credentials?';
  if (status === 400) return 'Does the server speak https, and the url say http?';
  return 'Check host, port and path of the url: it is the one that the server printed, without /trpc.';
}
