import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTables } from './support/database.ts';
import { histories, type Move } from './support/histories.ts';
import { brokenLaws } from './support/laws.ts';
import { refusalOf } from './support/refusals.ts';
import { writeHistory } from './support/write-history.ts';

const SEED = 3;
/** On a busy machine. */
const SLOW_MS = 120_000;

const history = histories({ rounds: 24, writers: 1 });
const texts = fc.array(anyText({ maxLength: 30 }), { minLength: 6, maxLength: 6 });

test('a deleted run leaves the database as if it had never been', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  let written = 0;

  await fc.assert(
    fc.asyncProperty(history, history, texts, async (kept, deleted, texts) => {
      written += 1;
      const write = async (key: string, rounds: Move[][]) => {
        const { id } = await ledger.run({ key: `${key} ${written}` });
        await writeHistory({ ledger, runIds: [id], documents: new Map(), exchanges: [], texts }, rounds);
        return id;
      };
      // Both are made of the same texts and share many conversations.
      await write('kept', kept);
      const { request: _, ...before } = await tables.fingerprint();

      const runId = await write('deleted', deleted);
      await ledger.runs.delete({ runId });

      const { request: __, ...after } = await tables.fingerprint();
      expect(after).toEqual(before);
      expect(await brokenLaws(tables)).toEqual({});
      expect(await refusalOf(ledger.runs.get({ runId }))).toMatchObject({ code: 'NOT_FOUND' });
    }),
    { seed: SEED, numRuns: 3, endOnFailure: true },
  );
});
