import { expect, test } from 'vitest';
import { runSql } from './run-sql.ts';
import { createTestDatabase } from './test-database.ts';

const tables = async (url: string) => {
  const rows = await runSql<{ name: string }>(
    url,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  return rows.map(({ name }) => name);
};

test('a test database is migrated and its own', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await runSql(one.url, 'CREATE TABLE mine (n int)');

  expect(await tables(other.url)).toContain('run');
  expect(await tables(other.url)).not.toContain('mine');
});

test('a database that was dropped is gone', async () => {
  const database = await createTestDatabase();
  await database.drop();
  await expect(tables(database.url)).rejects.toMatchObject({ code: '3D000' });
});
