import { once } from 'node:events';
import { DEFAULT_PORT, type Env } from './env.ts';
import { toServerOptions } from './server-options.ts';
import { startServer } from './start-server.ts';

export interface ServeOptions {
  /** Ends the server; also abandons its start. */
  signal: AbortSignal;
  /** How the command line is called on this machine, for advice. */
  command: string;
}

/** Runs a server until the signal fires, and answers when it has stopped. What it has to say goes to standard error. */
export async function serve(env: Env, { signal, command }: ServeOptions): Promise<void> {
  const server = await startServer({ ...toServerOptions(env), signal, command }).catch((error: unknown) => {
    // Told to stop while it started, it has done what it was told.
    if (!signal.aborted) throw error;
  });
  if (server === undefined) return;
  if (env.PORT === undefined && server.port !== DEFAULT_PORT) {
    process.stderr.write(`Port ${DEFAULT_PORT} is taken, so Stepledger listens on ${server.port}.\n`);
  }
  process.stderr.write(`Stepledger is ready at ${server.url}\n`);
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
}
