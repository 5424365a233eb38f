import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ERRORS, type ErrorCode, type ErrorDetails, LedgerError, type WireError } from '@stepledger/contract';
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';

/** What reached a procedure. */
export interface ReceivedCall {
  path: string;
  input: Record<string, unknown>;
  /** Which HTTP request carried it. */
  request: number;
}

/** Takes a request in place of the server, by answering, breaking or delaying it; or lets it through. */
export type Fault = (
  request: IncomingMessage,
  response: ServerResponse,
) => 'taken' | 'through' | Promise<'through'>;

/** How a procedure of the test server answers. */
export type Answer = (input: Record<string, unknown>, call: ReceivedCall) => unknown;

/**
 * A server that speaks as Stepledger's does, over real HTTP, and does what a test tells it.
 *
 * For what a real server does too seldom: it breaks, delays and refuses on demand.
 */
export interface TestServer extends AsyncDisposable {
  url: string;
  calls: ReceivedCall[];
  /** Method and path of each HTTP request, in order. */
  requests: { method: string; path: string; headers: IncomingMessage['headers']; bytes: number }[];
  /** Stored by `PUT /raw`. */
  blobs: Map<string, Buffer>;
  /** Each applies to one request, in order. */
  faults: Fault[];
  answers: Map<string, Answer>;
  /** Stops listening and breaks what is open; `resume` listens again on the same port. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

export function fails<C extends ErrorCode>(code: C, details: ErrorDetails[C]): Answer {
  return () => {
    const cause = new LedgerError(code, details);
    throw new TRPCError({ code: ERRORS[code], message: cause.message, cause });
  };
}

export async function openTestServer(): Promise<TestServer> {
  const calls: ReceivedCall[] = [];
  const requests: TestServer['requests'] = [];
  const blobs: TestServer['blobs'] = new Map();
  const faults: Fault[] = [];
  const answers: TestServer['answers'] = new Map();

  const handler = createHTTPHandler({
    router: createRouter(calls, answers),
    basePath: '/trpc/',
    allowMethodOverride: true,
    createContext: () => ({ request: requests.length }),
  });

  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const entry = { method, path: url, headers, bytes: Number(headers['content-length'] ?? 0) };
    requests.push(entry);
    response.setHeader('x-stepledger-api', '1');
    if ((await faults.shift()?.(request, response)) === 'taken') return;
    if (url.startsWith('/raw')) await serveRaw(request, response, blobs);
    else handler(request, response);
  };
  let server = createServer(listener);
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;

  const stop = async () => {
    server.close();
    server.closeAllConnections();
    if (server.listening) await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    requests,
    blobs,
    faults,
    answers,
    stop,
    async resume() {
      server = createServer(listener);
      await listen(server, port);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

function createRouter(calls: ReceivedCall[], answers: TestServer['answers']) {
  const t = initTRPC.context<{ request: number }>().create({
    isDev: false,
    errorFormatter({ shape, error }) {
      const { cause } = error;
      if (!(cause instanceof LedgerError)) return shape;
      const { code, details, message } = cause;
      const ledger: WireError = { code, details, message, requestId: 'request-1' };
      return { ...shape, data: { ...shape.data, ledger } };
    },
  });
  const procedure = t.procedure.input((input: unknown) => input as Record<string, unknown>);
  const handle = (options: { ctx: { request: number }; input: Record<string, unknown>; path: string }) => {
    const call = { path: options.path, input: options.input, request: options.ctx.request };
    calls.push(call);
    return answers.get(options.path)?.(options.input, call) ?? { echo: options.input };
  };
  const query = procedure.query(handle);
  const mutation = procedure.mutation(handle);
  return t.router({
    runs: { start: mutation, get: query, list: query },
    documents: { put: mutation, putMany: mutation, update: mutation, get: query, list: query, byStep: query },
    exchanges: { record: mutation, complete: mutation },
    prompts: { render: query, put: mutation },
    system: { health: query, stats: query },
  });
}

async function serveRaw(
  request: IncomingMessage,
  response: ServerResponse,
  blobs: TestServer['blobs'],
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  if (request.method === 'PUT') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const encoding = searchParams.get('encoding');
    const id = `${blobs.size.toString().padStart(64, '0')}.${encoding}`;
    blobs.set(id, bytes);
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ id, encoding, size: bytes.length }));
    return;
  }
  const bytes = blobs.get(pathname.slice('/raw/'.length));
  if (bytes) {
    response.setHeader('content-type', 'application/octet-stream').end(bytes);
    return;
  }
  const details: ErrorDetails['NOT_FOUND'] = { type: 'blob', id: pathname };
  const error: WireError = {
    code: 'NOT_FOUND',
    message: 'There is no such blob',
    details,
    requestId: 'request-2',
  };
  response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(error));
}
