import { createStepledger } from '@stepledger/client';
import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTables, type Tables } from './support/database.ts';
import { histories, LEDGER_CALLS } from './support/histories.ts';
import { brokenLaws } from './support/laws.ts';
import { writeHistory } from './support/write-history.ts';

const SEED = 1;
/** On a busy machine. */
const SLOW_MS = 120_000;

const rounds = histories({ rounds: 9, writers: 8 });
const texts = fc.array(anyText({ maxLength: 30 }), { minLength: 8, maxLength: 8 });

test('every ledger keeps its laws, whatever many writers do to it at once', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  // Without retries, which would hide what should not happen.
  const ledger = createStepledger({ url: server.url, retry: false });
  const done = new Set<string>();
  let history = 0;

  await fc.assert(
    fc.asyncProperty(rounds, texts, async (rounds, texts) => {
      history += 1;
      const keys = [`${history} a`, `${history} b`];
      const runs = await Promise.all(keys.map((key) => ledger.run({ key })));
      const runIds = runs.map(({ id }) => id);

      const world = { ledger, runIds, documents: new Map(), exchanges: [], texts };
      const made = await writeHistory(world, rounds);
      for (const { call } of made) done.add(call);

      expect(await brokenLaws(tables)).toEqual({});
      // A step that runs already is not started again: the answer then names an earlier entry.
      const receipts = made
        .filter(({ call }) => call !== 'steps.start')
        .map(({ call, runId, revision }) => `${runId}@${revision} ${call}`);
      expect(receipts.sort()).toEqual((await listEntries(tables, runIds)).sort());
    }),
    { seed: SEED, numRuns: 5, endOnFailure: true },
  );
  // Chance and timing may leave one out; more would say that the histories have to be longer.
  expect(LEDGER_CALLS.filter((call) => !done.has(call)).length).toBeLessThan(3);
});

async function listEntries(tables: Tables, runIds: readonly string[]): Promise<string[]> {
  const rows = await tables.query<{ receipt: string }>(
    `SELECT run_id || '@' || revision || ' ' || kind AS receipt FROM entry
    WHERE run_id = ANY ($1::uuid[]) AND kind NOT IN ('runs.start', 'steps.start')`,
    [runIds],
  );
  return rows.map(({ receipt }) => receipt);
}

test('the laws notice an entry that is gone, a version that is skipped and a text that was changed', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'tampered' });
  const document = await run.step('design_step').documents.put({ kind: 'design', text: 'one' });
  await document.update('two');
  await document.update('three');
  expect(await brokenLaws(tables)).toEqual({});

  await tables.query('DELETE FROM entry WHERE revision = 3');
  await tables.query('DELETE FROM document_version WHERE version = 2');
  await tables.query(`UPDATE blob SET content = 'eno' WHERE content = 'one'`);
  expect(Object.keys(await brokenLaws(tables)).sort()).toEqual([
    'a blob’s name is the hash of its bytes',
    'no blob is without a row that refers to it',
    'revisions run from 1 to the run’s own, without gap',
    'versions run from 1 to the head, without gap',
  ]);
});
