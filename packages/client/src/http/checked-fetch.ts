import { unavailable, unexpectedAnswer, unreachable } from '../errors/client-errors.ts';
import { fromWire, isRecord, isWireError } from '../errors/to-stepledger-error.ts';
import type { Contact } from '../retries/retry-policy.ts';

export type FetchFunction = typeof globalThis.fetch;

type FetchInit = Omit<RequestInit, 'signal'> & { signal?: AbortSignal | null | undefined };

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
    if (response.ok) {
      if (!isExpected(response)) {
        await discard(response);
        throw unexpectedAnswer({ url, status: response.status }, hintFor(response.status));
      }
      contact.made = true;
      return response;
    }
    const answer = await readJson(response);
    if (isTrpcError(answer)) {
      contact.made = true;
      return Response.json(answer, { status: response.status });
    }
    if (isWireError(answer)) {
      contact.made = true;
      throw fromWire(answer);
    }
    if (PASSING.has(response.status)) {
      contact.made = true;
      throw unavailable(url, response.status);
    }
    throw unexpectedAnswer({ url, status: response.status }, hintFor(response.status));
  };
}

function isExpected(response: Response): boolean {
  const type = response.headers.get('content-type') ?? '';
  return /^application\/(?:json|octet-stream|jsonl)\b/i.test(type);
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null; // Not ours; the caller says so.
  }
}

/** Frees the connection of an answer that nobody reads. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel();
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
