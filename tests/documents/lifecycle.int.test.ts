import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';

test('a deleted key is told by create, and put goes on numbering it', async () => {
  await using server = await startTestServer();
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const design = { runId, kind: 'design', key: 'main' };
  const { documentId } = await documents.create({ ...design, text: 'one', title: 'First', tags: ['draft'] });

  expect(await refusalOf(documents.create({ ...design, text: 'two' }))).toEqual({
    code: 'ALREADY_EXISTS',
    details: { type: 'document', id: documentId },
  });
  await documents.delete({ documentId });
  expect(await refusalOf(documents.create({ ...design, text: 'two' }))).toEqual({
    code: 'ALREADY_EXISTS',
    details: { type: 'document', id: documentId, deletedVersion: 2 },
  });
  expect(await refusalOf(documents.get({ documentId }))).toEqual({
    code: 'DELETED',
    details: { type: 'document', id: documentId, version: 2 },
  });
  expect((await documents.list({ runId })).items).toEqual([]);
  const { items } = await documents.list({ runId, includeDeleted: true });
  expect(items).toMatchObject([{ id: documentId, version: 2, deleted: true, text: null }]);

  const again = await documents.put({ ...design, text: 'three' });
  expect(again).toMatchObject({ documentId, version: 3 });
  expect(await documents.get({ documentId })).toMatchObject({
    version: 3,
    headVersion: 3,
    deleted: false,
    text: 'three',
    title: 'First',
    tags: ['draft'],
  });
});

test('undelete brings back what was deleted, and restore any version, each as a new version', async () => {
  await using server = await startTestServer();
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const first = { text: 'one', title: 'First', status: 'draft', tags: ['a'], metadata: { n: 1 } };
  const second = { text: 'two', title: 'Second', status: 'done', tags: ['b', 'c'], metadata: { n: 2 } };
  const { documentId } = await documents.put({ runId, kind: 'design', ...first });
  await documents.update({ documentId, ...second });
  await documents.delete({ documentId });
  await documents.undelete({ documentId });
  expect(await documents.get({ documentId })).toMatchObject({ version: 4, change: 'restore', ...second });

  await documents.restore({ documentId, version: 1 });
  expect(await documents.get({ documentId })).toMatchObject({ version: 5, change: 'restore', ...first });

  // A deleted document too, and also to the version that deleted it: what it then had.
  await documents.delete({ documentId });
  await documents.restore({ documentId, version: 2 });
  expect(await documents.get({ documentId })).toMatchObject({ version: 7, deleted: false, ...second });

  const { items } = await documents.history({ documentId, withText: true });
  expect(items.map(({ version, change, text }) => [version, change, text])).toEqual([
    [1, 'create', 'one'],
    [2, 'text', 'two'],
    [3, 'delete', null],
    [4, 'restore', 'two'],
    [5, 'restore', 'one'],
    [6, 'delete', null],
    [7, 'restore', 'two'],
  ]);
});

test('old versions are never changed by what comes after', async () => {
  await using server = await startTestServer();
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const { documentId } = await documents.put({ runId, kind: 'design', text: 'one', tags: ['a'] });
  const steps = [
    () => documents.update({ documentId, tags: ['b'] }),
    () => documents.update({ documentId, text: 'two', note: 'why' }),
    () => documents.delete({ documentId }),
    () => documents.undelete({ documentId }),
    () => documents.restore({ documentId, version: 1 }),
    () => documents.put({ runId, kind: 'design', text: 'three', step: { name: 'review_step' } }),
  ];
  const seen = await read(1);
  for (const [index, change] of steps.entries()) {
    await change();
    expect((await read(index + 2)).slice(0, -1)).toEqual(seen);
    seen.splice(0, seen.length, ...(await read(index + 2)));
  }

  async function read(count: number) {
    const { items } = await documents.history({ documentId, withText: true });
    expect(items).toHaveLength(count);
    return items.map(({ headVersion: _, ...version }) => version);
  }
});

test('a change of attributes is a version that shares its text, and a change of neither is refused', async () => {
  await using server = await startTestServer();
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const { documentId } = await documents.put({ runId, kind: 'design', text: 'one', title: 'First' });
  await documents.update({ documentId, status: 'done', title: null });
  const { items } = await documents.history({ documentId, withText: true });

  expect(items.map(({ change, text, title, status }) => [change, text, title, status])).toEqual([
    ['create', 'one', 'First', null],
    ['attributes', 'one', null, 'done'],
  ]);
  expect(items[0]?.content).toEqual(items[1]?.content);
  expect(await refusalOf(documents.update({ documentId, note: 'only a note' }))).toMatchObject({
    code: 'BAD_INPUT',
  });
});
