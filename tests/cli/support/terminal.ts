import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { requireTool } from '@stepledger/testing';
import { CLI_COMMAND } from './run-cli.ts';

const run = promisify(execFile);

/** No screen of a test takes longer than this, on a machine busy with others. */
const LIMIT_MS = 15_000;
const LOOK_MS = 50;

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}

/** A real terminal with a shell in it, in which `stepledger` is the command line. */
export interface Terminal extends AsyncDisposable {
  /** An empty directory of the test's own: the shell is in it, and programs put there are found. */
  readonly directory: string;
  /** Types text as it is. */
  type(text: string): Promise<void>;
  /** Presses keys by their tmux names: `Enter`, `C-c`, `Space`. */
  press(...keys: string[]): Promise<void>;
  /** Runs a command on an empty screen. */
  enter(command: string): Promise<void>;
  screen(): Promise<string>;
  /** Waits until the screen is as expected, and answers it; fails with the screen. */
  shows(expected: string | RegExp | ((screen: string) => boolean)): Promise<string>;
  /** Waits until the command that was entered last has ended, and answers its exit code. */
  exitCode(): Promise<number>;
  /** Puts a shell script into the directory. */
  script(name: string, lines: string): Promise<void>;
}

/** Opens a terminal of a fixed size by a tmux of its own, which ends with it. */
export async function openTerminal({
  columns = 160,
  rows = 30,
  env = {},
}: TerminalOptions = {}): Promise<Terminal> {
  const tmux = await requireTool({ name: 'tmux', aptPackage: 'tmux' });
  const directory = await mkdtemp(path.join(tmpdir(), 'stepledger-terminal-'));
  // Its socket goes with the directory, which tmux itself would leave; the path of one may not be long.
  const server = ['-L', 'test', '-f', '/dev/null'];
  const settings = Object.entries(process.env).filter(
    ([name]) => !/^(STEPLEDGER_|TMUX|NO_COLOR|FORCE_)/.test(name),
  );
  const options = {
    cwd: directory,
    env: {
      ...Object.fromEntries(settings),
      PATH: `${directory}:${process.env['PATH']}`,
      TMUX_TMPDIR: directory,
      TMPDIR: directory,
      HOME: directory,
      ...env,
    },
  };
  const send = (...words: string[]) => run(tmux, [...server, ...words], options);
  const size = ['-x', `${columns}`, '-y', `${rows}`];
  // In one go: the size is that of the shell only when there is no status line from the beginning.
  const start = ['start-server', ';', 'set', '-g', 'status', 'off', ';', 'new-session', '-d', ...size, 'sh'];
  const script = async (name: string, lines: string) => {
    await writeFile(path.join(directory, name), `#!/bin/sh\n${lines}\n`);
    await chmod(path.join(directory, name), 0o755);
  };
  await script('stepledger', `exec ${CLI_COMMAND.map((word) => `'${word}'`).join(' ')} "$@"`);
  await send(...start);

  const screen = async () => (await send('capture-pane', '-p')).stdout.trimEnd();
  const shows: Terminal['shows'] = async (expected) => {
    const isThere =
      typeof expected === 'string'
        ? (text: string) => text.includes(expected)
        : expected instanceof RegExp
          ? (text: string) => expected.test(text)
          : expected;
    const end = Date.now() + LIMIT_MS;
    let text = await screen();
    while (!isThere(text)) {
      if (Date.now() > end) throw new Error(`The terminal never showed ${expected}, but:\n${text}`);
      await sleep(LOOK_MS);
      text = await screen();
    }
    return text;
  };
  const type = async (text: string) => void (await send('send-keys', '-l', text));
  const press = async (...keys: string[]) => void (await send('send-keys', ...keys));
  let commands = 0;
  const enter = async (command: string) => {
    const before = `exit code ${commands++}:`;
    await type(`clear; ${command}; echo exit code ${commands}: $?`);
    await press('Enter');
    await shows((text) => !text.includes(before));
  };
  const close = async () => {
    await send('kill-server');
    // A program that was ended may still write its compile cache.
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  // Its prompt.
  await shows(/^[$#]/).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    directory,
    type,
    press,
    enter,
    screen,
    shows,
    script,
    async exitCode() {
      const pattern = new RegExp(`^exit code ${commands}: (\\d+)$`, 'm');
      const [, code] = pattern.exec(await shows(pattern)) ?? [];
      return Number(code);
    },
    [Symbol.asyncDispose]: close,
  };
}
