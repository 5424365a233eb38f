import type { BuiltContext, RunHandle } from '@stepledger/client';
import { startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';

async function build(run: RunHandle, keys = ['requirement', 'rules']): Promise<BuiltContext> {
  for (const key of keys) await run.documents.put({ kind: 'note', key, text: `The ${key} of the list.` });
  return run.context({ budget: 10_000, tokenizer: 'o200k_base' });
}

const refOf = ({ hash, manifest }: BuiltContext) => ({ hash, manifest });
const versionsOf = ({ parts }: BuiltContext) =>
  parts.map(({ documentId, version }) => ({ documentId, version }));

test('an exchange keeps the context that it was built with, and its documents count as used', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const built = await build(run);
  const step = run.step('design_step');
  const own = await run.documents.put({ kind: 'idea', text: 'An idea.' });

  const recorded = await step.record({
    prompt: `Write the design.\n${built.text}`,
    response: 'design',
    context: built,
    uses: [own.ref, ...versionsOf(built).slice(0, 1)],
    documents: [{ kind: 'design', text: 'design' }],
  });
  const opened = await step.exchanges.open({ prompt: built.text, context: built });
  const without = await step.record({ prompt: 'p', response: 'r' });

  const exchange = await run.exchanges.get(recorded.exchangeId);
  expect(exchange.context).toEqual(refOf(built));
  expect(exchange.uses).toEqual([own.ref, ...versionsOf(built)]);
  expect((await run.exchanges.get(opened.id)).context).toEqual(refOf(built));
  expect((await run.exchanges.get(without.exchangeId)).context).toBeNull();
  const links = await server.ledger.links.list({ documentId: recorded.documents[0]?.id ?? '' });
  expect(links.items.map(({ to }) => to)).toEqual(expect.arrayContaining([own.ref, ...versionsOf(built)]));
  const past = await run.at({ revision: recorded.revision }).exchanges.get(recorded.exchangeId);
  expect(past.context).toEqual(refOf(built));
});

test('execute stores it with the prompt, and another choice of documents asks the LLM again', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const step = run.step('design_step');
  let calls = 0;
  const execute = (context: BuiltContext) =>
    step.execute({
      prompt: 'Write the design.',
      context,
      call: () => `design ${++calls}`,
      parse: (text) => [{ kind: 'design', text }],
    });
  const first = await build(run);

  const made = await execute(first);
  expect((await execute(first)).exchangeId).toBe(made.exchangeId);
  const other = await execute(await build(run, ['rules']));

  expect(calls).toBe(2);
  expect((await run.exchanges.get(made.exchangeId)).context).toEqual(refOf(first));
  const stored = await run.exchanges.get(other.exchangeId);
  expect(stored.uses).toContainEqual(made.documents[0]?.ref);
  await expect(execute({ ...first, hash: 'no hash' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'context' }] },
  });
});

test('a recording fetch stores it with each exchange', async () => {
  await using server = await startTestServer();
  await using llm = await startLlmEndpoint();
  const run = await server.ledger.run({ key: 'todo-app' });
  const built = await build(run);
  const step = run.step('design_step');
  const fetch = step.recordingFetch({ context: built });
  const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: built.text }] });
  await (await fetch(`${llm.url}/v1/chat/completions`, { method: 'POST', body })).text();
  await server.ledger.flush();

  const [summary] = await run.exchanges.list();
  const exchange = await run.exchanges.get(summary?.id ?? '');
  expect(exchange.context).toEqual(refOf(built));
  expect(exchange.uses).toEqual(versionsOf(built));
  expect(() => step.recordingFetch({ context: { ...built, hash: 'none' } })).toThrow(/context/);
});

test('a manifest that is not the one of its hash is refused', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const { hash, manifest } = await build(run);
  const context = { hash, manifest: { ...manifest, tokens: manifest.tokens - 1 } };
  const step = run.step('design_step');
  const refusal = { code: 'BAD_INPUT', details: { issues: [{ path: 'context.hash' }] } };
  await expect(step.record({ prompt: 'p', response: 'r', context })).rejects.toMatchObject(refusal);
  await expect(step.exchanges.open({ prompt: 'p', context })).rejects.toMatchObject(refusal);
  expect(await run.exchanges.list()).toEqual([]);
});

test('the manifest is stored once, and goes with the last exchange that has it', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'todo-app' });
  const built = await build(run);
  const step = run.step('design_step');
  const record = (kind: string) =>
    step.record({ prompt: kind, response: kind, context: built, documents: [{ kind, text: kind }] });
  const [first, second] = [await record('design'), await record('code')];
  const countStored = async () =>
    (await tables.query('SELECT 1 FROM blob WHERE sha256 = decode($1, $2)', [built.hash, 'hex'])).length;
  expect(await countStored()).toBe(1);
  expect(await brokenLaws(tables)).toEqual({});

  await server.ledger.documents.purge({ documentId: first.documents[0]?.id ?? '', cascade: true });
  expect(await countStored()).toBe(1);
  await expect(run.exchanges.get(first.exchangeId)).rejects.toMatchObject({ code: 'PURGED' });
  expect((await run.exchanges.get(second.exchangeId)).context).toEqual(refOf(built));
  await server.ledger.documents.purge({ documentId: second.documents[0]?.id ?? '', cascade: true });
  expect(await countStored()).toBe(0);
  expect(await brokenLaws(tables)).toEqual({});

  const other = await server.ledger.run({ key: 'other' });
  await other.step('design_step').record({ prompt: 'p', response: 'r', context: built });
  expect(await countStored()).toBe(1);
  await other.delete();
  expect(await countStored()).toBe(0);
  expect(await brokenLaws(tables)).toEqual({});
});
