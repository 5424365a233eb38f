import { isLedgerError } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'succeeded',
    (error: unknown) => (isLedgerError(error) ? error.code : error),
  );

test('a handle moves on with each change and keeps exactly what it wrote', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const text = ' exact \r\n\0 text \ud800 ';
  const doc = await run.step('design_step').documents.put({ kind: 'design', text, tags: ['draft'] });

  expect(doc).toMatchObject({
    kind: 'design',
    key: 'design',
    version: 1,
    text,
    title: null,
    tags: ['draft'],
  });
  expect(doc.ref).toEqual({ documentId: doc.id, version: 1 });

  const receipt = await doc.update({ title: 'The design', metadata: { score: 1 } });
  expect(receipt).toMatchObject({ documentId: doc.id, version: 2, revision: 3 });
  expect(doc).toMatchObject({
    version: 2,
    text,
    title: 'The design',
    tags: ['draft'],
    metadata: { score: 1 },
  });

  await doc.update('next');
  expect(doc).toMatchObject({ version: 3, text: 'next', title: 'The design' });

  const read = await server.ledger.document(doc.id);
  expect(read).toMatchObject({ version: 3, text: 'next', title: 'The design', metadata: { score: 1 } });
  const first = await server.ledger.document(doc.id, { version: 1 });
  expect(first).toMatchObject({ version: 1, text, title: null });
});

test('a stale handle is refused and changes nothing, unless it overwrites on purpose', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const mine = await run.documents.put({ kind: 'design', text: 'v1' });
  const theirs = await run.documents.get('design');
  await theirs.update('v2');

  const stale = await mine.update('lost').catch((error: unknown) => error);

  expect(isLedgerError(stale, 'VERSION_CONFLICT') && stale.details).toEqual({
    type: 'document',
    id: mine.id,
    expected: 1,
    actual: 2,
  });
  expect(mine).toMatchObject({ version: 1, text: 'v1' });
  expect((await mine.reload()).text).toBe('v2');
  await mine.update('v3');
  await theirs.update('v4', { expectedVersion: 'any' });
  expect(theirs.version).toBe(4);
  await expect(theirs.update('v5', { expectedVersion: 2 })).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
  });
});

test('delete, undelete and restore are versions', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const doc = await run.documents.put({ kind: 'design', text: 'v1', title: 'One' });
  await doc.update({ text: 'v2', title: 'Two' });

  await doc.delete({ note: 'not needed' });
  expect(doc).toMatchObject({ version: 3, deleted: true, hasText: false });
  expect(() => doc.text).toThrow(expect.objectContaining({ code: 'DELETED' }));
  expect(await codeOf(run.documents.get('design'))).toBe('DELETED');
  expect(await codeOf(run.documents.create({ kind: 'design', text: 'new' }))).toBe('ALREADY_EXISTS');

  await doc.undelete();
  expect(doc).toMatchObject({ version: 4, deleted: false, text: 'v2', title: 'Two' });

  await doc.restore(1);
  expect(doc).toMatchObject({ version: 5, text: 'v1', title: 'One' });

  const history = await doc.history({ withText: true });
  expect(history.map(({ version, change, text, note }) => [version, change, text, note])).toEqual([
    [1, 'create', 'v1', null],
    [2, 'text', 'v2', null],
    [3, 'delete', null, 'not needed'],
    [4, 'restore', 'v2', null],
    [5, 'restore', 'v1', null],
  ]);
  const diff = await doc.diff(1, 2);
  expect(diff).toMatchObject({ from: 1, to: 2, added: 1, removed: 1 });
  expect(await doc.diff(2)).toMatchObject({ from: 2, to: 5 });
});

test('purged texts are gone, and the handle says so', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const doc = await run.documents.put({ kind: 'secret', text: 'v1' });
  await doc.update('v2');

  await doc.purge({ versions: [1] });
  expect(doc.text).toBe('v2');
  const { versions } = await doc.purge();

  expect(versions).toContain(2);
  expect(() => doc.text).toThrow(expect.objectContaining({ code: 'PURGED' }));
});

test('a change counts to the step that the handle came from, or to the one that is named', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const design = run.step('design_step');
  const review = run.step('code_review', { key: 2 });
  const doc = await design.documents.put({ kind: 'design', text: 'v1' });

  await doc.update('v2');
  await doc.update('v3', { step: review });

  const designed = await design.documents.list();
  const reviewed = await review.documents.list();
  expect(designed.map(({ version, text }) => [version, text])).toEqual([[2, 'v2']]);
  expect(reviewed.map(({ version, text }) => [version, text])).toEqual([[3, 'v3']]);
  const [newest] = await design.documents.list({ at: 'head' });
  expect(newest?.text).toBe('v3');
  expect((await run.documents.get('design')).ref).toEqual(doc.ref);
});

test('all documents of a step come, however many pages they take', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const subtasks = run.step('subtask_step');
  const texts = Array.from({ length: 250 }, (_, index) => `Subtask ${index}`);
  const written = await subtasks.documents.putMany(
    texts.map((text, index) => ({ kind: 'subtask', key: `${index}`, text })),
  );
  await run.step('design_step').documents.put({ kind: 'design', text: 'not a subtask' });

  expect(written.map(({ text }) => text)).toEqual(texts);
  expect((await subtasks.documents.list()).map(({ text }) => text)).toEqual(texts);
  expect(await run.documents.list()).toHaveLength(251);
  const first: string[] = [];
  for await (const { text } of subtasks.documents.iterate({ withText: true })) {
    first.push(text);
    if (first.length === 3) break;
  }
  expect(first).toEqual(texts.slice(0, 3));
});

test('a list without texts gives handles that load them', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  await run.documents.put({ kind: 'design', text: 'v1', title: 'One' });

  const [doc] = await run.documents.list({ withText: false });

  expect(doc).toMatchObject({ title: 'One', hasText: false });
  expect(() => doc?.text).toThrow(expect.objectContaining({ code: 'TEXT_NOT_LOADED' }));
  expect((await doc?.reload())?.text).toBe('v1');
});

test('what a handle does not know it says, rather than guess', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  await run.documents.put({ kind: 'design', text: 'v1', title: 'One' });

  const doc = await run.documents.put({ kind: 'design', text: 'v2' });

  expect(doc).toMatchObject({ version: 2, title: undefined, tags: undefined });
  expect((await doc.reload()).title).toBe('One');
});

test('a text of 5 MB goes through a handle and back unchanged', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const text = 'Ünïcode \u2028 and a \ud83d\ude00 face, again and again.\n'.repeat(110_000);

  const doc = await run.documents.put({ kind: 'book', text });
  await doc.update(`${text}\0`);

  expect(doc.text).toBe(`${text}\0`);
  expect((await server.ledger.document(doc.id, { version: 1 })).text === text).toBe(true);
  expect((await doc.reload()).text === `${text}\0`).toBe(true);
});
