import { isLedgerError } from '@stepledger/client';
import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { histories, type World } from '../ledger/support/histories.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { writeHistory } from '../ledger/support/write-history.ts';
import { exported } from './support/files.ts';

vi.setConfig({ testTimeout: 300_000 });

const SEED = 47;
const rounds = histories({ rounds: 15, writers: 3 });
const texts = fc.array(anyText({ maxLength: 30 }), { minLength: 8, maxLength: 8 });

test('a run that was imported is written, forked and exported as any other, also while more of it comes in', async () => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  await using tables = await openTables(target.databaseUrl);
  const { ledger } = source;
  const [first, second, third] = fc.sample(rounds, { seed: SEED, numRuns: 3 });
  const runs = [await ledger.run({ key: 'run' }), await ledger.run({ key: 'other' })];
  const runIds = runs.map(({ id }) => id);
  const [sample = []] = fc.sample(texts, { seed: SEED, numRuns: 1 });
  const world: World = { ledger, runIds, documents: new Map(), exchanges: [], texts: sample };
  await writeHistory(world, first ?? []);
  await runs[0]?.fork({ key: 'fork' });
  await target.ledger.import([await exported(ledger)]);
  const here: World = {
    ...world,
    ledger: target.ledger,
    documents: new Map(world.documents),
    exchanges: [...world.exchanges],
  };
  await writeHistory(world, second ?? []);
  const newer = await exported(ledger);

  // Both histories go on from one: the later of two writers finds the other's entries, and says so.
  const [imported] = await Promise.allSettled([
    target.ledger.import([newer]),
    writeHistory(here, third ?? []),
  ]);

  if (imported.status === 'rejected') {
    if (!isLedgerError(imported.reason)) throw imported.reason;
    expect(['ALREADY_EXISTS', 'VERSION_CONFLICT']).toContain(imported.reason.code);
  }
  for (const runId of runIds) await target.ledger.runs.fork({ runId, key: `fork of ${runId}` });
  expect(await brokenLaws(tables)).toEqual({});
  expect((await target.ledger.search.verify({ limit: 500 })).items).toEqual([]);
  await using last = await startTestServer();
  const file = await exported(target.ledger);
  await last.ledger.import([file]);
  expect(await exported(last.ledger)).toBe(file);
});
