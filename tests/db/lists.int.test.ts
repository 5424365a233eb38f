import type { Page } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';

/** Reads a list to its end in pages of this size. */
async function readAll<Item>(
  limit: number,
  list: (page: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await list({ limit, ...(cursor !== null && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

test('runs are listed newest first, by workflow and by status', async () => {
  await using ledger = await openTestLedger();
  const { runs, workflows } = ledger.open();
  await workflows.define({ name: 'feature', steps: [{ name: 'a', kinds: [] }] });
  const started: string[] = [];
  for (const n of [1, 2, 3, 4, 5]) {
    const workflow = n % 2 === 1 ? { workflow: { name: 'feature' } } : {};
    started.push(
      (await runs.start({ key: `run ${n}`, strict: true, goal: `goal\0${n}`, ...workflow })).runId,
    );
  }
  await runs.complete({ runId: started[0] ?? '', status: 'completed' });
  const newestFirst = (...numbers: number[]) => numbers.map((n) => started[n - 1]);
  const ids = (filter: { workflow?: string; status?: 'completed' | 'running' }) =>
    readAll(2, (page) => runs.list({ ...page, ...filter })).then((items) => items.map(({ id }) => id));

  expect(await ids({})).toEqual(newestFirst(5, 4, 3, 2, 1));
  expect(await ids({ workflow: 'feature' })).toEqual(newestFirst(5, 3, 1));
  expect(await ids({ status: 'running' })).toEqual(newestFirst(5, 4, 3, 2));
  expect(await ids({ workflow: 'feature', status: 'completed' })).toEqual(newestFirst(1));
  expect(await ids({ workflow: 'none' })).toEqual([]);
  expect(await runs.get({ key: 'run 3' })).toMatchObject({
    id: started[2],
    workflow: { name: 'feature', version: 1 },
    goal: 'goal\x003',
    status: 'running',
    revision: 1,
    finishedRevision: null,
  });
  expect(await refusal(runs.get({ key: 'none' }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'run', id: 'none' },
  });
  expect(await refusal(ledger.openOther().runs.get({ key: 'run 3' }))).toMatchObject({ code: 'NOT_FOUND' });
  expect((await ledger.openOther().runs.list({ limit: 10 })).items).toEqual([]);
});

test('entries are listed by revision, from any on', async () => {
  await using ledger = await openTestLedger();
  const { runs, documents, entries } = ledger.open();
  const { runId } = await runs.start({ key: 'todo', strict: true });
  for (const n of [2, 3, 4, 5]) await documents.put({ runId, kind: 'note', text: `${n}`, links: [] });

  const all = await readAll(2, (page) => entries.list({ ...page, runId, fromRevision: 1, order: 'oldest' }));
  expect(all.map(({ revision, kind, actor }) => ({ revision, kind, actor }))).toEqual([
    { revision: 1, kind: 'runs.start', actor: 'test' },
    ...[2, 3, 4, 5].map((revision) => ({ revision, kind: 'documents.put', actor: 'test' })),
  ]);
  expect(all[2]?.changes).toMatchObject([{ what: 'document', change: 'text', version: 2 }]);
  const late = await entries.list({ runId, fromRevision: 4, limit: 10, order: 'oldest' });
  expect(late.items.map(({ revision }) => revision)).toEqual([4, 5]);
  expect(await entries.list({ runId, fromRevision: 6, limit: 10, order: 'oldest' })).toEqual({
    items: [],
    nextCursor: null,
  });
  expect(
    await refusal(ledger.openOther().entries.list({ runId, fromRevision: 1, limit: 1, order: 'oldest' })),
  ).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'run', id: runId },
  });
});

test('links are listed from both of their ends', async () => {
  await using ledger = await openTestLedger();
  const { runs, documents, links } = ledger.open();
  const { runId } = await runs.start({ key: 'todo', strict: true });
  const put = (kind: string) => documents.put({ runId, kind, text: kind, links: [] });
  const target = await put('requirement');
  const to = { documentId: target.documentId, version: 1 };
  const froms = [];
  for (const kind of ['a', 'b', 'c']) {
    const { documentId } = await put(kind);
    const from = { documentId, version: 1 };
    froms.push(from);
    for (const relation of ['derived_from', 'used'] as const) await links.add({ from, relation, to });
  }
  const [first = { documentId: '', version: 1 }] = froms;
  await links.remove({ from: first, relation: 'used', to });

  const built = await readAll(2, (page) =>
    links.list({ ...page, documentId: to.documentId, direction: 'to', includeRemoved: false }),
  );
  expect(built.map(({ from, relation }) => [from.documentId, relation])).toEqual(
    froms
      .flatMap(({ documentId }) => [
        [documentId, 'derived_from'],
        [documentId, 'used'],
      ])
      .filter(([id, relation]) => id !== first.documentId || relation !== 'used'),
  );
  const all = await readAll(1, (page) =>
    links.list({
      ...page,
      documentId: first.documentId,
      version: 1,
      direction: 'from',
      includeRemoved: true,
    }),
  );
  expect(all).toMatchObject([
    { relation: 'derived_from', to, removedRevision: null },
    { relation: 'used', to, removedRevision: expect.any(Number) },
  ]);
  const none = { documentId: first.documentId, version: 2, direction: 'from', includeRemoved: true } as const;
  expect((await links.list({ ...none, limit: 1 })).items).toEqual([]);
  expect(await refusal(ledger.openOther().links.list({ ...none, limit: 1 }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'document', id: first.documentId },
  });
});

test('projects and keys are listed page by page', async () => {
  await using ledger = await openTestLedger();
  const { projects, apiKeys } = ledger.open();
  await projects.create({ slug: 'a-project' });
  const slugs = await readAll(2, (page) => projects.list(page));
  expect(slugs.map(({ slug }) => slug)).toEqual(['a-project', 'first', 'other']);
  for (const name of ['x', 'y', 'z']) await apiKeys.create({ name, access: 'read' });
  const keys = await readAll(2, (page) => apiKeys.list({ ...page, includeRevoked: false }));
  expect(keys.map(({ name }) => name)).toEqual(['x', 'y', 'z']);
  expect((await ledger.openOther().apiKeys.list({ limit: 10, includeRevoked: true })).items).toEqual([]);
  expect(await refusal(ledger.openOther().apiKeys.get({ id: keys[0]?.id ?? '' }))).toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await refusal(ledger.openOther().apiKeys.revoke({ id: keys[0]?.id ?? '' }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});
