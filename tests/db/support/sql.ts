import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';

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

/** A database without any table, dropped when the test has finished. */
export async function createEmptyDatabase(): Promise<string> {
  const { adminUrl, prefix } = inject('stepledgerPostgres');
  const name = `${prefix}_empty_${randomBytes(4).toString('hex')}`;
  await runSql(adminUrl, `CREATE DATABASE ${name}`);
  onTestFinished(async () => {
    await runSql(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  });
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
