import { spawn } from 'node:child_process';
import path from 'node:path';
import type { RunAs } from './run-as.ts';

export interface CommandResult {
  /** null when a signal ended it. */
  exitCode: number | null;
  /** Standard output and error as they came, at most the last 64 KiB. */
  output: string;
}

export interface RunOptions {
  readonly runAs?: RunAs;
  readonly input?: string;
  /** Descriptors that the program inherits from number 3 on. */
  readonly extraStdio?: readonly number[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MAX_OUTPUT_CHARS = 65_536;

/**
 * The environment of every PostgreSQL program: nothing of ours.
 *
 * PGDATA, PGPORT, LD_LIBRARY_PATH or a locale of the caller would otherwise change what is created. TZ spares
 * initdb the search for the system's zone. Windows programs do not start without the system's variables.
 */
export const childEnv: NodeJS.ProcessEnv | undefined =
  process.platform === 'win32'
    ? undefined
    : { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };

/** Programs start where every user may be; the caller's directory may be closed to theirs. */
export const NEUTRAL_DIR = path.parse(process.execPath).root;

/**
 * Runs a program to its end and collects what it says.
 *
 * It runs in a session of its own, so that Ctrl-C in the terminal reaches the owner only. After `timeoutMs`, or
 * when `signal` aborts, the whole group is killed; an abort rejects with the signal's reason.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const child = spawn(file, args, {
    cwd: NEUTRAL_DIR,
    ...options.runAs,
    ...(childEnv === undefined ? {} : { env: childEnv }),
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe', ...(options.extraStdio ?? [])],
    windowsHide: true,
  });
  let output = '';
  let timedOut = false;
  const collect = (chunk: string) => {
    output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
  };
  child.stdout?.setEncoding('utf8').on('data', collect);
  child.stderr?.setEncoding('utf8').on('data', collect);
  // The program may end without reading its input; its exit code tells, not the broken pipe.
  child.stdin?.on('error', () => undefined).end(options.input ?? '');
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    if (process.platform === 'win32') child.kill('SIGKILL');
    else killGroup(child.pid);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeoutMs);
  options.signal?.addEventListener('abort', kill, { once: true });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    options.signal?.throwIfAborted();
    if (timedOut) output += `\nno end within ${options.timeoutMs} ms`;
    return { exitCode, output };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', kill);
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // It ended at this moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The last lines of a text without blank ones. */
export function lastLines(text: string, count = 20): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-count);
}
