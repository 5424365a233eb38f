import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { KIB, letters } from './support/texts.ts';

const shared = letters('shared', 100 * KIB);
const versions = Array.from({ length: 4 }, (_, n) => `${shared}${letters(`end ${n}`, 60 * KIB)}`);

async function countChunks(tables: Tables) {
  const { chunk, chunk_child } = await tables.count();
  return { chunk, chunk_child };
}

test('a purged version takes its own chunks along, and leaves those that other versions have too', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'purged' });
  const document = await run.documents.put({ kind: 'code', text: versions[0] ?? '' });
  const ofOne = await countChunks(tables);
  for (const text of versions.slice(1)) await document.update(text);
  const { id: documentId } = document;

  await server.ledger.documents.purge({ documentId, versions: [2, 3, 4] });
  expect(await countChunks(tables)).toEqual(ofOne);
  expect((await server.ledger.documents.get({ documentId, version: 1 })).text === versions[0]).toBe(true);
  expect(await brokenLaws(tables)).toEqual({});

  await server.ledger.documents.purge({ documentId });
  expect(await countChunks(tables)).toEqual({ chunk: 0, chunk_child: 0 });
});

test('a deleted run takes its chunks along, and leaves those of other runs and encodings', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const [doomed, kept] = [
    await server.ledger.run({ key: 'doomed' }),
    await server.ledger.run({ key: 'kept' }),
  ];
  const [first = '', second = ''] = versions;
  // The same bytes as a text and as a body: two blobs with the same pieces.
  const bytes = new TextEncoder().encode(first);
  await kept.step('code_step').record({ prompt: 'p', response: bytes });
  const ofKept = await countChunks(tables);
  await doomed.documents.put({ kind: 'code', text: first });
  await doomed.documents.put({ kind: 'design', text: second });

  await doomed.delete();

  expect(await countChunks(tables)).toEqual(ofKept);
  expect(await brokenLaws(tables)).toEqual({});
  const [exchange] = await kept.exchanges.list();
  expect(Buffer.compare(await server.ledger.blobs.get(exchange?.response?.id ?? ''), bytes)).toBe(0);

  await kept.delete();
  expect(await countChunks(tables)).toEqual({ chunk: 0, chunk_child: 0 });
});

test('a text of the same chunk again and again goes as a whole', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'even' });
  await run.documents.put({ kind: 'code', text: ' '.repeat(1024 * KIB) });
  await run.documents.put({ kind: 'design', text: ' '.repeat(2048 * KIB) });
  expect((await tables.count())['chunk']).toBeLessThan(20);

  await run.delete();

  expect(await countChunks(tables)).toEqual({ chunk: 0, chunk_child: 0 });
});

test('runs whose texts share chunks can be deleted at once, and the last takes the chunks along', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  for (let round = 0; round < 5; round++) {
    const runs = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const run = await server.ledger.run({ key: `run ${round} ${n}` });
        await run.documents.put({ kind: 'code', text: `${shared}${letters(`own end ${n}`, 20 * KIB)}` });
        return run;
      }),
    );

    await Promise.all(runs.map((run) => run.delete()));

    expect(await countChunks(tables), `round ${round}`).toEqual({ chunk: 0, chunk_child: 0 });
  }
});
