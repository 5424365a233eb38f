import type { Run, Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { histories } from '../ledger/support/histories.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { writeHistory } from '../ledger/support/write-history.ts';
import { foldNumbers, foldStats, readStats } from './support/fold-stats.ts';
import { openProject, stretchTime } from './support/project.ts';
import { putPrompts, record, recordings } from './support/recordings.ts';

/** On a busy machine. */
const SLOW_MS = 180_000;

let server: TestServer;
let tables: Tables;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
});
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await server.close();
});

test('every number is what reading everything comes to, for any history with forks and purges', {
  timeout: SLOW_MS,
}, async () => {
  let history = 0;
  await fc.assert(
    fc.asyncProperty(
      histories({ rounds: 12, writers: 3 }),
      recordings(16),
      recordings(16),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 24, maxLength: 24 }),
      async (rounds, before, after, dice) => {
        history += 1;
        const { id: projectId, ledger } = await openProject(server, `history-${history}`);
        await ledger.workflows.define({ name: 'feature', steps: [{ name: 'a_step' }] });
        await putPrompts(ledger);
        const first = await ledger.runs.start({ key: 'first', workflow: 'feature', strict: false });
        const second = await ledger.runs.start({ key: 'second' });
        const runIds = [first.runId, second.runId];
        const world = { ledger, documents: new Map(), exchanges: [], texts: ['one', 'two\n', 'three'] };
        await record(ledger, [...runIds, first.runId], before);
        await writeHistory({ ...world, runIds }, rounds);
        runIds.push((await ledger.runs.fork({ runId: first.runId, key: 'fork' })).runId);
        await record(ledger, runIds, after);
        await stretchTime(tables, projectId);

        await expectStats(ledger, { runIds, dice });
        await expectUsage(ledger);
        await expectOverview(ledger, runIds);
      },
    ),
    { seed: 11, numRuns: 3, endOnFailure: true },
  );
  expect(await brokenLaws(tables)).not.toHaveProperty('rows have the time of their entry');
});

interface Chance {
  runIds: readonly string[];
  dice: readonly number[];
}

async function expectStats(ledger: Stepledger, { runIds, dice }: Chance): Promise<void> {
  const read = await readStats(ledger);
  const times = read.exchanges.map(({ openedAt }) => openedAt).sort();
  const end = new Date(Date.now() + 60_000).toISOString();
  const timeAt = (share: number) => times[Math.floor(share * (times.length - 1))] ?? end;
  for (const by of [undefined, 'step', 'model', 'prompt', 'day'] as const) {
    for (const filter of [
      {},
      { workflow: 'feature' },
      { workflow: 'none' },
      ...runIds.map((runId) => ({ runId })),
    ]) {
      for (const share of dice.slice(0, 2)) {
        const from = timeAt(share / 2);
        for (const to of [timeAt((1 + share) / 2), end]) {
          if (from >= to) continue;
          const wanted = { by, from, to, limit: 1 + Math.floor(share * 4), ...filter };
          const { by: _, ...rest } = wanted;
          const told = await ledger.stats.exchanges(by === undefined ? rest : { ...rest, by });
          expect(told).toEqual(foldStats(read, wanted));
        }
      }
    }
  }
}

async function expectUsage(ledger: Stepledger): Promise<void> {
  const read = await readStats(ledger);
  const runs = new Map((await ledger.runs.list().all()).map(({ id, key }) => [id, key]));
  for (const { name } of await ledger.prompts.list().all()) {
    const versions = await ledger.prompts.history({ name }).all();
    const usage = await ledger.prompts.usage({ name, limit: 1 }).all();
    expect(usage.map(({ version }) => version)).toEqual(versions.map(({ version }) => version).toReversed());
    for (const { version, createdAt, labels, lastUsedAt, cut, ...numbers } of usage) {
      const used = read.exchanges
        .filter(({ prompt }) => prompt?.name === name && prompt.version === version)
        .toReversed();
      expect([numbers, cut]).toEqual([foldNumbers(read, used), false]);
      expect({ createdAt, labels }).toEqual({
        createdAt: versions[version - 1]?.createdAt,
        labels: versions[version - 1]?.labels,
      });
      expect(lastUsedAt).toBe(used[0]?.openedAt ?? null);
      const uses = await ledger.prompts.uses({ name, version, limit: 3 }).all();
      expect(uses).toEqual(
        used.map(({ id, runId, step, status, openedAt }) => ({
          exchangeId: id,
          run: { id: runId, key: runs.get(runId) },
          step,
          status,
          openedAt,
        })),
      );
    }
  }
}

async function expectOverview(ledger: Stepledger, runIds: readonly string[]): Promise<void> {
  const runs = await ledger.runs.list().all();
  const minute = ({ updatedAt }: Run) => updatedAt.slice(0, 16);
  const orders = {
    newest: runs,
    oldest: runs.toReversed(),
    changed: runs.toSorted((a, b) => (minute(a) < minute(b) ? 1 : minute(a) > minute(b) ? -1 : 0)),
  };
  const filters = [
    { filter: {}, lets: () => true },
    { filter: { status: 'running' as const }, lets: ({ status }: Run) => status === 'running' },
    { filter: { workflow: 'feature' }, lets: ({ workflow }: Run) => workflow?.name === 'feature' },
    { filter: { originRunId: runIds[0] ?? '' }, lets: ({ origin }: Run) => origin !== null },
    {
      filter: { status: 'running' as const, workflow: 'feature' },
      lets: ({ status, workflow }: Run) => status === 'running' && workflow !== null,
    },
  ];
  for (const order of ['newest', 'oldest', 'changed'] as const) {
    for (const { filter, lets } of filters) {
      const told = await ledger.runs.overview({ order, ...filter, limit: 2 }).all();
      const wanted = orders[order].filter(lets);
      expect(told.map(({ currentStep, durationMs, work, ...run }) => run)).toEqual(wanted);
    }
  }
  const { runs: compared } = await ledger.runs.compare({ runIds: [...runIds] });
  const { runs: summed } = await ledger.runs.work({ runIds: [...runIds] });
  const overview = await ledger.runs.overview().all();
  for (const [index, runId] of runIds.entries()) {
    const told = overview.find(({ id }) => id === runId);
    expect(told?.work).toEqual({ ...compared[index]?.total, cut: false });
    expect(summed[index]).toEqual({ runId, ...told?.work });
    const steps = await ledger.steps.list({ runId, status: 'running' }).all();
    expect(told?.currentStep?.id).toBe(steps.at(-1)?.id);
    const exchanges = await ledger.exchanges.list({ runId }).all();
    expect(told?.work.exchanges).toBe(exchanges.length);
    expect(told?.work.failedParses).toBe(
      (await ledger.parses.list({ runId, status: 'failed' }).all()).length,
    );
    const { finishedRevision, createdAt } = await ledger.runs.get({ runId });
    if (finishedRevision === null) {
      expect(told?.durationMs).toBeNull();
      continue;
    }
    const [entry] = (await ledger.entries.list({ runId, fromRevision: finishedRevision, limit: 1 })).items;
    const lasted = Date.parse(entry?.at ?? '') - Date.parse(createdAt);
    expect(Math.abs((told?.durationMs ?? 0) - lasted)).toBeLessThanOrEqual(1);
  }
}
