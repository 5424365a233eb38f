import { randomUUID } from 'node:crypto';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { foundBy } from './support/found.ts';

/** Copies the documents and exchanges of a run up to a revision into a fork. */
async function fork(tables: Tables, runId: string, revision: number): Promise<string> {
  const id = randomUUID();
  const copy = (table: string, changed: Record<string, string>, where: string) =>
    tables.query(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(t, to_jsonb(t) || jsonb_build_object(
        ${Object.entries(changed)
          .map(([column, sql]) => `'${column}', ${sql}`)
          .join(', ')}))).* FROM ${table} t WHERE ${where}`,
      [runId, revision, id],
    );
  // As a function of both, each row's new id is the same wherever it is named.
  const anew = (column: string) =>
    `overlay(overlay(md5(${column}::text || $3::text) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid`;
  await copy(
    'run',
    {
      id: '$3::uuid',
      key: `$3::text`,
      origin_run_id: 't.id',
      forked_at_revision: '$2::int',
      revision: '$2::int + 1',
    },
    't.id = $1',
  );
  await copy(
    'document',
    {
      id: anew('t.id'),
      run_id: '$3::uuid',
      origin_id: 't.id',
      head_deleted: 'false',
      head_version: `(SELECT max(version) FROM document_version v WHERE v.document_id = t.id AND v.revision <= $2::int)`,
    },
    't.run_id = $1 AND t.created_revision <= $2::int AND $3::text IS NOT NULL',
  );
  await copy(
    'document_version',
    { document_id: anew('t.document_id'), run_id: '$3::uuid' },
    't.run_id = $1 AND t.revision <= $2::int',
  );
  await copy(
    'exchange',
    { id: anew('t.id'), run_id: '$3::uuid', origin_id: 't.id' },
    't.run_id = $1 AND t.opened_revision <= $2::int',
  );
  return id;
}

test('a fork is searched with what it has inherited and still has, and found once among all runs', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  const run = await ledger.run({ key: 'parent' });
  const kept = await run.documents.put({ kind: 'kept', text: 'A dunnart.' });
  const changed = await run.documents.put({ kind: 'changed', text: 'A dunnart.' });
  await run.step('s').record({ prompt: 'A dunnart?', response: 'A dunnart.' });
  const { revision } = await run.get();
  const id = await fork(tables, run.id, revision);
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
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'parent' });
  await run.documents.put({ kind: 'kept', text: 'A dunnart.' });
  const id = await fork(tables, run.id, 2);
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
