import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.dirname(path.dirname(import.meta.dirname));

export interface RunOptions {
  env?: NodeJS.ProcessEnv | undefined;
  /** Called with each line as it comes; without it, the output is only returned. */
  onLine?: (line: string) => void;
}

export interface RunResult {
  code: number;
  output: string;
}

const running = new Set<ChildProcess>();

/** Runs a program of the workspace or the system to its end, and never throws for what it answers. */
export function run(command: string, args: string[], { env, onLine }: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...ourEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    running.add(child);
    let output = '';
    let rest = '';
    const take = (chunk: Buffer) => {
      output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (onLine) lines.forEach(onLine);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const finish = (code: number) => {
      running.delete(child);
      if (rest !== '') onLine?.(rest);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += `${error.message}\n`;
      finish(1);
    });
    child.once('close', (code) => finish(code ?? 1));
  });
}

/** Ends what runs when somebody ends us: vitest has a database server to stop. */
export function stopWithUs(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      const stopped = [...running].map((child) => new Promise((done) => child.once('close', done)));
      for (const child of running) child.kill(signal);
      Promise.all(stopped).then(() => process.kill(process.pid, signal));
    });
  }
}

function ourEnvironment(): NodeJS.ProcessEnv {
  const bin = path.join(root, 'node_modules', '.bin');
  return {
    // Our pipe is no terminal; the programs may still write colours where our own output goes to one.
    ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
  };
}
