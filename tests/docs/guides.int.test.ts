import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const SLOW_MS = 120_000;
const GUIDES = ['recording.md', 'durable-steps.md', 'ledger.md', 'search.md'];

/** The blocks of a guide, which are one program. */
async function loadProgram(guide: string): Promise<string> {
  const markdown = await readFile(join(ROOT, 'docs', guide), 'utf8');
  return Array.from(markdown.matchAll(/^```ts\n(.*?)^```$/gms), ([, code]) => code).join('\n');
}

/** Saves a program where it finds the packages that the tests have. */
async function save(program: string): Promise<string> {
  const parent = join(ROOT, 'tests/.reports');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'guide-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'program.ts');
  await writeFile(file, program);
  return file;
}

async function run(command: string, args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string }) {
  const { env, cwd } = options;
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

/** Runs a guide against a server and LLMs of its own; its lines are what it printed. */
async function runGuide(guide: string) {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  const endpoint = await startLlmEndpoint();
  onTestFinished(() => endpoint.close());
  const file = await save(await loadProgram(guide));
  const env = {
    STEPLEDGER_URL: server.url,
    OPENAI_BASE_URL: `${endpoint.url}/v1`,
    OPENAI_API_KEY: 'none',
    ANTHROPIC_BASE_URL: endpoint.url,
    ANTHROPIC_API_KEY: 'none',
    OLLAMA_HOST: endpoint.url,
  };
  const { code, out, err } = await run(process.execPath, [file], { env, cwd: dirname(file) });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const todo = await server.ledger.run({ key: 'todo-app' });
  return { lines: out.trimEnd().split('\n'), run: todo, endpoint, ledger: server.ledger };
}

test('the guide to recording runs as printed, and every call of every SDK is in the ledger', {
  timeout: SLOW_MS,
}, async () => {
  const { lines, run, endpoint } = await runGuide('recording.md');

  const exchanges = await run.exchanges.list();
  expect(exchanges.map(({ status, provider }) => `${provider} ${status}`)).toEqual([
    'openai completed',
    'openai completed',
    'anthropic completed',
    'ollama completed',
    'openai completed',
    'openai completed',
  ]);
  expect(endpoint.requests).toHaveLength(exchanges.length);
  expect(exchanges.at(-1)?.prompt).toEqual({ name: 'design', version: 1 });
  expect(lines.filter((line) => line.includes('tokens, 1 attempt(s)'))).toHaveLength(5);
  expect(lines.at(-1)).toBe('true');
});

test('the guide to durable steps runs as printed', { timeout: SLOW_MS }, async () => {
  const { lines, run, ledger, endpoint } = await runGuide('durable-steps.md');

  expect(lines).toContain('true false true');
  expect(lines).toContain('{ changed: 0, unchanged: 1, failed: 0, skipped: 0 }');
  expect(endpoint.requests).toHaveLength(3);
  expect((await run.get()).status).toBe('completed');
  const [design] = await run.documents.list({ kind: 'design' });
  expect(design).toMatchObject({ version: 2, text: expect.stringMatching(/^# Design\n/) });
  const links = await ledger.links.list({ documentId: design?.id ?? '' }).all();
  expect(links.map(({ relation }) => relation)).toContain('used');
});

test('the guide to the ledger runs as printed, and every line comes out as it says', {
  timeout: SLOW_MS,
}, async () => {
  const { lines, run, ledger } = await runGuide('ledger.md');

  const printed = (await readFile(join(ROOT, 'docs/ledger.md'), 'utf8')).matchAll(
    /console\.log\(.*\); \/\/ (.*)$/gm,
  );
  const promised = Array.from(printed, ([, line = '']) => line.replace(/ (\{ \.\.\. \}|\.\.\.)$/, ''));
  expect(promised.length).toBeGreaterThan(8);
  // In their order; what stands in `...` is left open.
  let next = 0;
  for (const line of promised) {
    const found = lines.findIndex((printed, index) => index >= next && printed.startsWith(line));
    expect(found, line).toBeGreaterThanOrEqual(next);
    next = found + 1;
  }
  expect((await run.get()).status).toBe('completed');
  const forks = await ledger.runs.list({ originRunId: run.id }).all();
  expect(forks.map(({ key }) => key)).toEqual(['todo-app-one-file']);
});

test('the guide to search runs as printed', { timeout: SLOW_MS }, async () => {
  const { lines } = await runGuide('search.md');

  expect(lines).toEqual([
    'todo-app design v1 Login',
    'login users User',
    "[ { value: 'design', count: 1 } ]",
    '1 true',
    'document',
    '1 of 1',
    '1 of 1',
    '1 of 1',
    '1 of 1',
    '1 of 1',
  ]);
});

test.each(GUIDES)('%s has no type error under strict', { timeout: SLOW_MS }, async (guide) => {
  const file = await save(await loadProgram(guide));
  const config = join(dirname(file), 'tsconfig.json');
  const compilerOptions = { noEmit: true, noUnusedLocals: false };
  const extended = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, files: [file] };
  await writeFile(config, JSON.stringify(extended));

  const checked = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', config], {});

  expect(checked).toEqual({ code: 0, out: '', err: '' });
});

test.each(GUIDES)('every file that %s links to is there', async (guide) => {
  const markdown = await readFile(join(ROOT, 'docs', guide), 'utf8');
  const links = Array.from(markdown.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, path = '']) => path);
  expect(links.filter((path) => !existsSync(join(ROOT, 'docs', path)))).toEqual([]);
});
