import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../../../apps/server/src/main.ts');

export interface ProgramOptions {
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** The file to run; the server's main.ts when left out. */
  main?: string;
}

export interface Program {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Answers the URL once the server says that it is ready. */
  ready(): Promise<string>;
  /** Answers the exit code. */
  exit(): Promise<number | null>;
}

/** Runs the server's program with Node and nothing else of our environment; it ends with the test. */
export function runProgram({ args = [], env = {}, cwd, main = MAIN }: ProgramOptions): Program {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: '/usr/bin:/bin', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const ready = async (): Promise<string> => {
    for (;;) {
      const url = /ready at (http:\S+)/.exec(stderr)?.[1];
      if (url !== undefined) return url;
      const ended = await Promise.race([
        exited.then(() => true),
        once(child.stderr, 'data').then(() => false),
      ]);
      if (ended) throw new Error(`The server ended before it was ready:\n${stderr}`);
    }
  };
  return { process: child, stdout: () => stdout, stderr: () => stderr, ready, exit: () => exited };
}
