/**
 * A process that owns a managed PostgreSQL, for tests that kill it.
 *
 * Prints one line of JSON (`OwnerReport`) when the server is up or refused. `hold` stays until its input ends, then
 * stops in order; `handle-interrupt` also answers Ctrl-C, with a query first; `return` comes to its end at once.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresError, type StartPostgresOptions, startPostgres } from '../src/index.ts';
import { type OwnerReport, query } from './fixtures.ts';

type Mode = 'hold' | 'handle-interrupt' | 'return';
const { mode, ...options } = JSON.parse(process.argv[2] ?? '') as StartPostgresOptions & { mode: Mode };
const report = (line: OwnerReport) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const postgres = await startPostgres(options);
  if (mode === 'handle-interrupt') {
    process.once('SIGINT', async () => {
      // Time enough for a server that had got the signal too to be gone.
      await sleep(500);
      const [row] = await query(postgres.url(), 'SELECT 1 AS one');
      process.stdout.write(`${JSON.stringify(row)}\n`);
      await postgres.stop();
      process.exit(0);
    });
  }
  report({ url: postgres.url(), serverPid: postgres.pid, listeners: process.eventNames().map(String) });
  if (mode !== 'return') {
    process.stdin.resume();
    await once(process.stdin, 'end');
    await postgres.stop();
  }
} catch (error) {
  if (!(error instanceof PostgresError)) throw error;
  report({ code: error.code, message: error.message, details: error.details });
}
