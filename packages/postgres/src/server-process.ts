import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { openChildDir } from './child-dir.ts';
import type { DataDirLayout } from './data-dir.ts';
import { PostgresError, quoteLog } from './postgres-error.ts';
import { loadPostmasterPid } from './postmaster-pid.ts';
import { loadStartTime } from './process-identity.ts';
import { giveTo, type RunAs } from './run-as.ts';
import { childEnv, lastLines, NEUTRAL_DIR } from './run-command.ts';
import { type Endpoint, serverSettings } from './settings.ts';
import { watchOwner } from './watch-owner.ts';

/** A start takes 0.04-0.15 s; after a crash it replays at most about 1 GB of log (max_wal_size). */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 10;
/** A fast shutdown writes a checkpoint; then an immediate one skips it; then the system ends the process. */
const STOP_STEPS = [
  { signal: 'SIGINT', waitMs: 60_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 10_000 },
] as const;

export interface ServerProcess {
  readonly pid: number;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  readonly endpoint: Endpoint;
  readonly runAs: RunAs;
  readonly durable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called when the server ends although nobody stopped it. */
  readonly onUnexpectedEnd: (how: string) => void;
}

/** Starts the server and waits until it accepts connections, else START_FAILED with the end of its log. */
export async function launchServer(
  layout: DataDirLayout,
  binaries: Binaries,
  options: LaunchOptions,
): Promise<ServerProcess> {
  const { runAs, endpoint, signal } = options;
  signal?.throwIfAborted();
  const log = await open(layout.logFile, 'w', 0o600);
  await using target = await openChildDir(layout.clusterDir, runAs);
  let end: string | undefined;
  let stopping = false;
  const child = spawn(
    path.join(binaries.binDir, 'postgres'),
    ['-D', target.argument, ...serverSettings(endpoint, options.durable)],
    {
      cwd: NEUTRAL_DIR,
      ...runAs,
      ...(childEnv === undefined ? {} : { env: childEnv }),
      // A session of its own: Ctrl-C in the terminal is for the owner, who then shuts the server down in order.
      detached: true,
      // A file, not a pipe: a server that outlives its owner by a moment must still be able to write.
      stdio: ['ignore', log.fd, log.fd, ...target.extraStdio],
      windowsHide: true,
    },
  );
  const started = new Promise<number>((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', reject);
  });
  child.once('exit', (exitCode, endSignal) => {
    end = endSignal === null ? `exit code ${exitCode}` : `signal ${endSignal}`;
  });
  const failed = async (why: string) => {
    const logTail = lastLines(await readLog(layout));
    const message = `PostgreSQL did not start in ${layout.dataDir}: ${why}.${quoteLog(logTail)}`;
    return new PostgresError('START_FAILED', message, { dataDir: layout.dataDir, logTail });
  };
  let pid: number;
  try {
    await giveTo(runAs, layout.logFile);
    pid = await started;
  } catch (error) {
    throw await failed(error instanceof Error ? error.message : String(error));
  } finally {
    await log.close();
  }
  const watcher = watchOwner(pid, endpoint, runAs);
  const stop = async () => {
    stopping = true;
    await stopProcess(pid, () => end !== undefined);
    watcher.end();
  };
  try {
    const endsAt = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      signal?.throwIfAborted();
      if (end !== undefined) throw await failed(end);
      const found = await loadPostmasterPid(layout.clusterDir);
      if (found?.pid === pid && found.ready) break;
      if (performance.now() > endsAt) throw await failed(`not ready within ${START_TIMEOUT_MS} ms`);
      await sleep(POLL_MS);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  child.once('exit', () => {
    watcher.end();
    if (!stopping) options.onUnexpectedEnd(end ?? 'unknown');
  });
  child.unref();
  return { pid, stop };
}

/** Ends a server in order, with harder means as time passes. Throws when it survives all of them. */
export async function stopProcess(pid: number, hasEnded: () => boolean | Promise<boolean>): Promise<void> {
  for (const { signal, waitMs } of STOP_STEPS) {
    if (await hasEnded()) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
      throw error;
    }
    const endsAt = performance.now() + waitMs;
    while (performance.now() < endsAt) {
      if (await hasEnded()) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) did not end.`);
}

/** Ends a server that runs on without its owner, after its owner was killed. */
export async function stopOrphan(pid: number): Promise<void> {
  const startedAt = await loadStartTime(pid);
  await stopProcess(pid, async () => (await loadStartTime(pid)) !== startedAt);
}

async function readLog(layout: DataDirLayout): Promise<string> {
  const handle = await open(layout.logFile, 'r');
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
