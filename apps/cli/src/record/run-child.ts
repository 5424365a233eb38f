import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';

/** What shells answer for a command that is not there, and for one that cannot be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;
/** Sent on to the program; each ends a process that does not listen to it. */
export const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to all processes of its foreground, the program included. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGQUIT'];

export interface ChildOptions {
  environment: NodeJS.ProcessEnv;
  directory: string;
}

export interface ChildEnd {
  /** What a shell would answer: the program's own code, 128 and its signal, 127 or 126. */
  exitCode: number;
  /** Why it could not be started; null when it ran. */
  notStarted: string | null;
}

/** Runs a program with our own input and output until it ends. While it runs, signals are its own affair. */
export function runChild(
  command: readonly string[],
  { environment, directory }: ChildOptions,
): Promise<ChildEnd> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'inherit', env: environment, cwd: directory });
    const release = forwardSignals(child);
    child.once('error', (error: NodeJS.ErrnoException) => {
      // An error of a program that runs, such as a signal that could not be sent, does not end it.
      if (child.pid !== undefined) return;
      release();
      const exitCode = error.code === 'ENOENT' ? NOT_FOUND : NOT_RUNNABLE;
      resolve({ exitCode, notStarted: error.code ?? error.message });
    });
    child.once('exit', (code, signal) => {
      release();
      resolve({
        exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        notStarted: null,
      });
    });
  });
}

function forwardSignals(child: ChildProcess): () => void {
  // Somebody who sends us an interrupt by hand while we have a terminal is not told apart from its Ctrl-C: a program
  // that gets it twice may end at once, which is worse than one that is interrupted again.
  const hasTerminal = [0, 1, 2].some(isatty);
  const listeners = FORWARDED.map((signal) => {
    const listener = () => {
      const hasIt = hasTerminal && FROM_TERMINAL.includes(signal);
      if (!hasIt) child.kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) process.removeListener(signal, listener);
  };
}
