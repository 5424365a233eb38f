import type { DocumentHandle, RunHandle, Stepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

/** A requirement, a design that used it, and three subtasks that used the design. */
async function openStory(ledger: Stepledger) {
  const run = await ledger.run({ key: 'todo-app' });
  const requirement = await run.documents.put({ kind: 'requirement', text: 'Todos.' });
  const design = await build(run, { kind: 'design', on: [requirement] });
  const subtasks: DocumentHandle[] = [];
  for (const key of ['a', 'b', 'c']) subtasks.push(await build(run, { kind: 'subtask', key, on: [design] }));
  return { run, requirement, design, subtasks };
}

function build(
  run: RunHandle,
  {
    kind,
    key = kind,
    text = `${key}.`,
    on,
  }: { kind: string; key?: string; text?: string; on: DocumentHandle[] },
): Promise<DocumentHandle> {
  const links = on.map(({ ref: to }) => ({ relation: 'used' as const, to }));
  return run.documents.put({ kind, key, text, links });
}

async function staleKeys(run: RunHandle): Promise<string[]> {
  const { documents, cut } = await run.stale();
  expect(cut).toBe(false);
  return documents.map(({ key }) => key);
}

test('a new requirement makes exactly what was built on it stale, accepting one leaves three, restoring none', async () => {
  await using server = await startTestServer();
  const { run, requirement, design, subtasks } = await openStory(server.ledger);
  const old = requirement.ref;
  expect(await staleKeys(run)).toEqual([]);

  await requirement.update('Todos with dates.');
  const stale = await run.stale();
  expect(stale.documents.map(({ key }) => key)).toEqual(['design', 'a', 'b', 'c']);
  const [first, second] = stale.documents;
  const moved = [{ ...old, headVersion: 2, deleted: false }];
  expect(first).toEqual({ ...design.ref, kind: 'design', key: 'design', path: [design.ref, old], moved });
  expect(second).toMatchObject({ path: [subtasks[0]?.ref, design.ref, old], moved });

  await design.accept();
  expect(await staleKeys(run)).toEqual(['a', 'b', 'c']);

  await requirement.restore(1);
  expect(await staleKeys(run)).toEqual([]);
});

test('what was accepted is stale again once its input moves again', async () => {
  await using server = await startTestServer();
  const { run, requirement, subtasks } = await openStory(server.ledger);
  await requirement.update('Todos with dates.');
  await subtasks[1]?.accept();
  expect(await staleKeys(run)).toEqual(['design', 'a', 'c']);

  await requirement.update({ status: 'approved' });
  expect(await staleKeys(run)).toEqual(['design', 'a', 'c']);
  await requirement.update('Todos with dates and colours.');
  expect(await staleKeys(run)).toEqual(['design', 'a', 'b', 'c']);
  await requirement.restore(2);
  expect(await staleKeys(run)).toEqual(['design', 'a', 'c']);
  await requirement.delete();
  expect(await staleKeys(run)).toEqual(['design', 'a', 'b', 'c']);
});

test('accepting is an entry of the run, and a second time changes nothing that is stale', async () => {
  await using server = await startTestServer();
  const { run, requirement, design } = await openStory(server.ledger);
  expect(await design.accept()).toBeNull();
  await requirement.update('Todos with dates.');

  const accepted = await design.accept();
  expect(accepted).toMatchObject({ ...design.ref, inputs: [requirement.ref] });
  const entries = await run.entries.list();
  expect(entries.at(-1)).toMatchObject({
    revision: accepted?.revision,
    kind: 'links.accept',
    changes: [{ what: 'link', id: design.id, version: 1, change: 'accept' }],
  });
  expect(await design.accept()).toBeNull();
  await design.accept({ inputs: [requirement.ref] });
  expect(await staleKeys(run)).toEqual(['a', 'b', 'c']);
});

test('a version that was not the one looked at does not count as accepted', async () => {
  await using server = await startTestServer();
  const { run, requirement, design } = await openStory(server.ledger);
  await requirement.update('Todos with dates.');
  const seen = requirement.ref;
  await requirement.update('Todos with colours.');

  await design.accept({ inputs: [seen] });
  expect(await staleKeys(run)).toEqual(['design', 'a', 'b', 'c']);
});

test('a deleted input makes stale, and bringing it back does not', async () => {
  await using server = await startTestServer();
  const { run, requirement } = await openStory(server.ledger);
  await requirement.delete();
  const { documents } = await run.stale();
  expect(documents).toHaveLength(4);
  expect(documents[0]?.moved).toMatchObject([{ version: 1, headVersion: 2, deleted: true }]);

  await requirement.undelete();
  expect(await staleKeys(run)).toEqual([]);
});

test('attributes move nothing, and what only changed its attributes is as stale as before', async () => {
  await using server = await startTestServer();
  const { run, requirement, design, subtasks } = await openStory(server.ledger);
  await requirement.update({ status: 'approved' });
  await design.update({ status: 'approved' });
  const late = await build(run, { kind: 'subtask', key: 'late', on: [design] });
  await subtasks[0]?.update({ status: 'in_progress' });
  expect(await staleKeys(run)).toEqual([]);

  await requirement.update('Todos with dates.');
  expect(await staleKeys(run)).toEqual(['design', 'a', 'b', 'c', 'late']);
  await late.accept();
  await late.update({ status: 'done' });
  expect(await staleKeys(run)).toEqual(['design', 'a', 'b', 'c']);
});

test('a text that is restored has the lineage that it had', async () => {
  await using server = await startTestServer();
  const { run, requirement, design } = await openStory(server.ledger);
  await requirement.update('Todos with dates.');
  await build(run, { kind: 'design', text: 'With dates.', on: [requirement] });
  // The subtasks used the first design, which has moved; what lies behind it is its own business.
  const { documents } = await run.stale();
  expect(documents.map(({ path }) => path.length)).toEqual([2, 2, 2]);
  expect(documents[0]?.path.at(-1)).toEqual(design.ref);

  await (await design.reload()).restore(1);
  expect(await staleKeys(run)).toEqual(['design', 'a', 'b', 'c']);
});

test('a design that was made better by a review of its older version is not stale by it', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'review' });
  const first = await run.documents.put({ kind: 'design', text: 'First.' });
  const review = await build(run, { kind: 'review', on: [first] });
  const second = await build(run, { kind: 'design', text: 'Second.', on: [first, review] });
  await build(run, { kind: 'code', on: [second] });

  const { documents } = await run.stale();
  expect(documents.map(({ key, path }) => [key, path.at(-1)])).toEqual([['review', first.ref]]);
});

