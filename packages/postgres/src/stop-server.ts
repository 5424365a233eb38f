import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { loadStartTime } from './process-identity.ts';
import { runCommand } from './run-command.ts';

const POLL_MS = 10;
/** A fast shutdown writes a checkpoint; then an immediate one skips it; then the system ends the process. */
const STEPS = [
  { signal: 'SIGINT', waitMs: 60_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 10_000 },
] as const;

/** Ends a server in order, with harder means as time passes. Throws when it survives all of them. */
export async function stopServer(
  pid: number,
  binaries: Binaries,
  hasEnded: () => boolean | Promise<boolean>,
): Promise<void> {
  for (const { signal, waitMs } of STEPS) {
    if (await hasEnded()) return;
    await sendSignal(pid, signal, binaries);
    const endsAt = performance.now() + waitMs;
    while (performance.now() < endsAt) {
      if (await hasEnded()) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) did not end.`);
}

/** Ends a server that is not our child: the one that a killed owner left. */
export async function stopLeftServer(pid: number, binaries: Binaries): Promise<void> {
  const startedAt = await loadStartTime(pid);
  await stopServer(pid, binaries, async () => {
    const now = await loadStartTime(pid);
    return now === undefined || now !== startedAt;
  });
}

async function sendSignal(pid: number, signal: NodeJS.Signals, binaries: Binaries): Promise<void> {
  if (process.platform === 'win32' && signal !== 'SIGKILL') {
    // Windows has no such signals; PostgreSQL listens for them on a named pipe, which pg_ctl knows.
    await runCommand(path.join(binaries.binDir, 'pg_ctl'), ['kill', signal.slice(3), String(pid)], {
      timeoutMs: 10_000,
    });
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
