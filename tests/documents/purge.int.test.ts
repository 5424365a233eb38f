import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { refusalOf } from '../ledger/support/refusals.ts';

const SECRET = 'sk-live-51H8';
/** Two blobs each: one is stored as UTF-8, one as UTF-16. */
const secrets = [`the key is ${SECRET}`, `the key is ${SECRET}\0`] as const;

/** The tables in which the secret stands, in whatever form. */
async function tablesWithSecret(tables: Tables): Promise<string[]> {
  const forms = [
    SECRET,
    Buffer.from(SECRET, 'utf8').toString('hex'),
    Buffer.from(SECRET, 'utf16le').toString('hex'),
  ];
  const found = await Promise.all(
    tables.names.map(async (table) => {
      const [row] = await tables.query<{ found: boolean }>(
        `SELECT EXISTS (SELECT FROM "${table}" t WHERE t::text ~ $1) AS found`,
        [forms.join('|')],
      );
      return row?.found ? [table] : [];
    }),
  );
  return found.flat();
}

test('a purged text is gone from every table, and from the past', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const { documentId } = await documents.put({ runId, kind: 'design', text: secrets[0] });
  await documents.update({ documentId, text: secrets[1], title: SECRET, note: SECRET, metadata: { SECRET } });
  await documents.delete({ documentId });
  await server.ledger.search(SECRET);
  expect(await tablesWithSecret(tables)).toEqual(['blob', 'document', 'document_version', 'search_chunk']);

  const purged = await documents.purge({ documentId });
  expect(purged).toMatchObject({ documentId, versions: [1, 2, 3], exchangeIds: [], revision: 5 });
  expect(await tablesWithSecret(tables)).toEqual([]);

  for (const version of [1, 2]) {
    const details = { type: 'document', id: documentId, version };
    expect(await refusalOf(documents.get({ documentId, version }))).toEqual({ code: 'PURGED', details });
    const withoutText = await documents.get({ documentId, version, withText: false });
    expect(withoutText).toMatchObject({ purged: true, text: null, content: null });
    expect(await refusalOf(documents.restore({ documentId, version }))).toEqual({ code: 'PURGED', details });
  }
  expect(await refusalOf(documents.undelete({ documentId }))).toMatchObject({ code: 'PURGED' });
  expect(await refusalOf(documents.diff({ documentId, from: 1, to: 2 }))).toMatchObject({ code: 'PURGED' });
  const { items } = await documents.history({ documentId, withText: true });
  expect(items.map(({ purged, text }) => [purged, text])).toEqual(Array(3).fill([true, null]));
  expect((await documents.list({ runId, includeDeleted: true })).items).toMatchObject([
    { purged: true, text: null },
  ]);

  // A second time there is nothing left to do, and nothing is written.
  expect(await documents.purge({ documentId })).toMatchObject({ versions: [], revision: 5 });
  expect(await brokenLaws(tables)).toEqual({});

  expect(await documents.put({ runId, kind: 'design', text: 'clean' })).toMatchObject({
    documentId,
    version: 4,
  });
  expect((await documents.get({ documentId })).text).toBe('clean');
});

test('only the versions that are named are purged', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const { documentId } = await documents.put({ runId, kind: 'design', text: 'one' });
  await documents.update({ documentId, text: secrets[0] });
  await documents.update({ documentId, text: 'three' });

  expect(await documents.purge({ documentId, versions: [2] })).toMatchObject({ versions: [2] });
  expect(await tablesWithSecret(tables)).toEqual([]);
  const texts = (await documents.history({ documentId, withText: true })).items.map(({ text }) => text);
  expect(texts).toEqual(['one', null, 'three']);
  await documents.restore({ documentId, version: 1 });
  expect((await documents.get({ documentId })).text).toBe('one');
});

