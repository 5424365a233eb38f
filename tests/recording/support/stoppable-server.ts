import { createTestDatabase, startTestServer, type TestServer } from '@stepledger/testing';
import { onTestFinished } from 'vitest';

/** A server that goes away and comes back: at the same address, with what it has stored. */
export interface StoppableServer {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startStoppableServer(): Promise<StoppableServer> {
  const { url: databaseUrl } = await createTestDatabase();
  let server: TestServer | null = await startTestServer({ databaseUrl });
  const { url } = server;
  const stop = async () => {
    await server?.close();
    server = null;
  };
  onTestFinished(stop);
  return {
    url,
    stop,
    async start() {
      server ??= await startTestServer({ databaseUrl, port: Number(new URL(url).port) });
    },
  };
}
