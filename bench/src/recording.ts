/**
 * What recording adds to a call of an LLM: time, and memory of the agent.
 *
 * Server and LLM run in processes of their own, so that the agent's memory is only the agent's.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createStepledger } from '@stepledger/client';
import { startPostgres } from '@stepledger/postgres';
import { startLlmEndpointProcess } from '@stepledger/testing/llm-endpoint';
import { measure, print } from './measure.ts';

const MiB = 2 ** 20;
const SERVER = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const AGENT = fileURLToPath(new URL('./recording-agent.ts', import.meta.url));

const dataDir = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
let server: ChildProcess | undefined;
try {
  await using postgres = await startPostgres({ dataDir: join(dataDir, 'data') });
  const env = { ...process.env, DATABASE_URL: postgres.url(), PORT: '0', LOG_LEVEL: 'fatal' };
  server = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await readyUrl(server);
  await using llm = await startLlmEndpointProcess({ behaviours: [{ text: 'An answer of a few words.' }] });
  const ledger = createStepledger({ url, spool: false });
  const step = (await ledger.run({ key: 'bench' })).step('design_step');

  const contenders = [
    { name: 'fetch', run: (turn: number) => ask(fetch, llm.url, turn) },
    { name: 'step.fetch', run: (turn: number) => ask(step.fetch, llm.url, turn) },
  ];
  print('one call after another', await measure(contenders, { rounds: 7, turnsPerRound: 100, writers: 1 }));
  await ledger.flush();

  console.log('\nan answer of 10 MB, as the agent sees it');
  for (const [name, count] of [
    ['in 160 chunks', 160],
    ['in 100,000 chunks', 100_000],
  ] as const) {
    const behaviours = [{ text: 'word '.repeat((10 * MiB) / 5), pieceLength: 1000, chunks: { count } }];
    await using large = await startLlmEndpointProcess({ behaviours });
    for (const kind of ['fetch', 'step.fetch']) {
      const { stdout } = await promisify(execFile)(process.execPath, [AGENT, url, large.url, kind]);
      console.log(`${name}, by ${kind}: ${stdout.trim()}`);
    }
  }
} finally {
  server?.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
}

async function readyUrl({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('The server has no standard error');
  for await (const line of createInterface(stderr)) {
    const found = /ready at (http:\S+)/.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error('The server ended before it was ready');
}

async function ask(send: typeof fetch, llmUrl: string, turn: number): Promise<void> {
  const response = await send(`${llmUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: `Question ${turn}` }] }),
  });
  await response.text();
}