test('a text that something else refers to survives', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { documents, exchanges, blobs } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const texts = ['as a document', 'as a message', 'as a response', 'as a body', 'as an old version'];
  const [another, message, response, body, old] = texts as [string, string, string, string, string];
  const put = (kind: string, text: string) => documents.put({ runId, kind, text });
  const ids = await Promise.all(
    texts.map((text, index) => put(`purged ${index}`, text).then((d) => d.documentId)),
  );
  const same = await put('another', another);
  const { exchangeId } = await exchanges.record({
    runId,
    step: { name: 'design_step' },
    messages: [{ role: 'user', content: message }],
    response,
    attempts: [{ status: 'completed', response: body }],
  });
  const changed = await put('changed', old);
  await documents.update({ documentId: changed.documentId, text: 'a newer one' });

  for (const documentId of ids) await documents.purge({ documentId });

  expect((await documents.get({ documentId: same.documentId })).text).toBe(another);
  const exchange = await exchanges.get({ exchangeId });
  expect([exchange.messages[0]?.content, exchange.responseText]).toEqual([message, response]);
  const stored = await blobs.get(exchange.attempts[0]?.response?.id ?? '');
  expect(Buffer.from(stored).toString()).toBe(body);
  expect((await documents.get({ documentId: changed.documentId, version: 1 })).text).toBe(old);
  expect(await brokenLaws(tables)).toEqual({});

  // And goes with the last one that did.
  await documents.purge({ documentId: same.documentId });
  const [left] = await tables.query('SELECT FROM blob WHERE content = $1', [another]);
  expect(left).toBeUndefined();
});

test('a cascade also takes the exchange that it came from and those that used it, with their messages', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { documents, exchanges } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const opening = [{ role: 'system', content: 'You design software.' }];
  const record = (step: string, more: Omit<Parameters<typeof exchanges.record>[0], 'runId' | 'step'>) =>
    exchanges.record({ runId, step: { name: step }, ...more });

  // The secret comes with a response and is sent again to make the next document.
  const source = await record('requirement_step', {
    messages: [...opening, { role: 'user', content: 'Where is the key?' }],
    variables: { key: SECRET },
    response: secrets[0],
    attempts: [
      {
        ...{ status: 'failed', request: secrets[1], response: secrets[0], error: SECRET },
        headers: [{ name: 'x-said', value: SECRET }],
      },
    ],
    parse: { status: 'completed', error: `skipped ${SECRET}` },
    metadata: { key: SECRET },
    documents: [{ kind: 'requirement', text: secrets[1] }],
  });
  const [requirement] = source.documents;
  const to = { documentId: requirement?.documentId ?? '', version: 1 };
  const user = await record('design_step', {
    messages: [...opening, { role: 'user', content: `Design: ${secrets[0]}` }],
    response: 'A design without it.',
    documents: [{ kind: 'design', text: 'A design without it.', links: [{ relation: 'used', to }] }],
  });
  const bystander = await record('review_step', { messages: opening, response: 'Fine.' });

  const purged = await documents.purge({ documentId: to.documentId, cascade: true });

  expect(purged.exchangeIds.sort()).toEqual([source.exchangeId, user.exchangeId].sort());
  expect(await tablesWithSecret(tables)).toEqual([]);
  for (const id of purged.exchangeIds) {
    expect(await refusalOf(exchanges.get({ exchangeId: id }))).toMatchObject({
      code: 'PURGED',
      details: { type: 'exchange', id },
    });
  }
  expect((await exchanges.get({ exchangeId: bystander.exchangeId })).messages).toMatchObject(opening);
  const design = await documents.get({ documentId: user.documents[0]?.documentId ?? '' });
  expect(design).toMatchObject({ text: 'A design without it.', exchangeId: user.exchangeId });
  expect((await exchanges.list({ runId })).items).toHaveLength(3);
  expect(await brokenLaws(tables)).toEqual({});
});

test('what was purged, then deleted, can be purged once more', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'purged' });
  const { id: documentId } = await run.documents.put({ kind: 'design', text: 'a secret' });
  await ledger.documents.purge({ documentId });
  await ledger.documents.delete({ documentId });

  const { versions } = await ledger.documents.purge({ documentId });

  expect(versions).toEqual([2]);
});
