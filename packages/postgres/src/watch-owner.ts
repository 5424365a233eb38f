import { spawn } from 'node:child_process';
import type { RunAs } from './run-as.ts';
import { childEnv, NEUTRAL_DIR } from './run-command.ts';
import type { Endpoint } from './settings.ts';

export interface OwnerWatcher {
  /** Ends the watching without touching the server. */
  end(): void;
}

/**
 * Waits for the owner's end, which closes the pipe it reads from, then asks the server for a fast shutdown and
 * removes its socket directory when it is gone.
 */
const SCRIPT = `
read -r _
kill -INT "$1" || exit 0
i=0
while kill -0 "$1" 2>/dev/null && [ "$i" -lt 60 ]; do sleep 1; i=$((i + 1)); done
rmdir "$2"
`;

/**
 * Stops the server when this process ends, in whatever way: a return, an uncaught error, Ctrl-C, kill -9.
 *
 * The system closes a dead process's pipes, so this needs no signal handler that would change how the owner
 * reacts. On Windows, where there is no `sh`, an orderly end stops the server and the next start does after a kill.
 */
export function watchOwner(pid: number, endpoint: Endpoint, runAs: RunAs): OwnerWatcher {
  if (!('socketDir' in endpoint)) {
    const onExit = () => process.kill(pid);
    process.once('exit', onExit);
    return { end: () => void process.removeListener('exit', onExit) };
  }
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'stepledger-watch', String(pid), endpoint.socketDir], {
    cwd: NEUTRAL_DIR,
    ...runAs,
    ...(childEnv === undefined ? {} : { env: childEnv }),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return { end: () => void watcher.kill('SIGKILL') };
}
