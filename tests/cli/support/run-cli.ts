import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
/** No command of a test takes longer than this, on a machine busy with others. */
const LIMIT_MS = 60_000;

export interface CliOptions {
  /** The server to work with. */
  url?: string | undefined;
  env?: Record<string, string> | undefined;
  /** Standard input; closed at once when left out. */
  input?: string | Uint8Array | undefined;
  cwd?: string | undefined;
}

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output, byte for byte. */
  bytes: Buffer;
}

/** The words that run the command line with this Node, for those who start it by a shell. */
export const CLI_COMMAND = [process.execPath, MAIN] as const;

/** Starts the command line as a process of its own, with nothing of this process's settings. */
export function spawnCli(args: readonly string[], { url, env, cwd }: CliOptions = {}): ChildProcess {
  // Vitest asks for colour, which programs do not.
  const settings = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('STEPLEDGER_') && name !== 'FORCE_COLOR',
  );
  return spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: {
      ...Object.fromEntries(settings),
      // Halves what a start costs.
      NODE_COMPILE_CACHE: path.join(os.tmpdir(), 'stepledger-test-compile-cache'),
      ...(url !== undefined && { STEPLEDGER_URL: url }),
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the command line as a process and answers what it printed and its exit code. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = spawnCli(args, options);
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A command that does not read its input may be gone before it is written.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  const bytes = Buffer.concat(stdout);
  return { code, stdout: bytes.toString(), stderr: Buffer.concat(stderr).toString(), bytes };
}
