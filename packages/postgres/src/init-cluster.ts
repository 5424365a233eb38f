import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import { openChildDir } from './child-dir.ts';
import { type DataDirLayout, initDirOf } from './data-dir.ts';
import { PostgresError, quoteLog } from './postgres-error.ts';
import { giveTo, type RunAs } from './run-as.ts';
import { type CommandResult, lastLines, runCommand } from './run-command.ts';
import { DATABASE, USER } from './settings.ts';

/** initdb takes 0.5-2 s; a slow disk with fsync may need much longer. */
const INIT_TIMEOUT_MS = 180_000;

/**
 * Creates the cluster and the database `stepledger`, under a temporary name that is renamed when all is on disk.
 *
 * A creation that is killed halfway therefore leaves no half cluster, only a directory that the next start removes.
 */
export async function initCluster(
  layout: DataDirLayout,
  binaries: Binaries,
  options: { runAs: RunAs; durable: boolean; signal?: AbortSignal | undefined },
): Promise<void> {
  const { runAs, signal } = options;
  const initDir = initDirOf(layout);
  await mkdir(initDir, { mode: 0o700 });
  await giveTo(runAs, initDir);
  await using target = await openChildDir(initDir, runAs);
  const run = (program: string, args: string[], input?: string) =>
    runCommand(path.join(binaries.binDir, program), args, {
      extraStdio: target.extraStdio,
      runAs,
      timeoutMs: INIT_TIMEOUT_MS,
      signal,
      ...(input === undefined ? {} : { input }),
    });
  try {
    const access =
      process.platform === 'win32'
        ? await passwordAccess(layout)
        : ['--auth-local=trust', '--auth-host=reject'];
    const init = [
      `--pgdata=${target.argument}`,
      `--username=${USER}`,
      ...localeArguments(binaries),
      ...access,
    ];
    const sync = options.durable ? [] : ['--no-sync'];
    const created = await run('initdb', [...init, '--data-checksums', '--no-instructions', ...sync]);
    if (created.exitCode !== 0) throw initFailed(layout, created);
    // Single-user mode: no port, no socket, no waiting; its end is a checkpoint, so the database is on disk.
    const single = [
      '--single',
      '-D',
      target.argument,
      '-c',
      'exit_on_error=on',
      ...(options.durable ? [] : ['-F']),
      'postgres',
    ];
    const database = await run('postgres', single, `CREATE DATABASE ${DATABASE}\n`);
    if (database.exitCode !== 0) throw initFailed(layout, database);
    await rename(initDir, layout.clusterDir);
    await syncDirectory(layout.dataDir);
  } catch (error) {
    await rm(initDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    throw error;
  }
}

/**
 * Text sorts by code point and folds case by Unicode's simple mapping, on every machine alike.
 *
 * From 17 on PostgreSQL carries that locale itself, so no update of the C library can ever change an index.
 * Before 17 the closest is C for order with C.UTF-8 for character classes, which only Linux is sure to have.
 */
function localeArguments(binaries: Binaries): string[] {
  if (Number(binaries.major) >= 17) {
    return ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  }
  return ['--encoding=UTF8', '--locale=C', ...(process.platform === 'linux' ? ['--lc-ctype=C.UTF-8'] : [])];
}

/** Windows has no socket with file permissions: there a random password guards the loopback port. */
async function passwordAccess(layout: DataDirLayout): Promise<string[]> {
  await writeFile(layout.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return ['--auth=scram-sha-256', `--pwfile=${layout.passwordFile}`];
}

function initFailed(layout: DataDirLayout, { exitCode, output }: CommandResult) {
  const logTail = lastLines(output);
  const message = `PostgreSQL could not create a database in ${layout.dataDir} (exit code ${exitCode}).${quoteLog(logTail)}`;
  return new PostgresError('INIT_FAILED', message, { dataDir: layout.dataDir, logTail });
}

/** Makes a rename survive a power failure. Windows cannot open directories and needs no such step. */
async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
