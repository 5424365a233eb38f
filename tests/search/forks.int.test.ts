import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { foundBy } from './support/found.ts';

test('a fork is searched with what it has inherited and still has, and found once among all runs', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'parent' });
  const kept = await run.documents.put({ kind: 'kept', text: 'A dunnart.' });
  const changed = await run.documents.put({ kind: 'changed', text: 'A dunnart.' });
  await run.step('s').record({ prompt: 'A dunnart?', response: 'A dunnart.' });
  const { id } = await run.fork({ key: 'fork' });
  await run.documents.put({ kind: 'later', text: 'A dunnart.' });
  await kept.update('A dunnart that changed in the parent.');
  const search = (text = 'dunnart') => ledger.search({ text, filter: { run: id } });

  expect((await foundBy(search())).toSorted()).toEqual(['changed@1', 'kept@1', 'message', 'response']);
  expect(await foundBy(search('parent'))).toEqual([]);
  expect(await foundBy(ledger.search('dunnart'))).toHaveLength(5);

  const inFork = await ledger.documents.get({ runId: id, kind: 'changed' });
  await ledger.documents.update({ documentId: inFork.id, text: 'A dunnart of the fork.' });
  expect((await foundBy(search())).toSorted()).toEqual(['changed@2', 'kept@1', 'message', 'response']);
  expect(await foundBy(run.search('fork'))).toEqual([]);
  await changed.delete();
  expect((await foundBy(search())).toSorted()).toEqual(['changed@2', 'kept@1', 'message', 'response']);
  await ledger.documents.delete({ documentId: inFork.id });
  expect((await foundBy(search())).toSorted()).toEqual(['kept@1', 'message', 'response']);
  expect((await ledger.search.verify({ limit: 500 })).items).toEqual([]);
});

test('what a fork has inherited from a run that was deleted is found after a rebuild', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'parent' });
  await run.documents.put({ kind: 'kept', text: 'A dunnart.' });
  const { id } = await run.fork({ key: 'fork', revision: 2 });
  await run.delete();
  let cursor: string | null = null;
  do {
    const answer: { nextCursor: string | null } = await server.ledger.search.rebuild(
      cursor === null ? {} : { cursor },
    );
    cursor = answer.nextCursor;
  } while (cursor !== null);
  expect(await foundBy(server.ledger.search({ text: 'dunnart', filter: { run: id } }))).toEqual(['kept@1']);
});
