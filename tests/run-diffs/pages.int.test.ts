import type { DocumentDifference, RunDiffItem, RunHandle, Stepledger } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { applyPatch } from 'diff';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** On a busy machine. */
const SLOW_MS = 120_000;

let server: TestServer;
let ledger: Stepledger;
beforeAll(async () => {
  server = await startTestServer();
  ({ ledger } = server);
});
afterAll(() => server.close());

function documentsOf(items: readonly RunDiffItem[]): DocumentDifference[] {
  return items.filter((item) => item.what === 'document');
}

async function putAll(run: RunHandle, texts: Record<string, string>): Promise<void> {
  const documents = Object.entries(texts).map(([key, text]) => ({ kind: 'code', key, text }));
  await ledger.documents.putMany({ runId: run.id, documents });
}

const many = (text: (index: number) => string, length: number) =>
  Object.fromEntries(Array.from({ length }, (_, index) => [`file ${index}`, text(index)]));

test('pages of any size tell the same, each difference once, in the order of the ledgers', async () => {
  const run = await ledger.run({ key: 'pages' });
  await putAll(
    run,
    many((index) => `a ${index}`, 30),
  );
  await putAll(
    run,
    many((index) => (index % 3 === 0 ? `b ${index}` : `a ${index}`), 40),
  );
  const sides = { from: run.at({ revision: 2 }), to: run.at({ revision: 3 }) };
  const whole = await run.diff({ ...sides, limit: 500 }).all();
  expect(documentsOf(whole).map(({ key, change }) => [key, change])).toEqual([
    ...Array.from({ length: 10 }, (_, index) => [`file ${index * 3}`, 'changed']),
    ...Array.from({ length: 10 }, (_, index) => [`file ${30 + index}`, 'added']),
  ]);
  for (const limit of [1, 7, 10, 20]) expect(await run.diff({ ...sides, limit }).all()).toEqual(whole);
});

test('all pages are of the revisions that the first one found, whatever is written meanwhile', async () => {
  const run = await ledger.run({ key: 'moving' });
  await putAll(
    run,
    many((index) => `a ${index}`, 6),
  );
  const first = await run.diff({ from: run.at({ revision: 1 }), limit: 2 });
  await putAll(
    run,
    many((index) => `b ${index}`, 9),
  );
  const { items: next, to } = await run.diff({
    from: run.at({ revision: 1 }),
    cursor: first.nextCursor ?? '',
  });
  expect(to).toEqual(first.to);
  expect(documentsOf([...first.items, ...next]).map(({ key, to }) => [key, to?.version])).toEqual(
    Array.from({ length: 6 }, (_, index) => [`file ${index}`, 1]),
  );
});

test('a cursor of other runs, or of the same the other way round, is refused', async () => {
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((key) => ledger.run({ key: `cursor ${key}` })));
  if (!a || !b || !c) throw new Error('Three runs');
  for (const run of [a, b, c])
    await putAll(
      run,
      many((index) => `${run.id} ${index}`, 3),
    );
  const { nextCursor } = await a.diff({ to: { runId: b.id }, limit: 1 });
  const cursor = nextCursor ?? '';
  expect((await a.diff({ to: { runId: b.id }, cursor })).items).toHaveLength(2);
  for (const [from, to] of [
    [b, a],
    [a, c],
  ] as const) {
    await expect(from.diff({ to: { runId: to.id }, cursor })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: [{ path: 'cursor' }] },
    });
  }
});

test('only what is asked for is told, and no texts are compared that are not asked for', async () => {
  const run = await ledger.run({ key: 'parts' });
  await run.step('code').record({
    prompt: 'Code.',
    response: 'Done.',
    documents: [{ kind: 'code', text: 'a' }],
  });
  await run.update({ goal: 'Done\0.' });
  const from = run.at({ revision: 1 });
  const whatOf = async (what: ('run' | 'step' | 'exchange' | 'document')[]) =>
    (await run.diff({ from, what }).all()).map((item) => item.what);
  expect(await whatOf(['document', 'run'])).toEqual(['run', 'document']);
  expect(await whatOf(['exchange'])).toEqual(['exchange']);
  const [document] = documentsOf(await run.diff({ from, withPatches: false }).all());
  expect(document?.text).toEqual({ added: null, removed: null, patch: null, reason: 'not_asked' });
  const [changed] = await run.diff({ from, what: ['run'] }).all();
  expect(changed).toMatchObject({ differs: ['goal'], from: { goal: null }, to: { goal: 'Done\0.' } });
});

