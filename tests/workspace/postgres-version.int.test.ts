import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { createTestDatabase } from '@stepledger/testing';
import pg from 'pg';
import { expect, test } from 'vitest';

/** The major version of the server that this run is meant to use. */
function expectedVersion() {
  const { STEPLEDGER_TEST_POSTGRES_BIN: bin, TEST_DATABASE_URL: url } = process.env;
  if (bin)
    return new RegExp(
      `^${/\d+/.exec(execFileSync(path.join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }))?.[0]}\\b`,
    );
  return url ? /^1[5-8]\b/ : /^18\b/;
}

test('the tests run on the PostgreSQL that they were given, and otherwise on the managed 18', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  await client.end();
  expect(rows[0]?.server_version).toMatch(expectedVersion());
});
