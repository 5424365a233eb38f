import type { Server } from 'node:http';
import { Streams } from '@stepledger/api';
import type { Logger } from 'pino';
import { createHttpServer } from './http/create-http-server.ts';
import { WorkInFlight } from './http/in-flight.ts';
import { listen } from './http/listen.ts';
import { isLoopback, urlHost } from './http/loopback.ts';
import { trackSilentConnections } from './http/silent-connections.ts';
import { createInstanceKeyCheck } from './keys/instance-key.ts';
import { createLog, type LogLevel } from './log.ts';
import { type DatabaseOptions, openServerDatabase } from './open-database.ts';
import { StartError } from './start-error.ts';
import { VERSION } from './version.ts';
import { findWeb, requireWeb } from './web/find-web.ts';

export interface ServerOptions {
  /** `{ url }` of the operator's PostgreSQL, or `{ dataDir }` for a private one that ends with the server. */
  database: DatabaseOptions;
  /** Default 127.0.0.1. */
  host?: string | undefined;
  /** 0 takes any free port. Left out: 4400, or the next free one. */
  port?: number | undefined;
  /** A key that is let into every project. */
  instanceKey?: string | undefined;
  /** Whether every caller needs a key; default: all but those of a server on loopback. */
  requireKey?: boolean | undefined;
  /** Further names, without port, under which a server on loopback may be called. */
  allowedHosts?: readonly string[] | undefined;
  /** Further origins whose web pages may call, such as `https://ledger.example.com`. */
  allowedOrigins?: readonly string[] | undefined;
  /** Default 1000. */
  maxConnections?: number | undefined;
  /** How long `close` waits for calls in flight, in milliseconds; default 10,000. */
  shutdownMs?: number | undefined;
  /** A log of the caller's own; otherwise JSON lines to standard output. */
  logger?: Logger | undefined;
  /** Default `info`; not looked at when `logger` is given. */
  logLevel?: LogLevel | undefined;
  /** Abandons the start: what was begun is ended again, and the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * The directory of the built web UI, with its index.html; null serves none. Left out: the one of the workspace or of
   * the bundle, if it was built.
   */
  webDir?: string | null | undefined;
  /** How the server's command line is called on this machine, for advice. */
  command?: string | undefined;
}

/** A server that answers. Dispose of it with `await using`, or by `close()`. */
export interface RunningServer extends AsyncDisposable {
  /** Where clients reach it, such as `http://127.0.0.1:4400`. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops: takes no more calls, ends subscriptions, lets calls in flight finish, then closes the database and its
   * PostgreSQL.
   *
   * Calls that are still at work after `shutdownMs` are cut off. May be called again.
   */
  close(): Promise<void>;
}

/**
 * Starts a Stepledger server: database, migrations, default project, HTTP.
 *
 * Refuses with StartError when something needs an operator (a key is missing, a port is taken) and with the errors
 * of the database; what was begun is then ended again.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', instanceKey } = options;
  const log = options.logger ?? createLog(options.logLevel ?? 'info');
  const webDir = options.webDir === undefined ? findWeb() : options.webDir;
  if (webDir !== null) requireWeb(webDir);
  const keyless = isLoopback(host) && options.requireKey !== true;
  const { database, close: closeDatabase } = await openServerDatabase(options.database, {
    log,
    signal: options.signal,
  });
  const state = { stopping: false };
  const inFlight = new WorkInFlight();
  const streams = new Streams();
  try {
    if (!keyless && instanceKey === undefined && !(await database.hasKeys())) {
      throw keyNeeded(host, options.command ?? 'node apps/server/src/main.ts');
    }
    const server = createHttpServer(
      {
        store: database.store,
        log,
        rules: {
          host,
          allowedHosts: options.allowedHosts ?? [],
          allowedOrigins: options.allowedOrigins ?? [],
        },
        keyless,
        authenticate: createInstanceKeyCheck(instanceKey),
        inFlight,
        streams,
        version: VERSION,
        webDir,
        maxConnections: options.maxConnections ?? 1000,
      },
      state,
    );
    const closeSilent = trackSilentConnections(server);
    options.signal?.throwIfAborted();
    const port = await listen(server, host, options.port);
    const url = `http://${urlHost(host)}:${port}`;
    log.info({ url, version: VERSION, keys: keyless ? 'not needed' : 'needed' }, 'listening');
    let closed: Promise<void> | undefined;
    const close = () => {
      const graceMs = options.shutdownMs ?? 10_000;
      closed ??= stop({ server, closeSilent, state, inFlight, streams, closeDatabase, log, graceMs });
      return closed;
    };
    return { url, port, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await closeDatabase();
    throw error;
  }
}

interface Stopping {
  server: Server;
  closeSilent: () => void;
  state: { stopping: boolean };
  inFlight: WorkInFlight;
  streams: Streams;
  closeDatabase: () => Promise<void>;
  log: Logger;
  graceMs: number;
}

async function stop(stopping: Stopping): Promise<void> {
  const { server, closeSilent, state, inFlight, streams, closeDatabase, log, graceMs } = stopping;
  state.stopping = true;
  log.info({ inFlight: inFlight.count }, 'stopping');
  streams.end();
  const answered = new Promise<void>((resolve) => server.close(() => resolve()));
  closeSilent();
  // A caller that hung up leaves its call at work, and the database must outlive it.
  const finished = Promise.all([answered, inFlight.idle()]);
  if (!(await settlesWithin(finished, graceMs))) {
    log.warn({ inFlight: inFlight.count, graceMs }, 'cut off what was still in flight');
    server.closeAllConnections();
  }
  await closeDatabase();
  log.info('stopped');
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function keyNeeded(host: string, command: string): StartError {
  return new StartError(
    'KEY_NEEDED',
    [
      `A server on ${host} needs an API key, and there is none yet. Either`,
      `  make one that is let into every project:  ${command} keys create --instance --name ops`,
      `  or make one of a project:                 ${command} keys create --project default --name agent`,
      '  or set STEPLEDGER_INSTANCE_KEY to a secret of your own, made by `openssl rand -hex 32`',
      '  or listen on this machine only, where no key is needed: HOST=127.0.0.1',
    ].join('\n'),
  );
}
