import { createHash } from 'node:crypto';
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
const LANES = 4;
/** An undisturbed workflow takes about this long, of which any moment may be its last. */
const WORKFLOW_MS = 700;

/** Streams its answers slowly enough to be killed in the middle, and says the same to the same prompt. */
function startLlm(): Promise<LlmEndpoint> {
  const answer = ({ body }: { body: unknown }) => {
    const digest = createHash('sha256')
      .update(JSON.stringify((body as Body).messages))
      .digest('hex');
    return `An answer to ${digest},\r\nin pieces: ${digest.repeat(3)} \u{1f469}\u200d\u{1f4bb}`;
  };
  return startLlmEndpoint({ answer, behave: { chunkDelayMs: 2 } });
}

interface Body {
  messages: { content: string }[];
  user: string;
}

const bodyOf = ({ body }: { body: Buffer }): Body => JSON.parse(body.toString());
const promptOf = (request: { body: Buffer }): string => bodyOf(request).messages[0]?.content ?? '';

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
  return documents.map(({ kind, key: name, version, text }) => `${kind}/${name}@${version}: ${text}`);
}

/** Holds what the ledger says of a finished workflow against what the endpoint has seen. */
async function check(ledger: Stepledger, endpoint: LlmEndpoint, key: string): Promise<void> {
  const exchanges = await exchangesOf(ledger, key);
  const requests = endpoint.requests.filter((request) => bodyOf(request).user === key);
  const completed = exchanges.filter(({ status }) => status === 'completed');
  const said = exchanges.map(({ step, status, error }) => `${step.name} is ${status}: ${error}`).join('\n');
  expect(completed, said).toHaveLength(STEPS);
  expect(exchanges.every(({ status }) => status === 'completed' || status === 'failed')).toBe(true);

  for (const exchange of completed) {
    const prompt = exchange.messages[0]?.content ?? '';
    const asked = requests.filter((request) => promptOf(request) === prompt);
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
  for (const request of requests) expect(prompts).toContain(promptOf(request));

  for (const { status, response, messages } of exchanges) {
    if (status !== 'failed' || response === null) continue;
    const part = Buffer.from(await ledger.blobs.get(response.id));
    const answers = requests
      .filter((request) => promptOf(request) === messages[0]?.content)
      .map(({ answer }) => answer?.body ?? Buffer.alloc(0));
    expect(answers.some((whole) => whole.subarray(0, part.length).equals(part))).toBe(true);
  }
}

/** Starts the agent again each time it is killed, at a moment by chance, until it is done. */
async function runToTheEnd(args: Parameters<typeof startAgent>[0], budget = { kills: 0 }): Promise<void> {
  while (true) {
    const agent = startAgent(args);
    await agent.ready;
    const isDone = new AbortController();
    if (budget.kills > 0) {
      sleep(Math.random() * WORKFLOW_MS, null, { signal: isDone.signal }).then(
        () => agent.kill('SIGKILL'),
        () => undefined,
      );
    }
    const ending = await agent.ended;
    isDone.abort();
    if (ending === 'done') return;
    budget.kills -= 1;
  }
}

test('an agent killed at 200 random moments ends with the same documents, and pays for no stored answer again', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlm();
  const args = { url: server.url, llmUrl: endpoint.url };
  const budget = { kills: KILLS };
  await runToTheEnd({ ...args, key: 'undisturbed', spool: await spoolDirectory() });
  const undisturbed = await textsOf(server.ledger, 'undisturbed');
  expect(undisturbed).toHaveLength(STEPS);

  const workflow = async (key: string): Promise<void> => {
    await runToTheEnd({ ...args, key, spool: await spoolDirectory() }, budget);
    await check(server.ledger, endpoint, key);
    expect(await textsOf(server.ledger, key)).toEqual(undisturbed);
  };
  let number = 0;
  const lane = async () => {
    while (budget.kills > 0) {
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
  const ended: Promise<void>[] = [];
  let working = 0;
  // One that gives up because the server is away too long is started again, as one that was killed would be.
  const work = async (key: string) => {
    for (let ending: string | null = null; ending !== 'done'; ) {
      const agent = startAgent({ url, llmUrl: endpoint.url, key, spool });
      ending = await agent.ended;
      expect(['done', 'gave up']).toContain(ending);
    }
    working -= 1;
  };
  const startWorkflow = () => {
    const key = `workflow-of-server-${keys.length}`;
    keys.push(key);
    working += 1;
    ended.push(work(key));
  };

  for (let kills = 0; kills < 20; kills++) {
    if (working === 0) startWorkflow();
    // Up for about as long as it takes to start, so that the agent gets on.
    await sleep(300 + Math.random() * 700);
    server.program.process.kill('SIGKILL');
    await server.program.exit();
    server = await start(Number(new URL(url).port));
  }
  await Promise.all(ended);

  const ledger = createStepledger({ url });
  for (const key of keys) {
    await check(ledger, endpoint, key);
    expect(await textsOf(ledger, key)).toHaveLength(STEPS);
  }
  server.program.process.kill('SIGTERM');
  expect(await server.program.exit()).toBe(0);
});
