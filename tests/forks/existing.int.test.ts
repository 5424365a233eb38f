import { openDatabase } from '@stepledger/db';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { messages } from '../exchanges/support/life.ts';
import { openTables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { toSha256 } from '../procedures/support/ids.ts';

/** Makes of a database what the migration found. */
const BACK = [
  'DROP INDEX run_origin',
  'ALTER TABLE step DROP COLUMN origin_id',
  'ALTER TABLE parse DROP COLUMN origin_id',
  'ALTER TABLE document DROP COLUMN inherited',
  'ALTER TABLE exchange ADD COLUMN lost_memo_key bytea',
  'UPDATE exchange SET lost_memo_key = asked_memo_key WHERE memo_lost_revision IS NOT NULL',
  'UPDATE exchange SET memo_key = asked_memo_key WHERE memo_key IS NOT NULL',
  'ALTER TABLE exchange DROP COLUMN asked_memo_key',
  // As those that came from another server did.
  `UPDATE entry SET xid = '0'`,
  `DELETE FROM mikro_orm_migrations WHERE name = '0008-forks'`,
];

test('who asks for the same finds the answers of before, and a key that was lost stays lost', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { exchanges } = server.ledger;
  const run = await server.ledger.run({ key: 'old' });
  const used = [
    await run.documents.put({ kind: 'requirement', text: 'r' }),
    await run.documents.put({ kind: 'design', text: 'd' }),
  ];
  const memoKey = toSha256('what is asked for');
  const open = { runId: run.id, step: { name: 'code_step' }, messages, memoKey };
  const uses = used.map(({ ref }) => ref);
  const using = { ...open, step: { name: 'design_step' }, uses };
  const [plain, built] = [await exchanges.open(open), await exchanges.open(using)];
  const forced = { ...open, step: { name: 'review_step' } };
  const lost = await exchanges.open(forced);
  const taker = await exchanges.open({ ...forced, force: true });
  const before = await tables.query('SELECT id, memo_key, asked_memo_key FROM exchange ORDER BY id');

  for (const sql of BACK) await tables.query(sql);
  await using database = await openDatabase({ url: server.databaseUrl });
  await database.migrate();

  expect(await tables.query('SELECT id, memo_key, asked_memo_key FROM exchange ORDER BY id')).toEqual(before);
  expect(await database.findDrift()).toEqual([]);
  expect(await brokenLaws(tables)).toEqual({});
  const found = { created: false };
  expect(await exchanges.open(open)).toMatchObject({ ...found, exchangeId: plain.exchangeId });
  expect(await exchanges.open(using)).toMatchObject({ ...found, exchangeId: built.exchangeId });
  expect(await exchanges.open(forced)).toMatchObject({ ...found, exchangeId: taker.exchangeId });
  const { memoKey: keyNow } = await exchanges.get({ exchangeId: lost.exchangeId });
  const asOf = { revision: lost.revision };
  const { memoKey: keyThen } = await exchanges.get({ exchangeId: lost.exchangeId, asOf });
  expect([keyNow, keyThen]).toEqual([null, memoKey]);
});
