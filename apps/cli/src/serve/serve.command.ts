import type { ServeFlags } from '@stepledger/server';
import { Command } from 'commander';
import type { Shell } from '../shell/shell.ts';
import { withServer } from '../shell/with-server.ts';

/** `serve`: the standalone server in this process. */
export function createServeCommand(shell: Shell): Command {
  return new Command('serve')
    .description('Run the server, on a private PostgreSQL or on DATABASE_URL, until Ctrl-C.')
    .option('--host <host>', 'where to listen (HOST; default 127.0.0.1)')
    .option('--port <port>', 'which port (PORT; default 4400 or the next free one)')
    .option(
      '--data-dir <dir>',
      'where the private PostgreSQL lives (STEPLEDGER_DATA_DIR; default ./.stepledger)',
    )
    .addHelpText(
      'after',
      `
Everything else is set by environment variables; docs/server.md lists them.

Examples:
  stepledger serve
  stepledger serve --port 5000 --data-dir /var/lib/stepledger
  DATABASE_URL=postgres://user:secret@db/ledger stepledger serve --host 0.0.0.0`,
    )
    .action((options: ServeFlags) =>
      withServer(({ loadEnv, serve, withFlags }) =>
        serve(loadEnv(withFlags(shell.variables, options)), { signal: shell.signal, command: 'stepledger' }),
      ),
    );
}
