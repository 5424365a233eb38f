import { once } from 'node:events';
import path from 'node:path';
import { LedgerError } from '@stepledger/contract';
import { type Database, NewerSchemaError } from '@stepledger/db';
import { PostgresError } from '@stepledger/postgres';
import { Command } from 'commander';
import { DEFAULT_PORT, type Env, loadEnv } from './env.ts';
import { createKeysCommand } from './keys/keys.command.ts';
import { createLog } from './log.ts';
import { openServerDatabase } from './open-database.ts';
import { toDatabaseOptions, toServerOptions } from './server-options.ts';
import { StartError } from './start-error.ts';
import { startServer } from './start-server.ts';
import { VERSION } from './version.ts';

type Variables = Record<string, string | undefined>;

interface ServeOptions {
  host?: string;
  port?: string;
  dataDir?: string;
}

/** Runs the server's command line; sets the exit code, and answers when the server has stopped. */
export async function runProgram(argv: readonly string[], variables: Variables): Promise<void> {
  try {
    await createProgram(variables).parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}

function createProgram(variables: Variables): Command {
  const program = new Command('stepledger-server')
    .description('Stepledger, the database of record for AI coding agents: the standalone server.')
    .version(VERSION)
    .option('--host <host>', 'where to listen (HOST; default 127.0.0.1)')
    .option('--port <port>', `which port (PORT; default ${DEFAULT_PORT} or the next free one)`)
    .option(
      '--data-dir <dir>',
      'where the private PostgreSQL lives (STEPLEDGER_DATA_DIR; default ./.stepledger)',
    )
    .addHelpText('after', '\nEverything else is set by environment variables; docs/server.md lists them.')
    .action((options: ServeOptions) => serve(loadEnv(overridden(variables, options))));
  program.addCommand(
    createKeysCommand({
      withDatabase: (work) =>
        withDatabase(loadEnv(overridden(variables, program.opts<ServeOptions>())), work),
      out: (line) => process.stdout.write(`${line}\n`),
      say: (line) => process.stderr.write(`${line}\n`),
    }),
  );
  return program;
}

function overridden(variables: Variables, { host, port, dataDir }: ServeOptions): Variables {
  return {
    ...variables,
    ...(host !== undefined && { HOST: host }),
    ...(port !== undefined && { PORT: port }),
    ...(dataDir !== undefined && { STEPLEDGER_DATA_DIR: dataDir }),
  };
}

async function serve(env: Env): Promise<void> {
  const stop = createStopSignal();
  const server = await startServer({
    ...toServerOptions(env),
    signal: stop,
    command: `node ${path.relative('', process.argv[1] ?? '')}`,
  }).catch((error: unknown) => {
    // Told to stop while it started, it has done what it was told.
    if (!stop.aborted) throw error;
  });
  if (server === undefined) return;
  if (env.PORT === undefined && server.port !== DEFAULT_PORT) {
    process.stderr.write(`Port ${DEFAULT_PORT} is taken, so Stepledger listens on ${server.port}.\n`);
  }
  process.stderr.write(`Stepledger is ready at ${server.url}\n`);
  await aborted(stop);
  await server.close();
}

/** Aborted by the first SIGTERM or SIGINT; a second one ends the process at once. */
function createStopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function withDatabase<Result>(
  env: Env,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const { database, close } = await openServerDatabase(toDatabaseOptions(env), { log: createLog('silent') });
  try {
    return await work(database);
  } finally {
    await close();
  }
}

const OURS = [StartError, PostgresError, NewerSchemaError, LedgerError];

/** What a person reads who started the server; the errors that we make say what to do, others show their stack. */
function explain(error: unknown): string {
  if (error instanceof PostgresError && error.code === 'DATA_DIR_IN_USE') {
    return `${error.message}\nKeys of a running server are made through its API (apiKeys.create), or while it is stopped.`;
  }
  if (error instanceof LedgerError && error.code === 'NOT_FOUND') {
    return `${error.message}; projects are made with an instance key, by projects.create`;
  }
  if (OURS.some((kind) => error instanceof kind)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
