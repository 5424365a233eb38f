import type { Document, Stepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const SEED = 9;
/** On a busy machine. */
const SLOW_MS = 120_000;

interface Write {
  readonly run: number;
  readonly step: { readonly name: string; readonly key: string };
  readonly documents: readonly string[];
  readonly change: 'put' | 'delete';
}

const step = fc.record({
  name: fc.constantFrom('design_step', 'review_step'),
  key: fc.constantFrom('', '1'),
});
const writes = fc.array(
  fc.record({
    run: fc.nat(1),
    step,
    documents: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
    change: fc.oneof(
      { weight: 4, arbitrary: fc.constant('put' as const) },
      { weight: 1, arbitrary: fc.constant('delete' as const) },
    ),
  }),
  { minLength: 6, maxLength: 14 },
);

interface Version {
  run: number;
  step: Write['step'];
  key: string;
  version: number;
  deleted: boolean;
  text: string;
}

/** What was written, in order: the plainest picture of the ledger. */
class Model {
  readonly versions: Version[] = [];

  headOf(run: number, key: string): Version | undefined {
    return this.versions.filter((v) => v.run === run && v.key === key).at(-1);
  }

  write({ run, step, change }: Write, key: string): Version {
    const head = this.headOf(run, key);
    const version = (head?.version ?? 0) + 1;
    const deleted = change === 'delete';
    const text = deleted ? (head?.text ?? '') : `${key} ${version}`;
    const written = { run, step, key, version, deleted, text };
    this.versions.push(written);
    return written;
  }

  /** Rule 9: of each document with a version that the step wrote, the newest such version, in order of writing. */
  byStep({ run, name, key }: { run: number | undefined; name: string; key: string | undefined }): Version[] {
    return this.versions.filter(
      (v, at) =>
        (run === undefined || v.run === run) &&
        v.step.name === name &&
        (key === undefined || v.step.key === key) &&
        !this.versions
          .slice(at + 1)
          .some((later) => later.run === v.run && later.key === v.key && sameStep(later.step, v.step)),
    );
  }
}

const sameStep = (a: Write['step'], b: Write['step']) => a.name === b.name && a.key === b.key;

async function apply(ledger: Stepledger, runIds: readonly string[], all: readonly Write[]): Promise<Model> {
  const model = new Model();
  for (const write of all) {
    const runId = runIds[write.run] ?? '';
    const there = (key: string) => model.headOf(write.run, key)?.deleted === false;
    if (write.change === 'put') {
      const documents = write.documents.map((key) => {
        const { text } = model.write(write, key);
        return { kind: 'note', key, text };
      });
      await ledger.documents.putMany({ runId, step: write.step, documents });
      continue;
    }
    for (const key of write.documents.filter(there)) {
      const { id } = await ledger.documents.get({ runId, kind: 'note', key });
      await ledger.documents.delete({ documentId: id, step: write.step });
      model.write(write, key);
    }
  }
  return model;
}

test('byStep answers what each step wrote, at its newest or at the head, within a run and across runs', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  let history = 0;
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      history += 1;
      // Across runs a project shows all of them; a name of its own keeps each history apart.
      const own = all.map((w) => ({ ...w, step: { ...w.step, name: `${w.step.name} ${history}` } }));
      const runs = await Promise.all([0, 1].map((n) => ledger.run({ key: `${history} ${n}` })));
      const runIds = runs.map(({ id }) => id);
      const model = await apply(ledger, runIds, own);

      for (const name of [`design_step ${history}`, `review_step ${history}`]) {
        for (const key of [undefined, '', '1']) {
          for (const run of [undefined, 0, 1]) {
            const step = key === undefined ? { name } : { name, key };
            const where = run === undefined ? { step } : { step, runId: runIds[run] ?? '' };
            const [written, kept, heads] = await Promise.all([
              ledger.documents.byStep({ ...where, includeDeleted: true }).all(),
              ledger.documents.byStep(where).all(),
              ledger.documents.byStep({ ...where, at: 'head', includeDeleted: true }).all(),
            ]);
            const expected = model.byStep({ run, name, key });
            const show = (d: Document) => shown(runIds.indexOf(d.runId), d.key, d.version, d.text);
            const order = run === undefined ? (lines: string[]) => lines.sort() : (lines: string[]) => lines;
            const toLine = (v: Version) => shown(v.run, v.key, v.version, v.deleted ? null : v.text);

            expect(order(written.map(show))).toEqual(order(expected.map(toLine)));
            expect(order(kept.map(show))).toEqual(order(expected.filter((v) => !v.deleted).map(toLine)));
            const headLines = expected.map((v) => toLine(model.headOf(v.run, v.key) ?? v));
            expect(order(heads.map(show))).toEqual(order(headLines));
          }
        }
      }
    }),
    { seed: SEED, numRuns: 4, endOnFailure: true },
  );
});

const shown = (run: number, key: string, version: number, text: string | null) =>
  `${run} ${key}@${version} ${text}`;

test('across runs the documents of one step stand together, runs in the order of their first such step', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const [one, two] = await Promise.all(['one', 'two'].map((key) => ledger.run({ key })));
  const put = (run: typeof one, kind: string) => run?.step('design_step').documents.put({ kind, text: kind });
  await put(two, 'a');
  await put(one, 'b');
  await put(two, 'c');
  await put(one, 'd');

  const { items } = await ledger.documents.byStep({ step: { name: 'design_step' } });
  expect(items.map(({ runId, kind }) => [runId === two?.id ? 'two' : 'one', kind])).toEqual([
    ['two', 'a'],
    ['two', 'c'],
    ['one', 'b'],
    ['one', 'd'],
  ]);
  expect((await ledger.documents.byStep({ step: { name: 'design_step' }, kind: 'c' })).items).toHaveLength(1);
  expect((await ledger.documents.byStep({ step: { name: 'no_step' } })).items).toEqual([]);
});
