import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';
import { childEnv, NEUTRAL_DIR } from './run-command.ts';
import type { Endpoint } from './settings.ts';

export interface OwnerWatcher {
  /** Ends the watching without touching the server. */
  end(): void;
}

/**
 * Waits for the owner's end, which closes the pipe that `read` reads, asks for a fast shutdown, and removes the
 * socket's directory when the server has gone and nobody else uses it by then.
 */
const SCRIPT = `
read -r _
kill -INT "$1"
seconds=0
while kill -0 "$1" && [ "$seconds" -lt 60 ]; do sleep 1; seconds=$((seconds + 1)); done
rm -f "$3"
rmdir "$2"
`;

/**
 * Stops the server when this process ends, in whatever way: a return, an uncaught error, Ctrl-C, kill -9.
 *
 * The system closes a dead process's pipes, so this needs no signal handler that would change how the owner
 * reacts. On Windows, which has no `sh`, only an orderly end stops the server; after a kill the next start does.
 */
export function watchOwner(
  pid: number,
  options: { endpoint: Endpoint; binaries: Binaries; runAs: RunAs; onError: (error: Error) => void },
): OwnerWatcher {
  const { endpoint } = options;
  if (!('socketDir' in endpoint)) {
    const pgCtl = path.join(options.binaries.binDir, 'pg_ctl');
    const onExit = () => void spawnSync(pgCtl, ['kill', 'INT', String(pid)], { windowsHide: true });
    process.once('exit', onExit);
    return { end: () => void process.removeListener('exit', onExit) };
  }
  const { path: dir, mark } = endpoint.socketDir;
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'stepledger-watch', String(pid), dir, mark], {
    cwd: NEUTRAL_DIR,
    ...options.runAs,
    ...(childEnv === undefined ? {} : { env: childEnv }),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.once('error', options.onError);
  // Nothing is ever written to the pipe; an error says only that the watcher has gone, which 'exit' does not need.
  watcher.stdin.on('error', () => undefined);
  // Neither the process nor the pipe may keep the owner alive.
  watcher.unref();
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return { end: () => void watcher.kill('SIGKILL') };
}
