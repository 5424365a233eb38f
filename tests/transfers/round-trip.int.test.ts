import { resolve } from 'node:path';
import { loadRecordedRuns } from '@stepledger/example-recorded-runs';
import { anyText, findRecordedData, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { readRun } from '../as-of/support/read-run.ts';
import { openTables } from '../ledger/support/database.ts';
import { histories, type World } from '../ledger/support/histories.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { writeHistory } from '../ledger/support/write-history.ts';
import { exported } from './support/files.ts';
import { readTables } from './support/whole-tables.ts';

// Thousands of calls, on a machine that may run other tests beside them.
vi.setConfig({ testTimeout: 300_000 });

const SAMPLE = resolve(import.meta.dirname, '../../examples/recorded-runs/sample');
const REAL = findRecordedData();
const CORPORA = [{ name: 'the sample', dir: SAMPLE }, ...(REAL ? [{ name: 'real runs', dir: REAL }] : [])];

test.each(CORPORA)(
  '$name, exported and imported into an empty server, exports to the same bytes',
  async ({ dir }) => {
    await using source = await startTestServer();
    await using target = await startTestServer();
    await loadRecordedRuns(source.ledger, dir);
    const file = await exported(source.ledger);

    const report = await target.ledger.import([file]);

    expect(report.units.run.created).toBeGreaterThan(0);
    expect(await exported(target.ledger)).toBe(file);
  },
);

const SEED = 31;
const RUNS = 3;
const rounds = histories({ rounds: 25, writers: 3 });
const after = histories({ rounds: 6, writers: 3 });
const texts = fc.array(anyText({ maxLength: 30 }), { minLength: 8, maxLength: 8 });

test('any history and its forks, exported and imported, reads as before and exports to the same bytes', async () => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  await using tables = await openTables(target.databaseUrl);
  await using sourceTables = await openTables(source.databaseUrl);
  let history = 0;

  await fc.assert(
    fc.asyncProperty(rounds, after, texts, async (rounds, after, texts) => {
      history += 1;
      const key = (name: string) => `${history} ${name}`;
      const { ledger } = source;
      const runs = [await ledger.run({ key: key('run') }), await ledger.run({ key: key('other') })] as const;
      const world: World = {
        ledger,
        runIds: runs.map(({ id }) => id),
        documents: new Map(),
        exchanges: [],
        texts,
      };
      await writeHistory(world, rounds);
      const fork = await runs[0].fork({ key: key('fork') });
      await writeHistory({ ...world, runIds: [...world.runIds, fork.id] }, after);
      const file = await exported(ledger);

      await target.ledger.import([file]);

      expect(await exported(target.ledger)).toBe(file);
      expect(await brokenLaws(tables)).toEqual({});
      expect(await readTables(tables)).toEqual(await readTables(sourceTables));
      for (const runId of [...world.runIds, fork.id]) {
        expect(await readRun({ ledger: target.ledger, runId })).toEqual(await readRun({ ledger, runId }));
      }
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
});
