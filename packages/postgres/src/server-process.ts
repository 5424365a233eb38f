import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { openChildDir } from './child-dir.ts';
import type { DataDirLayout } from './data-dir.ts';
import { ifThere } from './fs-errors.ts';
import { PostgresError, quoteLog } from './postgres-error.ts';
import { loadPostmasterPid } from './postmaster-pid.ts';
import { giveTo, type RunAs } from './run-as.ts';
import { childEnv, lastLines, NEUTRAL_DIR } from './run-command.ts';
import { type Endpoint, serverSettings } from './settings.ts';
import { stopServer } from './stop-server.ts';
import { watchOwner } from './watch-owner.ts';

/** A start takes 0.04-0.15 s; after a crash it replays at most about 1 GB of log (max_wal_size). */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 10;

export interface ServerProcess {
  readonly pid: number;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  readonly endpoint: Endpoint;
  readonly runAs: RunAs;
  readonly durable: boolean;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Starts the server and waits until it accepts connections, else START_FAILED with the end of its log. */
export async function launchServer(
  layout: DataDirLayout,
  binaries: Binaries,
  options: LaunchOptions,
): Promise<ServerProcess> {
  options.signal?.throwIfAborted();
  const { child, pid } = await spawnServer(layout, binaries, options);
  let stopping = true;
  const watcher = watchOwner(pid, {
    endpoint: options.endpoint,
    binaries,
    runAs: options.runAs,
    onError: (error) =>
      options.log(`PostgreSQL will outlive this process if that is killed: ${error.message}`),
  });
  const stop = async () => {
    stopping = true;
    await stopServer(pid, binaries, () => endOf(child) !== undefined);
    watcher.end();
  };
  try {
    const endsAt = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const ready = await isReady(layout, pid);
      const end = endOf(child);
      if (end !== undefined) throw await startFailed(layout, end);
      if (ready) break;
      options.signal?.throwIfAborted();
      if (performance.now() > endsAt) throw await startFailed(layout, `not ready in ${START_TIMEOUT_MS} ms`);
      await sleep(POLL_MS);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  stopping = false;
  child.once('exit', () => {
    watcher.end();
    if (!stopping)
      options.log(`PostgreSQL ended unexpectedly (${endOf(child)}); its log is ${layout.logFile}`);
  });
  child.unref();
  return { pid, stop };
}

async function spawnServer(
  layout: DataDirLayout,
  binaries: Binaries,
  { endpoint, runAs, durable }: LaunchOptions,
): Promise<{ child: ChildProcess; pid: number }> {
  await using log = await openLog(layout, runAs);
  await using target = await openChildDir(layout.clusterDir, runAs);
  const program = path.join(binaries.binDir, 'postgres');
  const child = spawn(program, ['-D', target.argument, ...serverSettings(endpoint, durable)], {
    cwd: NEUTRAL_DIR,
    ...runAs,
    ...(childEnv === undefined ? {} : { env: childEnv }),
    // A session of its own: Ctrl-C in the terminal is for the owner, who then shuts the server down in order.
    detached: true,
    // A file, not a pipe: a server that outlives its owner by a moment must still be able to write.
    stdio: ['ignore', log.fd, log.fd, ...target.extraStdio],
    windowsHide: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  if (child.pid === undefined) throw await startFailed(layout, 'it has no process id');
  return { child, pid: child.pid };
}

/** A new log for each start; that of the last one, which may tell of a crash, is kept beside it. */
async function openLog(layout: DataDirLayout, runAs: RunAs): Promise<FileHandle> {
  await ifThere(rename(layout.logFile, `${layout.logFile}.previous`));
  const handle = await open(layout.logFile, 'wx', 0o600);
  await giveTo(runAs, layout.logFile);
  return handle;
}

/** How a process ended; undefined while it runs. State, not an event: it may end before anybody listens. */
function endOf(child: ChildProcess): string | undefined {
  if (child.signalCode !== null) return `signal ${child.signalCode}`;
  return child.exitCode === null ? undefined : `exit code ${child.exitCode}`;
}

async function isReady(layout: DataDirLayout, pid: number): Promise<boolean> {
  const found = await loadPostmasterPid(layout.clusterDir);
  return found?.pid === pid && found.ready;
}

async function startFailed(layout: DataDirLayout, why: string): Promise<PostgresError> {
  const logTail = lastLines(await readFile(layout.logFile, 'utf8'));
  const message = `PostgreSQL did not start in ${layout.dataDir}: ${why}.${quoteLog(logTail)}`;
  return new PostgresError('START_FAILED', message, { dataDir: layout.dataDir, logTail });
}
