import { createTestDatabase } from '@stepledger/testing';
import pg from 'pg';
import { onTestFinished } from 'vitest';

/** Runs statements one after another on a connection of their own and answers the rows of the last. */
export async function runSql<Row extends pg.QueryResultRow>(
  url: string,
  ...statements: string[]
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) ({ rows } = await client.query<Row>(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** A database without any table, beside one of the test's own; dropped when the test has finished. */
export async function createEmptyDatabase(): Promise<string> {
  const beside = await createTestDatabase();
  const name = `${beside.name}_empty`;
  await runSql(beside.url, `CREATE DATABASE ${name}`);
  onTestFinished(async () => {
    await runSql(beside.url, `DROP DATABASE ${name} WITH (FORCE)`);
  });
  const url = new URL(beside.url);
  url.pathname = `/${name}`;
  return url.href;
}
