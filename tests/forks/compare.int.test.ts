import type { ComparedStep, Stepledger } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { histories } from '../ledger/support/histories.ts';
import { refusalOf } from '../ledger/support/refusals.ts';
import { writeHistory } from '../ledger/support/write-history.ts';
import { foldWork, readWork } from './support/fold-work.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;

test('runs stand side by side, step by step, and a fork says what it did itself', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'run' });
  await run.step('design_step').record({
    prompt: 'Design it.',
    response: 'drawn',
    documents: [{ kind: 'design', text: 'four' }],
    usage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
    totalMs: 1500,
  });
  await run.step('design_step').complete();
  await run.step('code_step').record({ prompt: 'Code it.', response: 'code', totalMs: 200 });
  const fork = await run.fork({ key: 'fork', step: { name: 'code_step' } });
  await fork.step('code_step').record({
    prompt: 'Code it.',
    response: 'better',
    usage: { outputTokens: 7 },
    parse: { status: 'failed', error: 'no code' },
  });
  await fork.step('code_step').record({ prompt: 'Code it.', error: 'HTTP 500' });
  await fork.step('review_step').fail('nothing to review');
  await fork.fail();

  const { runs, steps, cut } = await ledger.compare([fork, run.id]);

  expect(cut).toBe(false);
  expect(runs).toMatchObject([
    {
      id: fork.id,
      key: 'fork',
      status: 'failed',
      revision: 8,
      origin: { runId: run.id, revision: 3 },
      total: { exchanges: 3, failedExchanges: 1, inputTokens: 100, outputTokens: 17, totalTokens: 110 },
      own: {
        exchanges: 2,
        failedExchanges: 1,
        failedParses: 1,
        outputTokens: 7,
        documents: 0,
        exchangeMs: 0,
      },
    },
    {
      id: run.id,
      status: 'running',
      origin: null,
      total: { exchanges: 2, withoutUsage: 1, exchangeMs: 1700 },
    },
  ]);
  expect(runs[1]?.own).toEqual(runs[1]?.total);
  expect(steps.map(({ name, runs }) => [name, ...runs.map(toOutcome)])).toEqual([
    ['design_step', 'completed inherited 5+4 bytes', 'completed 5+4 bytes'],
    ['code_step', 'running 6+0 bytes', 'running 4+0 bytes'],
    ['review_step', 'failed 0+0 bytes', null],
  ]);
  expect(steps[0]?.runs[0]).toMatchObject({ documents: 1, messages: 1, durationMs: expect.any(Number) });
  expect(steps[1]?.runs[0]).toMatchObject({ exchanges: 2, failedExchanges: 1, durationMs: null });

  // Once it is done over in the fork, a step is not what came with it.
  await fork.step('design_step').start();
  const again = await ledger.compare([fork, run]);
  expect(again.steps[0]?.runs[0]).toMatchObject({ status: 'running', inherited: false });
});

function toOutcome(step: ComparedStep | null): string | null {
  if (step === null) return null;
  const { status, inherited, responseBytes, documentBytes } = step;
  return `${status}${inherited ? ' inherited' : ''} ${responseBytes}+${documentBytes} bytes`;
}

test('runs that are not there, named twice or alone are refused', async () => {
  await using server = await startTestServer();
  const { id } = await server.ledger.run({ key: 'run' });
  const gone = '01900000-0000-7000-8000-000000000000';
  expect(await refusalOf(server.ledger.compare([id, gone]))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'run', id: gone },
  });
  for (const ids of [[id], [id, id.toUpperCase()]]) {
    expect(await refusalOf(server.ledger.compare(ids))).toMatchObject({ code: 'BAD_INPUT' });
  }
});

test('of very many steps as many are shown as the limit says, and all are in the totals', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const [run, other] = [await server.ledger.run({ key: 'run' }), await server.ledger.run({ key: 'other' })];
  await run.step('last_step').record({ prompt: 'x', response: 'y' });
  await tables.query(
    `INSERT INTO step (project_id, id, run_id, name, key, status, started_revision, started_at)
    SELECT project_id, gen_random_uuid(), id, 'step', n::text, 'running', 1, last_at
    FROM run CROSS JOIN generate_series(1, ${LIMITS.maxComparedSteps}) n WHERE id = $1`,
    [run.id],
  );

  const { steps, cut, runs } = await server.ledger.compare([run, other]);

  expect([steps.length, cut]).toEqual([LIMITS.maxComparedSteps, true]);
  expect(steps.some(({ name }) => name === 'last_step')).toBe(false);
  expect(runs[0]?.total.exchanges).toBe(1);
});

test('the numbers are those that reading everything comes to, for any history', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  let history = 0;
  await fc.assert(
    fc.asyncProperty(
      // A purged exchange cannot be read, so that nobody could count it.
      histories({ rounds: 20, writers: 3 }).map(withoutPurges),
      histories({ rounds: 8, writers: 2 }).map(withoutPurges),
      async (rounds, later) => {
        history += 1;
        const run = await ledger.run({ key: `${history}` });
        const world = { ledger, documents: new Map(), exchanges: [], texts: ['one', 'two\n', 'three'] };
        await writeHistory({ ...world, runIds: [run.id] }, rounds);
        const fork = await run.fork({ key: `${history} fork` });
        const exchanges = (await fork.exchanges.list()).map(({ id }) => ({ id, runId: fork.id }));
        await writeHistory({ ...world, documents: new Map(), exchanges, runIds: [fork.id] }, later);
        await expectFold(ledger, [run.id, fork.id]);
      },
    ),
    { seed: 5, numRuns: 3, endOnFailure: true },
  );
});

type Rounds = Parameters<typeof writeHistory>[1];

function withoutPurges(rounds: Rounds): Rounds {
  return rounds.map((round) => round.filter(({ call }) => call !== 'documents.purge'));
}

async function expectFold(ledger: Stepledger, runIds: string[]): Promise<void> {
  const { runs, steps } = await ledger.compare(runIds);
  for (const [index, runId] of runIds.entries()) {
    const read = await readWork(ledger, runId);
    expect(runs[index]?.total).toEqual(foldWork(read, 0));
    expect(runs[index]?.own).toEqual(foldWork(read, read.forkedAt));
    const listed = await ledger.steps.list({ runId }).all();
    const shown = steps.flatMap(({ runs }) => runs[index] ?? []);
    expect(shown.map(({ id }) => id).sort()).toEqual(listed.map(({ id }) => id).sort());
    for (const { id, status, inherited, durationMs, ...work } of shown) {
      const step = listed.find((step) => step.id === id);
      expect([work, status]).toEqual([foldWork(read, 0, id), step?.status]);
      expect(durationMs === null).toBe(step?.finishedAt === null);
      if (inherited) expect(foldWork(read, read.forkedAt, id)).toEqual(foldWork(read, Infinity, id));
    }
  }
}
