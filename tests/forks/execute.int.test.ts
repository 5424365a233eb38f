import { type DocumentHandle, isLedgerError, type RunHandle } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

const STEPS = ['requirement_step', 'design_step', 'code_step', 'review_step'];

/** An agent whose steps are each built on the one before; it says which of them asked the LLM. */
async function work(run: RunHandle, llm: string): Promise<string[]> {
  const asked: string[] = [];
  let before: DocumentHandle | undefined;
  for (const name of STEPS) {
    const { documents, called } = await run.step(name).execute({
      prompt: `${name}: ${before?.text ?? ''}`,
      uses: before ? [before] : [],
      model: 'model',
      call: () => `${llm} of ${name}`,
      parse: (raw) => [{ kind: name, text: raw }],
    });
    if (called) asked.push(name);
    before = documents[0];
  }
  return asked;
}

test('an agent that runs again in a fork pays for no answer that came with it', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'run' });
  expect(await work(run, 'first')).toEqual(STEPS);

  const fork = await run.fork({ key: 'fork', step: { name: 'code_step' } });
  const second = await fork.fork({ key: 'second' });
  expect(await work(fork, 'second')).toEqual(['code_step', 'review_step']);
  expect(await work(fork, 'third')).toEqual([]);
  expect(await work(run, 'fourth')).toEqual([]);
  expect(await work(second, 'fifth')).toEqual(['code_step', 'review_step']);

  const textsOf = async (of: RunHandle) => (await of.documents.list()).map(({ text }) => text);
  expect(await textsOf(run)).toEqual(STEPS.map((name) => `first of ${name}`));
  expect(await textsOf(fork)).toEqual([
    'first of requirement_step',
    'first of design_step',
    'second of code_step',
    'second of review_step',
  ]);
  const review = await fork.documents.get('review_step');
  const { edges } = await review.graph({ direction: 'up' });
  expect(edges).toHaveLength(STEPS.length - 1);
  const ids = new Set((await fork.documents.list()).map(({ id }) => id));
  expect(edges.every(({ from, to }) => ids.has(from.documentId) && ids.has(to.documentId))).toBe(true);
});

test('a step whose agent died before the fork is done anew in the fork', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'run' });
  const input = { prompt: 'Design it.', parse: (raw: string) => [{ kind: 'design', text: raw }] };
  const dead = run.step('design_step').execute({
    ...input,
    call: async () => {
      const fork = await server.ledger.runs.fork({ runId: run.id, key: 'fork' });
      expect(fork.revision).toBe(3);
      throw new Error('died');
    },
  });
  await expect(dead).rejects.toThrow('died');

  const fork = await server.ledger.run({ key: 'fork' });
  const { called, documents } = await fork.step('design_step').execute({ ...input, call: () => 'again' });

  expect([called, documents[0]?.text]).toEqual([true, 'again']);
  expect((await fork.exchanges.list()).map(({ status }) => status)).toEqual(['failed', 'completed']);
  expect((await run.exchanges.list()).map(({ status }) => status)).toEqual(['failed']);
  const missing = await run.documents.get('design').catch((error: unknown) => error);
  expect(isLedgerError(missing, 'NOT_FOUND')).toBe(true);
});
