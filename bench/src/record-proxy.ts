/**
 * What `stepledger record` adds to a call of an LLM: until its answer is read, and until the first byte of a stream.
 *
 * Server, LLM and proxy run in processes of their own, as they do for a program that is recorded.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createStepledger } from '@stepledger/client';
import { startPostgres } from '@stepledger/postgres';
import { startLlmEndpointProcess } from '@stepledger/testing/llm-endpoint';
import { measure, print } from './measure.ts';

const SERVER = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const ROUNDS = { rounds: 6, turnsPerRound: 40 };

const directory = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
const children: ChildProcess[] = [];
try {
  await using postgres = await startPostgres({ dataDir: join(directory, 'data') });
  const url = await startServer(postgres.url());
  await using llm = await startLlmEndpointProcess({ behaviours: [{ text: 'An answer of a few words.' }] });
  const [direct, proxy] = [`${llm.url}/v1`, await startProxy(url, llm.url)];
  const step = (await createStepledger({ url, spool: false }).run({ key: 'bench' })).step('design_step');
  const contenders = [
    { name: 'direct', run: (turn: number) => ask(direct, turn) },
    { name: 'recorded', run: (turn: number) => ask(proxy, turn) },
    { name: 'by step.fetch', run: (turn: number) => ask(direct, turn, step.fetch) },
    { name: 'direct, no LLM', run: () => look(direct) },
    { name: 'passed on', run: () => look(proxy) },
  ];
  print('one call after another', await measure(contenders, { ...ROUNDS, writers: 1 }));
  print('one call, and a pause of 30 ms', await measure(contenders, { ...ROUNDS, writers: 1, pauseMs: 30 }));
  print('ten calls at once', await measure(contenders, { ...ROUNDS, writers: 10 }));
  const behaviours = [{ text: 'word '.repeat(200), pieceLength: 5 }];
  await using streaming = await startLlmEndpointProcess({ behaviours });
  const [directly, recorded] = [`${streaming.url}/v1`, await startProxy(url, streaming.url)];
  for (const [title, until] of [
    ['the first byte of a stream', 'first'],
    ['a whole stream of 200 events', 'end'],
  ] as const) {
    print(
      title,
      await measure(
        [
          { name: 'direct', run: (turn) => stream(directly, turn, until) },
          { name: 'recorded', run: (turn) => stream(recorded, turn, until) },
        ],
        { ...ROUNDS, writers: 1, pauseMs: 30 },
      ),
    );
  }
} finally {
  for (const child of children.reverse()) {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  await rm(directory, { recursive: true, force: true });
}

async function startServer(databaseUrl: string): Promise<string> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'fatal' };
  const server = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(server);
  return firstMatch(server.stderr, /ready at (http:\S+)/);
}

/** Answers where OpenAI is found by a program that is recorded. */
async function startProxy(url: string, llmUrl: string): Promise<string> {
  const args = ['record', '--server', url, '--listen', '0', '--openai', `${llmUrl}/v1`];
  const proxy = spawn(process.execPath, [CLI, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(proxy);
  return firstMatch(proxy.stdout, /OPENAI_BASE_URL='(\S+)'/);
}

async function firstMatch(output: Readable, pattern: RegExp): Promise<string> {
  for await (const line of createInterface(output)) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error('A process ended before it was ready');
}

function send(base: string, turn: number, { isStream = false, send = fetch } = {}): Promise<Response> {
  const messages = [{ role: 'user', content: `Question ${turn}` }];
  return send(`${base}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5', messages, stream: isStream }),
  });
}

async function ask(base: string, turn: number, by: typeof fetch = fetch): Promise<void> {
  await (await send(base, turn, { send: by })).text();
}

/** The endpoint knows no models, and says so at once. */
async function look(base: string): Promise<void> {
  await (await fetch(`${base}/models`)).text();
}

async function stream(base: string, turn: number, until: 'first' | 'end'): Promise<void> {
  const { body } = await send(base, turn, { isStream: true });
  const reader = body?.getReader();
  let read = await reader?.read();
  // The rest is read beside the next call, so that no call is left.
  const rest = (async () => {
    while (read?.done === false) read = await reader?.read();
  })();
  if (until === 'end') await rest;
}
