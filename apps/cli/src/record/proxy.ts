import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { usageError } from '../shell/cli-error.ts';
import { type ForwardOptions, forward } from './forward.ts';
import { refuse } from './refuse.ts';
import { PROVIDERS, type ProviderName, type Upstream } from './upstreams.ts';

export interface ProxyOptions extends ForwardOptions {
  upstreams: readonly Upstream[];
  /** Of the listener that most providers share; 0 for any that is free. */
  port: number;
}

export interface LlmProxy extends AsyncDisposable {
  /** Where programs find each provider instead. */
  readonly urls: ReadonlyMap<ProviderName, string>;
  /** Takes no more calls; those at work go on. */
  stop(): void;
}

/** What stands in front of a provider's paths, and who it is. */
interface Route {
  prefix: string;
  upstream: Upstream;
}

/**
 * Listens on loopback for the calls of a program. Paths begin with a random token, so that nobody else on the machine
 * can use the way to the LLMs. Only providers with a port of their own have none, unless their upstream has a password.
 */
export async function openProxy({ upstreams, port, ...options }: ProxyOptions): Promise<LlmProxy> {
  const token = randomBytes(16).toString('hex');
  const hasOwnPort = ({ provider, authorization }: Upstream) =>
    PROVIDERS[provider].hasOwnPort && authorization === null;
  const shared = upstreams.filter((one) => !hasOwnPort(one));
  const groups = [
    { port, routes: shared.map((upstream) => ({ prefix: `/${token}/${upstream.provider}`, upstream })) },
    ...upstreams.filter(hasOwnPort).map((upstream) => ({ port: 0, routes: [{ prefix: '', upstream }] })),
  ];
  const servers: Server[] = [];
  const urls = new Map<ProviderName, string>();
  const stop = () => {
    for (const server of servers) {
      server.close();
      server.closeIdleConnections();
    }
  };
  try {
    for (const { port, routes } of groups) {
      if (routes.length === 0) continue;
      const server = createProxyServer(routes, options);
      servers.push(server);
      const base = await listen(server, port);
      for (const { prefix, upstream } of routes) urls.set(upstream.provider, `${base}${prefix}`);
    }
  } catch (error) {
    stop();
    throw error;
  }
  return {
    urls,
    stop,
    async [Symbol.asyncDispose]() {
      stop();
      for (const server of servers) server.closeAllConnections();
    },
  };
}

function createProxyServer(routes: readonly Route[], options: ForwardOptions): Server {
  const server = createServer((request, response) => {
    void serve({ request, response }, routes, options);
  });
  // LLMs may take their time, and so may programs: nothing ends here that would not end without us.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  return server;
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
}

async function serve(call: Call, routes: readonly Route[], options: ForwardOptions): Promise<void> {
  const { url = '', headers } = call.request;
  const route = routes.find(({ prefix }) => isUnder(url, prefix));
  const isGuarded = route !== undefined && (route.prefix !== '' || isThisMachine(headers.host));
  if (!isGuarded) {
    call.request.resume();
    refuse(call.response, {
      status: 404,
      provider: null,
      message: 'Nothing is here: the address is not one that `stepledger record` has set',
    });
    return;
  }
  await forward({ ...call, upstream: route.upstream, rest: url.slice(route.prefix.length) }, options);
}

/**
 * Whether a request was meant for this machine. A website whose name is made to lead here is not: its scripts would
 * reach Ollama, which looks at the same and gets a `host` of ours.
 */
function isThisMachine(host: string | undefined): boolean {
  return host === undefined || /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host);
}

/** In constant time, as the prefix holds a secret. */
function isUnder(url: string, prefix: string): boolean {
  const head = Buffer.from(url.slice(0, prefix.length));
  const wanted = Buffer.from(prefix);
  if (head.length !== wanted.length || !timingSafeEqual(head, wanted)) return false;
  const next = url[prefix.length];
  return next === undefined || next === '/' || next === '?';
}

async function listen(server: Server, port: number): Promise<string> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw usageError(
      `Port ${port} cannot be listened on: ${String(code)}`,
      'Choose another by --listen, or leave it out.',
    );
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