test('what only depends on another does not get stale by it, and removed links do not count', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'depends' });
  const [one, two, three] = await run.documents.putMany(
    ['one', 'two', 'three'].map((key) => ({ kind: 'subtask', key, text: key })),
  );
  if (!one || !two || !three) throw new Error('Three were put');
  const { links } = server.ledger;
  await links.add({ from: two.ref, relation: 'depends_on', to: one.ref });
  const derived = { from: three.ref, relation: 'derived_from', to: one.ref } as const;
  await links.add(derived);
  await one.update('more');
  expect(await staleKeys(run)).toEqual(['three']);

  await links.remove(derived);
  expect(await staleKeys(run)).toEqual([]);
});

test('inputs may be of other runs; one that is gone with its run is stale for good', async () => {
  await using server = await startTestServer();
  const shared = await server.ledger.run({ key: 'shared' });
  const guide = await shared.documents.put({ kind: 'guide', text: 'Tabs.' });
  const run = await server.ledger.run({ key: 'todo-app' });
  const code = await build(run, { kind: 'code', on: [guide] });
  await guide.update('Spaces.');
  expect(await staleKeys(run)).toEqual(['code']);
  expect(await staleKeys(shared)).toEqual([]);
  await code.accept();
  expect(await staleKeys(run)).toEqual([]);

  await shared.delete();
  const { documents } = await run.stale();
  expect(documents).toMatchObject([
    { key: 'code', path: [code.ref, { version: 1 }], moved: [{ headVersion: null, deleted: true }] },
  ]);
  expect(await code.accept()).toBeNull();
});