test('a document that was deleted is removed, one that came back is the same, one of other attributes is told by name', async () => {
  const run = await ledger.run({ key: 'attributes' });
  await putAll(run, { gone: 'a\n', back: 'b', kept: 'c' });
  const [gone, back, kept] = await run.documents.list();
  await gone?.delete();
  await back?.delete();
  await back?.undelete();
  await kept?.update({ status: 'done', tags: ['x'], title: 'Kept', metadata: { n: 1 } });
  const told = documentsOf(await run.diff({ from: run.at({ revision: 2 }) }).all());
  expect(told).toMatchObject([
    { key: 'gone', change: 'removed', to: null, attributes: [], text: { added: 0, removed: 1 } },
    { key: 'kept', change: 'changed', attributes: ['title', 'status', 'tags', 'metadata'], text: null },
  ]);
});

test('of purged texts is said that nobody can compare them any more', async () => {
  const run = await ledger.run({ key: 'purged' });
  const secret = await run.documents.put({ kind: 'code', text: 'secret', title: 'Secret' });
  await secret.update('secret too');
  await ledger.documents.purge({ documentId: secret.id, versions: [1] });
  const [document] = documentsOf(await run.diff({ from: run.at({ revision: 2 }) }).all());
  expect(document).toMatchObject({
    attributes: [],
    text: { added: null, removed: null, patch: null, reason: 'purged' },
  });
  expect(await run.diff({ from: run.at({ revision: 2 }), to: run.at({ revision: 2 }) }).all()).toEqual([]);
});

test('of exchanges that used or wrote what was purged since, nobody can say that they differ', async () => {
  const record = async (key: string, parsed: string) => {
    const run = await ledger.run({ key });
    const requirement = await run.documents.put({ kind: 'requirement', text: 'Todos.' });
    const { documents } = await run.step('design').record({
      prompt: 'Design.',
      uses: [requirement.ref],
      response: 'Done.',
      documents: [
        { kind: 'design', text: 'The design.' },
        { kind: 'test', text: parsed },
      ],
    });
    return { run, ids: [requirement.id, ...documents.slice(0, 1).map(({ id }) => id)] };
  };
  const [kept, purged, other] = [
    await record('kept', 'A test.'),
    await record('in part purged', 'A test.'),
    await record('other', 'Another.'),
  ];
  for (const documentId of purged.ids) await ledger.documents.purge({ documentId });
  const same = await kept.run.diff({ to: { runId: purged.run.id } });
  expect(same.divergence).toBeNull();
  expect(same.items).toMatchObject([
    { what: 'document', kind: 'requirement', text: { reason: 'purged' } },
    { what: 'document', kind: 'design', text: { reason: 'purged' } },
  ]);
  const { divergence } = await other.run.diff({ to: { runId: purged.run.id } });
  expect(divergence).toMatchObject({ differs: ['parsed'], uses: [], parsed: [{ kind: 'test' }] });
});

test('long repetitive texts cost a page about a second, and every one is told of', {
  timeout: SLOW_MS,
}, async () => {
  const run = await ledger.run({ key: 'repetitive' });
  const fill = (unit: string) => unit.repeat(Math.ceil(300_000 / unit.length));
  const [open, done] = [fill('- [ ] write the test\n'), fill('- [x] write the test\n')];
  await putAll(
    run,
    many((index) => `${open}${done}${index}`, 4),
  );
  await putAll(
    run,
    many((index) => `${done}${open}${index}`, 4),
  );
  const sides = { from: run.at({ revision: 2 }), to: run.at({ revision: 3 }) };
  const first = await run.diff(sides);
  // The page ends when its time is up, though it has room for all.
  expect(first.nextCursor).not.toBeNull();
  const all = documentsOf(await run.diff(sides).all());
  expect(all.map(({ key }) => key)).toEqual(Object.keys(many(String, 4)));
  for (const { key, text } of all) {
    if (text?.patch) {
      const index = key.split(' ')[1];
      const options = { autoConvertLineEndings: false };
      expect(applyPatch(`${open}${done}${index}`, text.patch, options)).toBe(`${done}${open}${index}`);
    } else expect(text?.reason).toBe('too_different');
  }
});

test('a page ends before it carries more texts than a page of a list', { timeout: SLOW_MS }, async () => {
  const run = await ledger.run({ key: 'large' });
  const size = Math.floor(LIMITS.maxPageTextBytes / 2.5);
  const large = (index: number) => `${'x'.repeat(size)}\n${index}`;
  for (const [key, text] of Object.entries(many(large, 4)))
    await run.documents.put({ kind: 'code', key, text });
  const pages: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await run.diff({ from: run.at({ revision: 1 }), ...(cursor && { cursor }) });
    pages.push(page.items.length);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(pages).toEqual([2, 2]);
});

test('a revision that is still to come is refused by the name of its side', async () => {
  const run = await ledger.run({ key: 'future' });
  for (const side of ['from', 'to'] as const) {
    const refused = run.diff({ [side]: run.at({ revision: 9 }) });
    await expect(refused).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: [{ path: `${side}.asOf.revision`, reason: expect.stringContaining('newest') }] },
    });
  }
});
