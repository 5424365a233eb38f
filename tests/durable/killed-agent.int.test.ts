import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger, type Exchange, type Stepledger } from '@stepledger/client';
import { createTestDatabase, type LlmEndpoint, startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runProgram } from '../server/support/run-program.ts';
import { startAgent } from './support/agent-process.ts';

vi.setConfig({ testTimeout: 600_000 });

const STEPS = 12;
const KILLS = 200;
/** Workflows at work side by side. */
const LANES = 3;
/** An undisturbed workflow takes about this long, of which any moment may be its last. */
const WORKFLOW_MS = 700;

/** Streams its answer slowly enough to be killed in the middle, and says the same to the same prompt. */
function startLlm(): Promise<LlmEndpoint> {
  return startLlmEndpoint({ behave: { chunkDelayMs: 2 } });
}

async function spoolDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stepledger-kills-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function exchangesOf(ledger: Stepledger, key: string): Promise<Exchange[]> {
  const run = await ledger.run({ key });
  const summaries = await run.exchanges.list();
  return Promise.all(summaries.map(({ id }) => run.exchanges.get(id)));
}

async function textsOf(ledger: Stepledger, key: string): Promise<string[]> {
  const documents = await (await ledger.run({ key })).documents.list();
  // Two workflows differ in their keys, and so do their prompts and answers.
  return documents.map(({ kind, key: name, version, text }) => `${kind}/${name}@${version}: ${text}`);
}

const promptOf = (body: Buffer): string => JSON.parse(body.toString()).messages[0].content;

/** The endpoint's requests of a workflow, by prompt. */
function requestsOf(endpoint: LlmEndpoint, key: string) {
  return endpoint.requests.filter(({ body }) => promptOf(body).split('\n')[0]?.endsWith(` of ${key}:`));
}

/** Holds what the ledger says of a finished workflow against what the endpoint has seen. */
async function check(ledger: Stepledger, endpoint: LlmEndpoint, key: string): Promise<void> {
  const exchanges = await exchangesOf(ledger, key);
  const requests = requestsOf(endpoint, key);
  const completed = exchanges.filter(({ status }) => status === 'completed');
  expect(completed).toHaveLength(STEPS);
  expect(exchanges.every(({ status }) => status === 'completed' || status === 'failed')).toBe(true);

  for (const exchange of completed) {
    const prompt = exchange.messages[0]?.content ?? '';
    const asked = requests.filter(({ body }) => promptOf(body) === prompt);
    const sent = exchanges.filter(({ messages }) => messages[0]?.content === prompt);
    // Every request is an exchange's, and none was made once the answer was in the ledger: the completed one is last.
    expect(asked.length).toBeGreaterThanOrEqual(1);
    expect(asked.length).toBeLessThanOrEqual(sent.length);
    expect(sent.at(-1)?.id).toBe(exchange.id);
    const stored = exchange.attempts.at(-1)?.response?.id.slice(0, 64);
    expect(asked.filter(({ answer }) => answer?.sha256 === stored).length).toBeGreaterThanOrEqual(1);
    expect(exchange.parses).toMatchObject([{ status: 'completed' }]);
  }
  const prompts = new Set(exchanges.map(({ messages }) => messages[0]?.content));
  for (const { body } of requests) expect(prompts).toContain(promptOf(body));

  for (const { status, response, messages } of exchanges) {
    if (status !== 'failed' || response === null) continue;
    const part = Buffer.from(await ledger.blobs.get(response.id));
    const answers = requests
      .filter(({ body }) => promptOf(body) === messages[0]?.content)
      .map(({ answer }) => answer?.body ?? Buffer.alloc(0));
    expect(answers.some((whole) => whole.subarray(0, part.length).equals(part))).toBe(true);
  }
}

/** Starts the agent again each time it is killed, at a moment by chance, until it is done. */
async function runToTheEnd(args: Parameters<typeof startAgent>[0], mayKill: () => boolean): Promise<number> {
  for (let kills = 0; ; kills++) {
    const agent = startAgent(args);
    await agent.ready;
    const timer = new AbortController();
    const killer = mayKill()
      ? sleep(Math.random() * WORKFLOW_MS, null, { signal: timer.signal }).then(
          () => agent.kill('SIGKILL'),
          () => undefined,
        )
      : undefined;
    const ending = await agent.ended;
    timer.abort();
    await killer;
    if (ending === 'done') return kills;
  }
}

test('an agent killed at 200 random moments ends with the same documents, and pays for no stored answer again', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlm();
  const args = { url: server.url, llmUrl: endpoint.url };
  let left = KILLS;
  const mayKill = () => left > 0;

  const workflow = async (key: string): Promise<void> => {
    left -= await runToTheEnd({ ...args, key, spool: await spoolDirectory() }, mayKill);
    await check(server.ledger, endpoint, key);
    const killed = await textsOf(server.ledger, key);
    expect(killed).toHaveLength(STEPS);
    // The LLM's answers hang on the prompts, so a run of the same key elsewhere is what an undisturbed one gives.
    await using untouched = await startTestServer();
    await runToTheEnd({ ...args, url: untouched.url, key, spool: await spoolDirectory() }, () => false);
    expect(killed).toEqual(await textsOf(untouched.ledger, key));
  };
  let number = 0;
  const lane = async () => {
    while (left > 0) {
      number += 1;
      await workflow(`workflow-${number}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
});

test('a server killed 20 times during workflows loses nothing and doubles nothing', async () => {
  await using endpoint = await startLlm();
  const { url: databaseUrl } = await createTestDatabase();
  const start = async (port: number) => {
    const program = runProgram({ env: { DATABASE_URL: databaseUrl, PORT: `${port}`, LOG_LEVEL: 'fatal' } });
    return { program, url: await program.ready() };
  };
  let server = await start(0);
  const { url } = server;
  const spool = await spoolDirectory();
  const keys: string[] = [];
  const startWorkflow = async () => {
    const key = `workflow-of-server-${keys.length}`;
    keys.push(key);
    const agent = startAgent({ url, llmUrl: endpoint.url, key, spool });
    await agent.ready;
    const state = { isDone: false, ended: agent.ended };
    void agent.ended.then(() => {
      state.isDone = true;
    });
    return state;
  };

  let agent = await startWorkflow();
  for (let kills = 0; kills < 20; kills++) {
    await sleep(Math.random() * 200);
    server.program.process.kill('SIGKILL');
    await server.program.exit();
    server = await start(Number(new URL(url).port));
    if (agent.isDone) agent = await startWorkflow();
  }
  expect(await agent.ended).toBe('done');

  const ledger = createStepledger({ url });
  for (const key of keys) {
    await check(ledger, endpoint, key);
    expect(await textsOf(ledger, key)).toHaveLength(STEPS);
  }
  server.program.process.kill('SIGTERM');
  expect(await server.program.exit()).toBe(0);
});
