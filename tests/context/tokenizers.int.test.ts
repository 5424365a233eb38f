import type { RunHandle, Usage } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';

const TEXT = 'Every item of the list has a title, a state and a date.\n'.repeat(200);

async function startRun(ledger: { run(input: { key: string }): Promise<RunHandle> }): Promise<RunHandle> {
  const run = await ledger.run({ key: 'todo-app' });
  await run.documents.put({ kind: 'requirement', text: TEXT });
  return run;
}

const build = (run: Pick<RunHandle, 'context'>, model: string) =>
  run.context({ budget: 1000, tokenizer: { model } });

test.each([
  ['gpt-5-mini', 'o200k_base', 'encoding', 1],
  ['openai/gpt-4o', 'o200k_base', 'encoding', 1],
  ['o3', 'o200k_base', 'encoding', 1],
  ['gpt-4-turbo', 'cl100k_base', 'encoding', 1],
  ['claude-sonnet-4-5', 'cl100k_base', 'estimate', 1.5],
  ['llama3.1', 'cl100k_base', 'estimate', 1.5],
] as const)('%s is counted by %s: %s', async (model, encoding, basis, ratio) => {
  await using server = await startTestServer();
  const { text, manifest } = await build(await startRun(server.ledger), model);
  expect(manifest).toMatchObject({
    tokenizer: { encoding, model, basis, ratio },
    estimated: basis === 'estimate',
    documents: [{ shown: 'cut', tokens: manifest.tokens }],
  });
  const count = (encoding === 'o200k_base' ? o200k : cl100k)(text);
  expect(manifest.tokens).toBe(Math.ceil(count * ratio));
  expect(manifest.tokens).toBeLessThanOrEqual(1000);
  expect(manifest.tokens).toBeGreaterThan(950);
});

test('what the provider reported in the run goes before estimates and encodings, up to the revision', async () => {
  await using server = await startTestServer();
  const run = await startRun(server.ledger);
  const step = run.step('design_step');
  const record = (
    model: string,
    usage: Usage,
    more: { prompt?: string | { role: string; content: string }[]; parameters?: { tools: string[] } } = {},
  ) => step.record({ prompt: TEXT, response: 'answer', model, usage, ...more });
  const tokens = cl100k(TEXT);
  const ratioOf = async (model: string, from: Pick<RunHandle, 'context'> = run) => {
    const { tokenizer, estimated } = (await build(from, model)).manifest;
    return { basis: tokenizer.basis, ratio: tokenizer.ratio, estimated };
  };
  const estimate = { basis: 'estimate', ratio: 1.5, estimated: true };

  // None of these can be compared: tools count, a cache does not, and short prompts or messages are mostly frame.
  await record('claude', { inputTokens: tokens * 2 }, { parameters: { tools: ['bash'] } });
  await record('claude', { inputTokens: tokens, cachedInputTokens: 100 });
  await record('claude', { inputTokens: 30 }, { prompt: 'Hello!' });
  const many = Array.from({ length: 1001 }, () => ({ role: 'user', content: 'Hello!' }));
  await record('claude', { inputTokens: 2002 }, { prompt: many });
  await record('claude', { inputTokens: tokens * 50 });
  await record('claude', { outputTokens: 5 });
  expect(await ratioOf('claude')).toEqual(estimate);

  const { revision } = await record('claude', { inputTokens: Math.ceil(tokens * 1.2) });
  await record('claude', { inputTokens: Math.ceil(tokens * 1.25) });
  await record('gpt-4-turbo', { inputTokens: Math.ceil(tokens * 1.01) });
  const { basis, ratio } = await ratioOf('claude');
  expect(basis).toBe('provider_usage');
  expect(ratio).toBeCloseTo(1.25, 2);
  expect((await ratioOf('claude', run.at({ revision }))).ratio).toBeCloseTo(1.2, 2);
  expect(await ratioOf('claude', run.at({ revision: revision - 1 }))).toEqual(estimate);
  expect((await ratioOf('gpt-4-turbo')).ratio).toBeCloseTo(1.01, 2);
  expect(await ratioOf('claude-opus')).toEqual(estimate);

  // The greatest of the newest five; the budget holds for tokens as the provider counts them.
  for (let n = 0; n < 5; n++) await record('claude', { inputTokens: Math.ceil(tokens * (1 + n / 100)) });
  const built = await build(run, 'claude');
  expect(built.manifest.tokenizer.ratio).toBeCloseTo(1.04, 2);
  expect(cl100k(built.text) * built.manifest.tokenizer.ratio).toBeLessThanOrEqual(1000);
  // Another run has reported nothing.
  const other = await server.ledger.run({ key: 'other' });
  expect(await ratioOf('claude', other)).toEqual(estimate);
});
