import { openDatabase } from '@stepledger/db';
import { createTestDatabase } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { runSql } from './support/sql.ts';

test('the migrations make the schema that the entities describe', async () => {
  const { url } = await createTestDatabase();
  await using database = await openDatabase({ url });
  expect(await database.findDrift()).toEqual([]);
});

test('every difference between database and entities is named', async () => {
  const { url } = await createTestDatabase();
  await runSql(
    url,
    'ALTER TABLE run ADD COLUMN colour text',
    'ALTER TABLE step DROP COLUMN error',
    'ALTER TABLE parse ALTER COLUMN attempt TYPE bigint',
    'ALTER TABLE exchange ALTER COLUMN model SET NOT NULL',
    'ALTER TABLE entry DROP CONSTRAINT entry_pkey',
    'ALTER TABLE entry ADD PRIMARY KEY (project_id, revision, run_id)',
    'DROP TABLE link',
    'CREATE TABLE note (id uuid)',
  );
  await using database = await openDatabase({ url });
  expect(new Set(await database.findDrift())).toEqual(
    new Set([
      'run.colour is not known to this version',
      'step.error is missing',
      'parse.attempt is bigint, not integer',
      'exchange.model may not be null',
      'the primary key of entry is (project_id, revision, run_id), not (project_id, run_id, revision)',
      'the table link is missing',
      'the table note is not known to this version',
    ]),
  );
});
