import { createStepledger, type Stepledger, type StepledgerOptions } from '@stepledger/client';
import { type RunningServer, type ServerOptions, startServer } from '@stepledger/server';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

export interface TestServerOptions extends Partial<Omit<ServerOptions, 'database'>> {
  /** A database to serve; a fresh one of the test's own when left out. It is not dropped with the server. */
  databaseUrl?: string;
  /** For the client at hand, such as a token. */
  client?: Partial<StepledgerOptions>;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** A client of this server, without a key. */
  readonly ledger: Stepledger;
  readonly databaseUrl: string;
  close(): Promise<void>;
}

/** Starts a server on a port and a database of its own: `await using server = await startTestServer()`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { databaseUrl, client, ...serverOptions } = options;
  const own = databaseUrl === undefined ? await createTestDatabase() : undefined;
  const url = databaseUrl ?? own?.url ?? '';
  const server = await start(url, serverOptions, own);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= server.close().then(() => own?.[Symbol.asyncDispose]());
    return closed;
  };
  return {
    url: server.url,
    // Tests leave no files where they run.
    ledger: createStepledger({ url: server.url, spool: false, ...client }),
    databaseUrl: url,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function start(
  url: string,
  options: Omit<TestServerOptions, 'databaseUrl' | 'client'>,
  own: TestDatabase | undefined,
): Promise<RunningServer> {
  try {
    return await startServer({
      port: 0,
      // A fault of ours is seen in a test's output; all else would drown it.
      logLevel: 'error',
      shutdownMs: 2_000,
      // Whether somebody built it must change nothing for tests that are not about it.
      webDir: null,
      ...options,
      database: { url },
    });
  } catch (error) {
    await own?.[Symbol.asyncDispose]();
    throw error;
  }
}
