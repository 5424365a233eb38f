import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';

test('a table of runs shows what each is at and what was done in it', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'design_step' }, { name: 'code_step' }] });
  const done = await ledger.run({ key: 'done', workflow: 'feature' });
  await done.step('design_step').record({
    prompt: 'Design it.',
    response: 'drawn',
    documents: [{ kind: 'design', text: 'four' }],
    usage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
  });
  await done.step('design_step').complete();
  await done.step('code_step').record({
    prompt: 'Code it.',
    response: 'code',
    parse: { status: 'failed', error: 'no code' },
  });
  const fork = await done.fork({ key: 'fork' });
  await done.fail();
  const fresh = await ledger.run({ key: 'fresh', goal: 'To begin.' });

  const { items } = await ledger.runs.overview();

  const work = { exchanges: 2, documents: 1, totalTokens: 110, parses: 2, failedParses: 1, cut: false };
  expect(items).toMatchObject([
    { key: 'fresh', goal: 'To begin.', currentStep: null, durationMs: null, work: { exchanges: 0 } },
    { key: 'fork', currentStep: { name: 'code_step', key: '' }, durationMs: null, work },
    {
      key: 'done',
      workflow: { name: 'feature', version: 1 },
      status: 'failed',
      currentStep: { name: 'code_step' },
      durationMs: expect.any(Number),
      work,
    },
  ]);
  // What came with the fork is its own to show, and is counted once in the statistics.
  const { total } = await ledger.stats.exchanges({});
  expect(total).toMatchObject({ exchanges: 2, totalTokens: 110, parsed: 1, parseFailed: 1 });
  expect((await ledger.stats.exchanges({ runId: fork.id })).total.exchanges).toBe(0);

  // The same minute or not: what is changed comes before what is older.
  await fresh.step('a_step').start();
  const { items: changed } = await ledger.runs.overview({ order: 'changed', status: 'running', limit: 1 });
  expect(changed).toMatchObject([{ key: 'fresh', currentStep: { name: 'a_step' } }]);
  const gone = '01900000-0000-7000-8000-000000000000';
  expect(await refusalOf(ledger.runs.work({ runIds: [fork.id, gone] }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'run', id: gone },
  });
  expect((await ledger.runs.work({ runIds: [fork.id.toUpperCase()] })).runs).toMatchObject([{ ...work }]);
  expect(await refusalOf(ledger.runs.work({ runIds: [fork.id, fork.id.toUpperCase()] }))).toMatchObject({
    code: 'BAD_INPUT',
  });
});

test('a window of statistics that is none, too long, or of another project is refused or empty', async () => {
  await using server = await startTestServer();
  const { stats } = server.ledger;
  const refused = async (input: { from?: string; to?: string }) => refusalOf(stats.exchanges(input));
  const issue = (reason: string) => ({ code: 'BAD_INPUT', details: { issues: [{ path: 'from', reason }] } });
  const tooLong = issue('must be at most 366 days before `to`');
  expect(await refused({ from: '2025-01-01T00:00:00Z', to: '2026-01-02T00:00:00.001Z' })).toEqual(tooLong);
  expect(await refused({ from: '2020-01-01T00:00:00Z' })).toEqual(tooLong);
  const empty = issue('must be before `to`');
  expect(await refused({ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })).toEqual(empty);
  expect(await refused({ from: '2999-01-01T00:00:00Z' })).toEqual(empty);
  expect(await refused({ to: '0001-01-01T00:00:00Z' })).toEqual(empty);

  const year = await stats.exchanges({ by: 'day', from: '2025-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' });
  expect(year).toMatchObject({
    cutAt: null,
    groups: [],
    others: null,
    total: { exchanges: 0, totalMs: null },
  });
  expect((await stats.exchanges({ to: '0001-01-05T00:00:00Z' })).from).toBe('0001-01-01T00:00:00.000Z');
  expect((await stats.exchanges({ workflow: 'none' })).total.exchanges).toBe(0);
  const gone = '01900000-0000-7000-8000-000000000000';
  expect(await refusalOf(stats.exchanges({ runId: gone }))).toMatchObject({ code: 'NOT_FOUND' });
});

test('prompts that are gone or were never there are told from those that were never used', async () => {
  await using server = await startTestServer();
  const { prompts } = server.ledger;
  await prompts.put({ name: 'design', template: 'one' });
  await prompts.setLabel({ name: 'design', label: 'production', version: 1 });
  const unused = { version: 1, lastUsedAt: null, exchanges: 0, cut: false };
  expect((await prompts.usage({ name: 'design' })).items).toMatchObject([
    { ...unused, labels: ['production'] },
  ]);
  expect(await prompts.uses({ name: 'design', version: 1 })).toEqual({ items: [], nextCursor: null });
  await prompts.delete({ name: 'design' });
  expect((await prompts.usage({ name: 'design' })).items).toMatchObject([{ ...unused, labels: [] }]);
  expect(await refusalOf(prompts.usage({ name: 'none' }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(await refusalOf(prompts.uses({ name: 'design', version: 2 }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'prompt version', id: 'design@2' },
  });
});

test('claims are listed with their holders, also those that lapsed, until the work is done', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'run' });
  for (const key of ['a', 'b', 'c']) await run.documents.put({ kind: 'subtask', key, text: key });
  const take = (holder: string, leaseSeconds: number) =>
    ledger.documents.claim({ runId: run.id, holder, leaseSeconds });
  const { claimed } = await take('agent-1', 300);
  await take('agent-2', 0.1);
  const held = () => ledger.documents.claims({ runId: run.id, kind: 'subtask' }).all();

  await expect.poll(held, { timeout: 20_000 }).toMatchObject([
    { key: 'a', holder: 'agent-1', claim: claimed?.claim, version: 1 },
    { key: 'b', holder: 'agent-2', leaseRemainingMs: 0 },
  ]);
  expect((await held())[0]?.leaseRemainingMs).toBeGreaterThan(200_000);
  await ledger.documents.update({ documentId: claimed?.documentId ?? '', status: 'done' });
  expect(await held()).toMatchObject([{ key: 'b' }]);
  expect(await ledger.documents.claims({ runId: run.id, kind: 'design' })).toMatchObject({ items: [] });
});

test('the storage of every table is told', async () => {
  await using server = await startTestServer();
  const { databaseBytes, tables } = await server.ledger.system.storage();
  expect(tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['run', 'exchange', 'blob', 'search_chunk']),
  );
  expect(databaseBytes).toBeGreaterThan(tables.reduce((sum, { bytes }) => sum + bytes, 0));
  for (const { bytes, indexBytes } of tables) expect(bytes).toBeGreaterThanOrEqual(indexBytes);
  expect(tables.map(({ bytes }) => bytes)).toEqual(tables.map(({ bytes }) => bytes).sort((a, b) => b - a));
});
