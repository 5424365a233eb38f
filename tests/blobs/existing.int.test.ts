import { createHash } from 'node:crypto';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { KIB, letters } from './support/texts.ts';

/** As servers did that knew no chunks: whatever its size, a text is in `content`, a body in `bytes`. */
async function storeWhole(tables: Tables, encoding: 'utf8' | 'binary', bytes: Buffer): Promise<void> {
  const stored = encoding === 'utf8' ? `convert_from($3, 'UTF8'), NULL` : `NULL, $3`;
  await tables.query(
    `INSERT INTO blob (project_id, sha256, encoding, size, content, bytes)
    SELECT id, $1, $2, octet_length($3::bytea), ${stored} FROM project`,
    [createHash('sha256').update(bytes).digest(), encoding, bytes],
  );
}

test('large texts and bodies that were stored whole are read, shared and collected as they are', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'existing' });
  const text = letters('old', 200 * KIB);
  const bytes = new TextEncoder().encode(letters('old body', 200 * KIB));
  await storeWhole(tables, 'utf8', Buffer.from(text));
  await storeWhole(tables, 'binary', Buffer.from(bytes));

  const document = await run.documents.put({ kind: 'code', text });
  const { exchangeId } = await run.step('code_step').record({ prompt: text, response: bytes });
  await server.ledger.blobs.put(bytes);

  // Nothing is stored a second time, neither whole nor in chunks that no blob has.
  expect(await tables.count()).toMatchObject({ blob: 2, chunk: 0, chunk_child: 0 });
  expect((await run.documents.get('code')).text === text).toBe(true);
  const { messages, response } = await run.exchanges.get(exchangeId);
  expect(messages[0]?.content === text).toBe(true);
  expect(Buffer.compare(await server.ledger.blobs.get(response?.id ?? ''), bytes)).toBe(0);

  await document.update(`${text}.`);
  const { items } = await server.ledger.documents.history({ documentId: document.id, withText: true });
  expect(items.map(({ version, text: read }) => read === (version === 1 ? text : `${text}.`))).toEqual([
    true,
    true,
  ]);
  expect(await brokenLaws(tables)).toEqual({});

  await run.delete();
  expect(await tables.count()).toMatchObject({ blob: 0, chunk: 0, chunk_child: 0 });
});

test('a blob has exactly one of its three forms', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const insert = (encoding: string, values: string) =>
    tables.query(
      `INSERT INTO blob (project_id, sha256, encoding, size, content, bytes, root_sha256)
      SELECT id, '\\x01', '${encoding}', 1, ${values} FROM project`,
    );
  const refused: [encoding: string, values: string][] = [
    ['utf8', 'NULL, NULL, NULL'],
    ['utf8', `'a', NULL, '\\x02'`],
    ['binary', `NULL, 'a', '\\x02'`],
    ['binary', `'a', NULL, NULL`],
    ['utf8', `NULL, 'a', NULL`],
  ];
  for (const [encoding, values] of refused) {
    await expect(insert(encoding, values), `${encoding}: ${values}`).rejects.toMatchObject({ code: '23514' });
  }
});
