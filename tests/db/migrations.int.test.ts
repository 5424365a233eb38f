import { NewerSchemaError, openDatabase } from '@stepledger/db';
import { createTestDatabase } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { createEmptyDatabase, runSql } from './support/sql.ts';

test('eight servers that start at once migrate an empty database once', async () => {
  const url = await createEmptyDatabase();
  const databases = await Promise.all(Array.from({ length: 8 }, () => openDatabase({ url, poolSize: 2 })));

  await Promise.all(databases.map((database) => database.migrate()));

  const applied = await runSql<{ name: string }>(url, 'SELECT name FROM mikro_orm_migrations ORDER BY id');
  expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
  for (const database of databases) {
    expect(await database.store.ready()).toEqual({ reachable: true, migrated: true });
    await database.close();
  }
});

test('migrating again changes nothing', async () => {
  const { url } = await createTestDatabase();
  await using database = await openDatabase({ url });
  const before = await runSql(url, 'SELECT * FROM mikro_orm_migrations');
  await database.migrate();
  expect(await runSql(url, 'SELECT * FROM mikro_orm_migrations')).toEqual(before);
});

test('a database that a newer version has migrated is refused and left as it is', async () => {
  const { url } = await createTestDatabase();
  await runSql(url, `INSERT INTO mikro_orm_migrations (name) VALUES ('9999-future')`);
  const shape = `SELECT count(*)::int AS columns FROM information_schema.columns WHERE table_schema = 'public'`;
  const before = await runSql(url, shape);
  await using database = await openDatabase({ url });

  const error: unknown = await database.migrate().catch((error: unknown) => error);

  expect(error).toBeInstanceOf(NewerSchemaError);
  expect(String(error)).toContain('9999-future');
  expect(String(error)).toContain('newer version');
  expect(await database.store.ready()).toEqual({ reachable: true, migrated: false });
  expect(await runSql(url, shape)).toEqual(before);
  expect(await runSql(url, `SELECT name FROM mikro_orm_migrations WHERE name = '9999-future'`)).toHaveLength(
    1,
  );
});

test('an empty database is reachable but not migrated', async () => {
  await using database = await openDatabase({ url: await createEmptyDatabase() });
  expect(await database.store.ready()).toEqual({ reachable: true, migrated: false });
});

test('a database that nobody serves is not reachable', async () => {
  await using database = await openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
  expect(await database.store.ready()).toEqual({ reachable: false, migrated: false });
});
