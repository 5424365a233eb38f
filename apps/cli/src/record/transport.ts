import { Readable } from 'node:stream';
import type { ReadableStream as NodeWebStream } from 'node:stream/web';
import type { FetchFunction } from '@stepledger/client';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { Variables } from '../shell/config.ts';
import { type HeaderPair, toPairs } from './headers.ts';

/** Never by a proxy: it could not reach what listens on this machine. */
const THIS_MACHINE = 'localhost,127.0.0.1,::1';
/** Statuses whose responses have no body, so that a Response refuses one. */
const NULL_BODY_STATUSES = new Set([204, 205, 304]);
/** A Response has no other. */
const MAX_STATUS = 599;

export interface Transport extends AsyncDisposable {
  /**
   * Sends a request as it is and answers what came back as it travelled: no redirect is followed, no body decoded, no
   * header added but `host`, `connection` and the length of the body. Takes a URL as text, whose path is kept as
   * written, and headers as pairs.
   */
  readonly fetch: FetchFunction;
  /** The headers of one of its responses as they came; a Response sorts them and joins those of one name. */
  readHeaders(response: Response): readonly HeaderPair[];
}

/** Opens connections to LLMs, through the proxy of the environment where it names one. No time limit is its own. */
export function openTransport(variables: Variables): Transport {
  const read = (name: string) => variables[name.toLowerCase()] || variables[name];
  const httpProxy = read('HTTP_PROXY');
  const httpsProxy = read('HTTPS_PROXY');
  const agent = new EnvHttpProxyAgent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0 },
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    noProxy: [read('NO_PROXY'), THIS_MACHINE].filter(Boolean).join(','),
  });
  const received = new WeakMap<Response, HeaderPair[]>();
  return {
    fetch: async (input, init = {}) => {
      const { response, headers } = await send(agent, String(input), init);
      received.set(response, headers);
      return response;
    },
    readHeaders: (response) => received.get(response) ?? [...response.headers],
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

interface Received {
  response: Response;
  headers: HeaderPair[];
}

async function send(agent: Dispatcher, url: string, init: RequestInit): Promise<Received> {
  const { origin } = new URL(url);
  const {
    statusCode,
    statusText,
    headers: raw,
    body,
  } = await agent.request({
    origin,
    path: url.slice(url.indexOf('/', url.indexOf('://') + 3)),
    method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
    headers: (init.headers as [string, string][]).flat(),
    body: toSent(init.body),
    signal: init.signal ?? null,
    responseHeaders: 'raw',
  });
  if (statusCode > MAX_STATUS) {
    // Nobody reads the rest.
    body.on('error', () => undefined).destroy();
    throw Object.assign(new Error('A status that HTTP does not have'), { code: `HTTP_${statusCode}` });
  }
  const withoutBody = NULL_BODY_STATUSES.has(statusCode);
  if (withoutBody) body.resume();
  const headers = toPairs(raw as unknown as string[]);
  const response = new Response(withoutBody ? null : toWebStream(body), {
    status: statusCode,
    // Read as UTF-8, and written as Latin-1: so that its bytes are what they were.
    statusText: Buffer.from(statusText).toString('latin1'),
    headers,
  });
  return { response, headers };
}

function toSent(body: RequestInit['body']): Uint8Array | Readable | null {
  if (body === null || body === undefined || body instanceof Uint8Array) return body ?? null;
  if (body instanceof ReadableStream) return Readable.fromWeb(body as NodeWebStream);
  throw new TypeError('The body is neither bytes nor a stream');
}

function toWebStream(body: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(body) as ReadableStream<Uint8Array>;
}
