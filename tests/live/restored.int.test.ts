import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { follow, take } from './support/follow.ts';

test('a project that was restored from a server with higher transaction numbers is followed as before', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const before = await startTestServer({ databaseUrl });
  const run = await before.ledger.run({ key: 'todo-app' });
  for (const goal of ['a', 'b', 'c']) await run.update({ goal });
  const fork = await run.fork({ key: 'fork' });
  await before.close();
  await using tables = await openTables(databaseUrl);
  for (const [table, column] of [
    ['entry', 'xid'],
    ['run', 'last_xid'],
  ]) {
    await tables.query(
      `UPDATE ${table} SET ${column} = (${column}::text::bigint + 1000000)::text::xid8 WHERE ${column} > '0'`,
    );
  }

  await using server = await startTestServer({ databaseUrl });
  await using entries = follow(server.ledger.entries.subscribe());
  const there = await take(entries, 5);
  await server.ledger.runs.update({ runId: run.id, goal: 'd' });

  const told = [...there, ...(await take(entries, 1))].map(({ runId, revision }) => [runId, revision]);
  expect(told).toEqual([...[1, 2, 3, 4].map((revision) => [run.id, revision]), [fork.id, 5], [run.id, 5]]);
});
