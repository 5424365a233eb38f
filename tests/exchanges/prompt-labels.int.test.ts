import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const step = { name: 'design_step' };
const messages = [{ role: 'user', content: 'rendered' }];
const LABEL = 'production';

/** A prompt with three versions, its label at the first. */
async function putPrompt(name: string): Promise<void> {
  const { prompts } = server.ledger;
  for (const n of [1, 2, 3]) await prompts.put({ name, template: `version ${n} of {{it}}` });
  await prompts.setLabel({ name, label: LABEL, version: 1 });
}

const use = async (runId: string, prompt: { name: string; label?: string; version?: number }) =>
  (await server.ledger.exchanges.record({ runId, step, messages, response: 'ok', prompt })).promptVersion;
const open = async (runId: string, prompt: { name: string; label?: string }) =>
  (await server.ledger.exchanges.open({ runId, step, messages, prompt })).promptVersion;

test('a run keeps the version that a label meant at its first use, whenever the label moves', async () => {
  const { prompts } = server.ledger;
  await putPrompt('design');
  await putPrompt('review');
  const design = { name: 'design', label: LABEL };
  const [early, late] = await Promise.all(['early', 'late'].map((key) => server.ledger.run({ key })));
  const [earlyId, lateId] = [early?.id ?? '', late?.id ?? ''];

  expect(await use(earlyId, design)).toBe(1);
  await prompts.setLabel({ ...design, version: 2 });
  expect([await use(earlyId, design), await open(earlyId, design)]).toEqual([1, 1]);
  expect(await open(lateId, design)).toBe(2);
  await prompts.setLabel({ ...design, version: 3 });
  expect([await use(earlyId, design), await use(lateId, design)]).toEqual([1, 2]);

  // A version by number, the newest, another label and another prompt are not bound by it.
  await prompts.setLabel({ name: 'design', label: 'staging', version: 3 });
  expect(await use(earlyId, { name: 'design', version: 3 })).toBe(3);
  expect(await use(earlyId, { name: 'design' })).toBe(3);
  expect(await use(earlyId, { name: 'design', label: 'staging' })).toBe(3);
  await prompts.setLabel({ name: 'review', label: LABEL, version: 2 });
  expect(await use(earlyId, { name: 'review', label: LABEL })).toBe(2);

  // Also when the label is gone: the run has begun with it.
  await prompts.removeLabel(design);
  expect(await use(earlyId, design)).toBe(1);
  const { id: newId } = await server.ledger.run({ key: 'new' });
  expect(await refusalOf(use(newId, design))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'prompt label', id: `design@${LABEL}` },
  });
});

test('what is sent by a label is rendered from the version that the run has pinned', async () => {
  await putPrompt('code');
  const run = await server.ledger.run({ key: 'rendered' });
  const record = async () => {
    const prompt = { name: 'code', label: LABEL, variables: { it: 'the page' } };
    const { exchangeId } = await run.step('code_step').record({ prompt, response: 'ok' });
    const exchange = await run.exchanges.get(exchangeId);
    return [exchange.prompt, exchange.messages[0]?.content, exchange.variables];
  };

  const first = await record();
  expect(first).toEqual([{ name: 'code', version: 1 }, 'version 1 of the page', { it: 'the page' }]);
  await server.ledger.prompts.setLabel({ name: 'code', label: LABEL, version: 3 });
  expect(await record()).toEqual(first);
});

test('steps that use a label at once, while it moves, all get one version', async () => {
  const { prompts } = server.ledger;
  await putPrompt('raced');
  const raced = { name: 'raced', label: LABEL };
  const runs = await Promise.all([1, 2, 3, 4].map((n) => server.ledger.run({ key: `raced ${n}` })));

  const versions = await Promise.all(
    runs.map(async ({ id }, n) => {
      const uses = [0, 1, 2, 3, 4].map(async (turn) => {
        if (turn === n) await prompts.setLabel({ ...raced, version: 1 + (n % 3) });
        return turn % 2 === 0 ? use(id, raced) : open(id, raced);
      });
      return Promise.all(uses);
    }),
  );

  for (const [n, ofRun] of versions.entries()) {
    expect(new Set(ofRun).size, `run ${n}: ${ofRun}`).toBe(1);
    const { items } = await server.ledger.exchanges.list({ runId: runs[n]?.id ?? '' });
    expect(new Set(items.map(({ prompt }) => prompt?.version))).toEqual(new Set(ofRun));
  }
});

test('a prompt is read by label as the run has pinned it', async () => {
  const { prompts } = server.ledger;
  await putPrompt('read');
  const read = { name: 'read', label: LABEL };
  const { id: runId } = await server.ledger.run({ key: 'reads' });
  await use(runId, read);
  await prompts.setLabel({ ...read, version: 2 });

  expect((await prompts.get({ ...read, runId })).version).toBe(1);
  expect((await prompts.get(read)).version).toBe(2);
  expect((await prompts.get({ name: 'read', runId })).version).toBe(3);
  await prompts.removeLabel(read);
  expect((await prompts.get({ ...read, runId })).version).toBe(1);
  const noId = '01900000-0000-7000-8000-000000000000';
  expect(await refusalOf(prompts.get({ ...read, runId: noId }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'run', id: noId },
  });
});
