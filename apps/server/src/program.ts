import path from 'node:path';
import type { Database } from '@stepledger/db';
import { Command } from 'commander';
import { DEFAULT_PORT, type Env, loadEnv } from './env.ts';
import { explainStart } from './explain-start.ts';
import { createKeysCommand } from './keys/keys.command.ts';
import { createLog } from './log.ts';
import { openServerDatabase } from './open-database.ts';
import { serve } from './serve.ts';
import { type ServeFlags, type Variables, withFlags } from './serve-flags.ts';
import { toDatabaseOptions } from './server-options.ts';
import { VERSION } from './version.ts';

/** Runs the server's command line; sets the exit code, and answers when the server has stopped. */
export async function runProgram(argv: readonly string[], variables: Variables): Promise<void> {
  try {
    await createProgram(variables).parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${explainStart(error) ?? stackOf(error)}\n`);
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
    .action((options: ServeFlags) =>
      serve(loadEnv(withFlags(variables, options)), {
        signal: createStopSignal(),
        command: `node ${path.relative('', process.argv[1] ?? '')}`,
      }),
    );
  program.addCommand(
    createKeysCommand({
      withDatabase: (work) => withDatabase(loadEnv(withFlags(variables, program.opts<ServeFlags>())), work),
      out: (line) => process.stdout.write(`${line}\n`),
      say: (line) => process.stderr.write(`${line}\n`),
    }),
  );
  return program;
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

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
