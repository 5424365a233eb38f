import { readFile } from 'node:fs/promises';
import type { Stepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { runAgent } from './agent.ts';
import { createLlm, type Llm } from './llm.ts';
import { DEFAULT_IDEA, PROMPTS } from './prompts.ts';
import { openReplayEndpoint, REPLAY_MODEL } from './replay/replay-endpoint.ts';

// Each test starts a server, and one waits for the SDK's retries.
vi.setConfig({ testTimeout: 120_000 });

const answerIn = (file: string) => readFile(new URL(`./replay/answers/${file}`, import.meta.url), 'utf8');

function llmAt({ url }: { url: string }): Llm {
  return createLlm({ baseUrl: url, apiKey: 'none', model: REPLAY_MODEL });
}

/** An LLM that nobody answers for. */
async function deadLlm(): Promise<Llm> {
  await using endpoint = await openReplayEndpoint();
  return llmAt(endpoint);
}

async function exchangesOf(ledger: Stepledger, runId: string) {
  const summaries = await ledger.exchanges.list({ runId }).all();
  return Promise.all(summaries.map(({ id }) => ledger.exchanges.get({ exchangeId: id })));
}

test('the agent leaves requirement, design and subtasks with their prompts, raw responses and lineage', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await using endpoint = await openReplayEndpoint();
  const llm = llmAt(endpoint);

  const run = await runAgent({ ledger, llm, idea: DEFAULT_IDEA });

  expect(await run.get()).toMatchObject({ status: 'completed', goal: DEFAULT_IDEA });
  const [requirement, design, ...subtasks] = await run.documents.list();
  expect(requirement?.text).toBe(await answerIn('requirement.md'));
  expect(design?.text).toBe(await answerIn('design.md'));
  expect(subtasks.map(({ kind }) => kind)).toEqual(Array.from({ length: 7 }, () => 'subtask'));
  const linksOf = async (documentId = '') => {
    const links = await ledger.links.list({ documentId }).all();
    return links.map(({ relation, to }) => ({ relation, to }));
  };
  expect(await linksOf(design?.id)).toEqual([{ relation: 'used', to: requirement?.ref }]);
  for (const subtask of subtasks) {
    expect(await linksOf(subtask.id)).toEqual([{ relation: 'used', to: design?.ref }]);
  }

  const exchanges = await exchangesOf(ledger, run.id);
  expect(exchanges.map(({ prompt }) => prompt)).toEqual(
    Object.values(PROMPTS).map(({ name }) => ({ name, version: 1 })),
  );
  expect(exchanges[2]?.responseText).toBe(await answerIn('subtasks.md'));
  const [attempt] = exchanges[1]?.attempts ?? [];
  const sent = JSON.parse(new TextDecoder().decode(await ledger.blobs.get(attempt?.request?.id ?? '')));
  expect(sent.messages).toEqual(exchanges[1]?.messages.map(({ role, content }) => ({ role, content })));
  expect(sent.messages[1].content).toContain(requirement?.text);
});

test('a second run of the same idea asks nobody and records nothing', async () => {
  await using server = await startTestServer();
  await using endpoint = await openReplayEndpoint();
  const llm = llmAt(endpoint);
  const first = await runAgent({ ledger: server.ledger, llm, idea: DEFAULT_IDEA });
  const stored = await first.get();

  const second = await runAgent({ ledger: server.ledger, llm, idea: DEFAULT_IDEA });

  expect(second.created).toBe(false);
  expect(await second.get()).toEqual(stored);
  expect(endpoint.answered).toBe(3);
  const prompts = await server.ledger.prompts.list().all();
  expect(prompts.map(({ version }) => version)).toEqual([1, 1, 1]);
});

test('an endpoint that fails leaves its attempts on record, and the next run goes on where it stopped', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await using endpoint = await openReplayEndpoint();
  const llm = llmAt(endpoint);
  const dead = await deadLlm();
  const failing: Llm = {
    model: llm.model,
    ask: (context) => (context.messages[1]?.content.includes('The requirement:') ? dead : llm).ask(context),
  };

  await expect(runAgent({ ledger, llm: failing, idea: DEFAULT_IDEA })).rejects.toThrow('design_step failed');
  const [{ id: runId } = { id: '' }] = await ledger.runs.list().all();
  expect((await ledger.steps.list({ runId }).all()).map(({ status }) => status)).toEqual([
    'completed',
    'failed',
  ]);

  await runAgent({ ledger, llm, idea: DEFAULT_IDEA });

  const exchanges = await exchangesOf(ledger, runId);
  expect(exchanges.map(({ status }) => status)).toEqual(['completed', 'failed', 'completed', 'completed']);
  expect(exchanges[1]?.attempts.length).toBeGreaterThan(1);
  expect(exchanges[1]?.responseText).toBeNull();
  expect((await ledger.steps.list({ runId }).all()).map(({ status }) => status)).toEqual([
    'completed',
    'completed',
    'completed',
  ]);
});

test('an answer that cannot be read is stored with the reason', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const chatty: Llm = { model: 'chatty', ask: () => 'Happy to help!' };

  await expect(runAgent({ ledger, llm: chatty, idea: 'Anything' })).rejects.toThrow('subtask_step failed');

  const [{ id: runId } = { id: '' }] = await ledger.runs.list().all();
  const last = (await exchangesOf(ledger, runId)).at(-1);
  expect(last).toMatchObject({ status: 'completed', responseText: 'Happy to help!' });
  expect(last?.parses).toMatchObject([
    { status: 'failed', error: expect.stringContaining('no line of the form') },
  ]);
  const unparsed = await ledger.exchanges.list({ runId, status: 'unparsed' }).all();
  expect(unparsed.map(({ id }) => id)).toEqual([last?.id]);
});

test('what was recorded once replays offline, into the same documents', async () => {
  await using recorded = await startTestServer();
  const endpoint = await openReplayEndpoint();
  const llm = llmAt(endpoint);
  const first = await runAgent({ ledger: recorded.ledger, llm, idea: DEFAULT_IDEA });
  await endpoint[Symbol.asyncDispose]();
  // An empty ledger, and nobody at the other end: each answer comes from the recorded one.
  await using server = await startTestServer({ client: { replay: { from: recorded.ledger } } });

  const second = await runAgent({ ledger: server.ledger, llm, idea: DEFAULT_IDEA });

  const textsOf = async (run: typeof first) =>
    (await run.documents.list()).map(({ kind, key, text }) => ({ kind, key, text }));
  expect(await textsOf(second)).toEqual(await textsOf(first));
  const another = runAgent({ ledger: server.ledger, llm, idea: 'Add a dark mode' });
  await expect(another).rejects.toThrow('the ledger has no answer to this request');
});
