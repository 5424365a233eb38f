import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Demo extends AsyncDisposable {
  /** Waits until a line of the output has this text, and answers the output so far. */
  until(text: string): Promise<string>;
  /** Sends Ctrl-C; answers the exit code. */
  stop(): Promise<number | null>;
  ended: Promise<{ code: number | null; output: string }>;
}

function startDemo(dataDir: string, args: string[] = []): Demo {
  const { OPENAI_BASE_URL: _url, OPENAI_API_KEY: _key, DATABASE_URL: _database, ...env } = process.env;
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts'), ...args], {
    env: { ...env, PORT: '0', STEPLEDGER_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      child.emit('said');
    });
  }
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, output }));
  const stop = async () => {
    child.kill('SIGINT');
    return (await ended).code;
  };
  return {
    ended,
    stop,
    async until(text) {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`It ended without "${text}":\n${output}`);
        await Promise.race([once(child, 'said'), ended]);
      }
      return output;
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

async function openTempDir() {
  const path = await mkdtemp(join(tmpdir(), 'demo-'));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

const UP = 'The server stays up at';

test('it prints what is stored, finds it again at the second start, and lets no other take its data', {
  timeout: 120_000,
}, async () => {
  await using dir = await openTempDir();
  await using first = startDemo(dir.path);
  const told = await first.until(UP);
  expect(told).toContain('no LLM is called');
  expect(told).toContain('design_step: completed');
  expect(told).toContain('document  subtask confirm-endpoint v1, 302 B: Set the new password once');

  await using other = startDemo(dir.path);
  const refused = await other.ended;
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/in use by process \d+/);
  expect(refused.output).not.toContain('    at ');

  expect(await first.stop()).toBe(0);
  await using second = startDemo(dir.path);
  const again = await second.until(UP);
  expect(again).toContain('Nothing was recorded: all of it was stored before');
  const stored = (output: string) => output.slice(output.indexOf('\nRun '), output.indexOf(UP));
  expect(stored(again)).toBe(stored(told));
  expect(await second.stop()).toBe(0);
});

test('--help says what can be set, and a wrong option is one line', async () => {
  await using dir = await openTempDir();
  const help = await startDemo(dir.path, ['--help']).ended;
  expect(help).toMatchObject({ code: 0, output: expect.stringContaining('OPENAI_BASE_URL') });

  const wrong = await startDemo(dir.path, ['--nope']).ended;
  expect(wrong.code).toBe(1);
  expect(wrong.output).toContain("Unknown option '--nope'");
  expect(wrong.output).not.toContain('    at ');
});
