import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { watchSql } from '../ledger/support/watch-sql.ts';
import { follow, take } from './support/follow.ts';

const RUNS = 1000;
const ENTRIES = 50;

test('who follows a run or a project of 50,000 entries reads what comes next, and nothing else', async () => {
  await using server = await startTestServer();
  const { ledger, databaseUrl } = server;
  const run = await ledger.run({ key: 'followed' });
  await using tables = await openTables(databaseUrl);
  await stopAutovacuum(tables);
  await tables.query(
    `INSERT INTO run (project_id, id, key, status, revision, created_at, last_at, metadata, last_xid)
    SELECT project_id, gen_random_uuid(), 'run ' || n, 'running', 1, now(), now(), '{}', '0'
    FROM run, generate_series(2, ${RUNS}) n`,
  );
  await tables.query(
    `INSERT INTO entry (project_id, run_id, revision, at, xid, actor, kind, changes)
    SELECT project_id, id, n, now(), n::text::xid8, 'a', 'runs.update', '[]' FROM run, generate_series(2, ${ENTRIES}) n`,
  );
  await tables.query(`UPDATE run SET revision = ${ENTRIES}`);
  using watched = watchSql();
  await using inRun = follow(run.entries.subscribe({ fromRevision: ENTRIES }));
  await using inProject = follow(ledger.entries.subscribe());
  await Promise.all([take(inRun, 1), take(inProject, 1000)]);
  const reads = watched.sent.filter(({ text }) => text.includes('FROM entry e'));
  const statements = [...new Map(reads.map((statement) => [statement.text, statement])).values()];
  expect(statements).toHaveLength(2);

  await tables.query('ANALYZE');
  for (const statement of statements) {
    for (const plan of ['custom', 'generic'] as const) {
      const scans = await explainScans(databaseUrl, { statement, plan, before: 'SELECT 1' });
      const looked = scans.filter(({ table }) => table === 'entry' || table === 'run');
      for (const { rows, table, index } of looked) expect(rows, `${table} by ${index}`).toBeLessThan(110);
      expect(looked.find(({ table }) => table === 'entry')?.index).toMatch(/^entry_(feed|pkey)$/);
    }
  }
});
