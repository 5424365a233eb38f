import type { Entry } from '@stepledger/client';
import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories, LEDGER_CALLS } from '../ledger/support/histories.ts';
import { writeHistory } from '../ledger/support/write-history.ts';
import { existingOf, foldEntries } from './support/fold-entries.ts';
import { findPurged, withoutPurged } from './support/purged.ts';
import { type RunReads, readRun, valuesOf } from './support/read-run.ts';

const SEED = 4;
const RUNS = 3;
/** On a busy machine. */
const SLOW_MS = 240_000;

const rounds = histories({ rounds: 45, writers: 1 });
const texts = fc.array(anyText({ maxLength: 30 }), { minLength: 8, maxLength: 8 });

test('what was read at each revision is read as of it for ever, but for what was purged', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const done = new Set<string>();
  let history = 0;

  await fc.assert(
    fc.asyncProperty(rounds, texts, async (rounds, texts) => {
      history += 1;
      const { id: runId } = await ledger.run({ key: `${history}` });
      const world = { ledger, runIds: [runId], documents: new Map(), exchanges: [], texts };
      const remembered = [await readRun({ ledger, runId })];
      for (const round of rounds) {
        const made = await writeHistory(world, [round]);
        for (const { call } of made) done.add(call);
        if (made.some(({ revision }) => revision > remembered.length)) {
          remembered.push(await readRun({ ledger, runId }));
        }
      }

      const purged = await findPurged(ledger, runId);
      const entries = await ledger.entries.list({ runId }).all();
      expect(entries).toHaveLength(remembered.length);
      for (const [index, reads] of remembered.entries()) {
        const revision = index + 1;
        const past = await readRun({ ledger, runId, asOf: { revision } });
        expect(past, `revision ${revision}`).toEqual(withoutPurged(reads, purged));
        const { links, ...folded } = foldEntries(entries.slice(0, revision));
        const standing = Object.entries(links).filter(([, count]) => count > 0);
        expect(existingOf(past)).toEqual({ ...folded, links: Object.fromEntries(standing) });
        await expectNothingLater({ ledger, runId }, past, { revision, last: remembered.at(-1) });
      }
      await expectTimes({ ledger, runId }, entries);
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  // Chance may leave one out; more would say that the histories have to be longer.
  expect(LEDGER_CALLS.filter((call) => !done.has(call)).length).toBeLessThan(3);
});

type Place = Pick<Parameters<typeof readRun>[0], 'ledger' | 'runId'>;

/** What came to be later is not there yet, whichever way it is asked for. */
async function expectNothingLater(
  { ledger }: Place,
  past: RunReads,
  { revision, last = {} }: { revision: number; last: RunReads | undefined },
): Promise<void> {
  const asOf = { revision };
  const later = (list: string) => {
    const there = new Set(valuesOf<{ id: string }>(past[list]).map(({ id }) => id));
    return valuesOf<{ id: string }>(last[list]).filter(({ id }) => !there.has(id));
  };
  const missing = (type: string, id: string, read: Promise<unknown>) =>
    expect(read).rejects.toMatchObject({ code: 'NOT_FOUND', details: { type, id } });
  await Promise.all([
    ...later('documents').flatMap(({ id }) => [
      missing('document', id, ledger.documents.get({ documentId: id, asOf })),
      missing('document', id, ledger.links.list({ documentId: id, asOf })),
    ]),
    ...later('exchanges').map(({ id }) =>
      missing('exchange', id, ledger.exchanges.get({ exchangeId: id, asOf })),
    ),
  ]);
}

/** The time of an entry is that of its revision, or of the last one of the same millisecond. */
async function expectTimes({ ledger, runId }: Place, entries: readonly Entry[]): Promise<void> {
  for (const { at } of entries) {
    const { revision } = await ledger.runs.get({ runId, asOf: { time: at } });
    expect(revision).toBe(entries.findLast((entry) => entry.at === at)?.revision);
  }
}
