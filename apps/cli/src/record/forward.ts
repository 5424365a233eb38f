import { isAscii } from 'node:buffer';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type FetchFunction, providerOf } from '@stepledger/client';
import { type HeaderPair, toProgramHeaders, toUpstreamHeaders } from './headers.ts';
import { type Placing, readPlace } from './place.ts';
import type { Recordings } from './recordings.ts';
import { refuse } from './refuse.ts';
import type { Upstream } from './upstreams.ts';

/** Up to here a request is read whole before it goes on; a longer one is not recorded and streams. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

export interface ForwardOptions {
  recordings: Pick<Recordings, 'fetchFor'>;
  /** The way to the LLMs, for what is not recorded. */
  llmFetch: FetchFunction;
  /** Told of a fault of ours; the program gets a 502. */
  onFault: (error: unknown) => void;
}

export interface ForwardedCall {
  request: IncomingMessage;
  response: ServerResponse;
  upstream: Upstream;
  /** The path and query behind the provider's prefix, as they were written. */
  rest: string;
}

/** Sends one call on to its upstream and the answer back, recorded where it is one to an LLM. Never rejects. */
export async function forward(call: ForwardedCall, options: ForwardOptions): Promise<void> {
  const { request, response, upstream } = call;
  const { provider, origin } = upstream;
  const gone = new AbortController();
  const asking = new AbortController();
  let isAsking = true;
  response.once('close', () => {
    if (response.writableFinished) return;
    gone.abort();
    // An answer that has begun is cancelled instead, so that what has come of it is kept for what it is.
    if (isAsking) asking.abort(new DOMException('The program closed its connection', 'AbortError'));
  });
  try {
    const placing = readPlace(request.headers);
    if ('fault' in placing) return refuse(response, { status: 400, provider, message: placing.fault });
    const answer = await send(call, { placing, signal: asking.signal, options });
    isAsking = false;
    if (answer !== null) await sendBack(answer, { response, gone: gone.signal });
  } catch (error) {
    if (gone.signal.aborted) return;
    const reason = reasonOf(error);
    if (reason === null) options.onFault(error);
    const message = `${origin} could not be asked: ${reason ?? 'a fault of Stepledger'}`;
    refuse(response, { status: 502, provider, message });
  } finally {
    // What was not read of the request would keep its connection from being used again.
    request.resume();
  }
}

interface Sending {
  placing: Exclude<Placing, { fault: string }>;
  signal: AbortSignal;
  options: ForwardOptions;
}

/** Null when the program left before its request was whole: then it asked for nothing. */
async function send(
  { request, upstream, rest }: ForwardedCall,
  { placing, signal, options }: Sending,
): Promise<Response | null> {
  const path = `${upstream.basePath}${rest}`;
  const url = `${upstream.origin}${path.startsWith('/') ? '' : '/'}${path}`;
  const { method = 'GET' } = request;
  const isRecorded = method === 'POST' && hasBody(request) && providerOf(new URL(url)) !== null;
  const body = await readBody(request, isRecorded);
  if (body === null) return null;
  const init = { method, headers: headersOf(request, upstream), ...body, signal, duplex: 'half' };
  const fetch = isRecorded ? await options.recordings.fetchFor(placing.place) : options.llmFetch;
  return fetch(url, init as RequestInit);
}

function headersOf({ rawHeaders }: IncomingMessage, { authorization }: Upstream): HeaderPair[] {
  const headers = toUpstreamHeaders(rawHeaders);
  if (authorization === null || headers.some(([name]) => name.toLowerCase() === 'authorization'))
    return headers;
  return [...headers, ['authorization', authorization]];
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Bytes where they are recorded and known to be few enough, a stream else; null when they broke off. */
async function readBody(request: IncomingMessage, isRecorded: boolean) {
  if (!hasBody(request)) return {};
  const length = request.headers['content-length'];
  if (!isRecorded || !(Number(length) <= MAX_WHOLE_BYTES)) return { body: Readable.toWeb(request) };
  try {
    return { body: await buffer(request) };
  } catch (error) {
    if (request.complete) throw error;
    return null;
  }
}

interface Back {
  response: ServerResponse;
  /** Fires when the program leaves before the answer's end. */
  gone: AbortSignal;
}

/** Writes the answer as it comes, no faster than the program reads; a program that leaves ends it upstream. */
async function sendBack(answer: Response, { response, gone }: Back): Promise<void> {
  const reader = answer.body?.getReader();
  const cancel = () => void reader?.cancel().catch(() => undefined);
  if (gone.aborted) return cancel();
  gone.addEventListener('abort', cancel, { once: true });
  // The upstream's own date counts.
  response.sendDate = false;
  const head = toProgramHeaders(answer.headers).flat();
  try {
    response.writeHead(answer.status, answer.statusText, head);
  } catch (error) {
    // A head that Node does not write: the program is told, and nobody reads the rest.
    cancel();
    throw error;
  }
  if (reader === undefined) {
    response.end();
    return;
  }
  // Node would write what is not ASCII in another encoding here than it does before a body.
  if (isAscii(Buffer.from([answer.statusText, ...head].join('')))) response.flushHeaders();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (!response.write(read.value)) await once(response, 'drain', { signal: gone });
    }
    response.end();
  } catch {
    // The answer broke off, upstream or here: what the program has of it must not look whole.
    response.destroy();
  }
}

/** What an upstream that does not answer says of itself, such as `ECONNREFUSED`; null for what is no such error. */
function reasonOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  // What answers is no server of HTTP; the error may have no code, and quotes what came.
  if (error.name === 'HTTPParserError') return 'HTTP_PARSER_ERROR';
  // Only the code: a message may quote what is secret.
  if ('code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(error.code))
    return error.code;
  return error.cause === undefined ? null : reasonOf(error.cause);
}
