import type { RunHandle } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';

test('who purges a text finds every fork that has it, also one that was being made', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'run' });
  const secret = await run.documents.put({ kind: 'design', text: 'secret' });
  // Holds the text, so that no foreign key says to the fork that it was purged.
  await (await server.ledger.run({ key: 'other' })).documents.put({ kind: 'design', text: 'secret' });
  await using held = await holdKey(server.databaseUrl, { run, key: 'fork' });

  const fork = run.fork({ key: 'fork' });
  await waiting(tables, 1);
  let purged = false;
  const forks = secret.purge().then(() => {
    purged = true;
    return server.ledger.runs.list({ originRunId: run.id }).all();
  });
  await expect.poll(async () => purged || (await countWaiting(tables)) > 1).toBe(true);
  await held.release();

  const { id } = await fork;
  const [copy] = await server.ledger.documents.list({ runId: id }).all();
  const isKnown = (await forks).some((known) => known.id === id);
  expect(isKnown || copy?.purged).toBe(true);
});

test('the run is written to while a purge waits for a fork of it', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'run' });
  const secret = await run.documents.put({ kind: 'design', text: 'secret' });
  await using held = await holdKey(server.databaseUrl, { run, key: 'fork' });
  const fork = run.fork({ key: 'fork' });
  await waiting(tables, 1);
  const purge = secret.purge();
  await waiting(tables, 2);

  await run.documents.put({ kind: 'code', text: 'c' });

  await held.release();
  await purge;
  expect((await run.entries.list()).slice(1).map(({ kind }) => kind)).toEqual([
    'documents.put',
    'documents.put',
    'documents.purge',
  ]);
  expect((await (await fork).documents.list()).map(({ text }) => text)).toEqual(['secret']);
});

test('entries name what was purged by its id, however the caller wrote it', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'run' });
  const { id } = await run.documents.put({ kind: 'design', text: 'secret' });
  await server.ledger.documents.purge({ documentId: id.toUpperCase() });
  expect((await run.entries.list()).at(-1)?.changes).toMatchObject([{ what: 'document', id }]);
});

test('a fork that was cut off in the middle is made once by its repetition', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'run' });
  await run.documents.put({ kind: 'design', text: 'd' });
  await using held = await holdKey(server.databaseUrl, { run, key: 'fork' });
  const fork = run.fork({ key: 'fork' });
  await waiting(tables, 1);

  const cut = await tables.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()`,
  );
  expect(cut).toHaveLength(1);
  await held.release();

  expect((await (await fork).documents.list()).map(({ text }) => text)).toEqual(['d']);
  const forks = await server.ledger.runs.list({ originRunId: run.id }).all();
  expect(forks.map(({ key }) => key)).toEqual(['fork']);
  expect(await brokenLaws(tables)).toEqual({});
});

/** Makes whoever forks with this key wait, after it has seen the run. */
async function holdKey(databaseUrl: string, { run, key }: { run: RunHandle; key: string }) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO run (project_id, id, key, status, revision, created_at, last_at, metadata)
    SELECT project_id, gen_random_uuid(), $2, status, revision, created_at, last_at, metadata FROM run WHERE id = $1`,
    [run.id, key],
  );
  return {
    release: () => client.query('ROLLBACK'),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function countWaiting(tables: Tables): Promise<number> {
  const [row] = await tables.query<{ count: number }>(
    `SELECT count(DISTINCT l.pid)::int AS count FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()`,
  );
  return row?.count ?? 0;
}

async function waiting(tables: Tables, count: number): Promise<void> {
  await expect.poll(() => countWaiting(tables)).toBe(count);
}
