import type { RunDiffItem, Stepledger } from '@stepledger/client';
import { anyText, startTestServer } from '@stepledger/testing';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories } from '../ledger/support/histories.ts';
import { writeHistory } from '../ledger/support/write-history.ts';
import { mirrored, plain, tellDiff } from './support/tell-diff.ts';
import { readDocuments, type Side, tellDifferences } from './support/tell-differences.ts';

const SEED = 4;
const RUNS = 3;
const PAIRS = 6;
/** On a busy machine. */
const SLOW_MS = 240_000;

const rounds = histories({ rounds: 60, writers: 1 });
const texts = fc.array(anyText({ maxLength: 60 }), { minLength: 8, maxLength: 8 });
const places = fc.array(fc.tuple(fc.nat(9999), fc.nat(9999)), { minLength: PAIRS, maxLength: PAIRS });

test('a diff tells what reading both sides tells, its mirror the same, and its patches make one side of the other', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  let history = 0;
  let compared = 0;

  await fc.assert(
    fc.asyncProperty(rounds, texts, places, async (rounds, texts, places) => {
      history += 1;
      const runIds = [
        (await ledger.run({ key: `${history} a` })).id,
        (await ledger.run({ key: `${history} b` })).id,
      ];
      await writeHistory({ ledger, runIds, documents: new Map(), exchanges: [], texts }, rounds);
      const [a = [], b = []] = await Promise.all(runIds.map((runId) => sidesOf(ledger, runId)));
      const pairs = places.flatMap(([x, y]) => [
        [a[x % a.length], a[y % a.length]],
        [a[x % a.length], b[y % b.length]],
      ]);
      for (const [from, to] of pairs) {
        if (!from || !to) throw new Error('A run has a revision');
        const items = await ledger.runs.diff({ from, to, limit: 3 }).all();
        compared += items.length;
        expect(tellDiff(items, await namesOf(ledger, [from, to]))).toEqual(
          await tellDifferences(ledger, from, to),
        );
        expect(mirrored(await ledger.runs.diff({ from: to, to: from }).all())).toEqual(plain(items));
        expect(await ledger.runs.diff({ from, to: from })).toMatchObject({ items: [], divergence: null });
        await expectPatches(ledger, { from, to, items });
      }
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(100);
});

/** A run at each of its revisions. */
async function sidesOf(ledger: Stepledger, runId: string): Promise<Side[]> {
  const { revision } = await ledger.runs.get({ runId });
  return Array.from({ length: revision }, (_, index) => ({ runId, asOf: { revision: index + 1 } }));
}

/** The exchanges of both sides by step and order in it. */
async function namesOf(ledger: Stepledger, sides: readonly Side[]) {
  const names = new Map<string, string>();
  for (const side of sides) {
    const counts = new Map<string, number>();
    for await (const { id, step } of ledger.exchanges.list(side)) {
      const name = `${step.name}/${step.key}`;
      const ordinal = counts.get(name) ?? 0;
      counts.set(name, ordinal + 1);
      names.set(id, `${name}#${ordinal}`);
    }
  }
  return (id: string) => names.get(id);
}

async function expectPatches(
  ledger: Stepledger,
  { from, to, items }: { from: Side; to: Side; items: readonly RunDiffItem[] },
): Promise<void> {
  const [before, after] = [await readDocuments(ledger, from), await readDocuments(ledger, to)];
  const patched = new Map([...before].map(([name, { text }]) => [name, text]));
  for (const item of items) {
    if (item.what !== 'document' || !item.text) continue;
    const name = `${item.kind}/${item.key}`;
    const { patch, reason } = item.text;
    if (reason === 'purged') patched.set(name, after.get(name)?.text ?? null);
    else {
      const text = patched.get(name) ?? '';
      const made = patch === '' ? text : applyPatch(text, patch ?? '', { autoConvertLineEndings: false });
      patched.set(name, made === false ? 'does not apply' : made);
    }
    if (item.change === 'removed') {
      if (reason === null) expect(patched.get(name)).toBe('');
      patched.delete(name);
    }
  }
  const known = [...after].map(([name, { text }]): [string, string | null] => [name, text]);
  expect(patched).toEqual(new Map(known));
}
