import type { RunHandle, Stepledger } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enlargeRun, REVISIONS } from '../as-of/support/large-run.ts';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { type SentStatement, watchSql } from '../ledger/support/watch-sql.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
/** What one statement copies at the most, by what entries say. */
const MAX_CHANGES = 200_000;

let server: TestServer;
let tables: Tables;
let run: RunHandle;
let fork: RunHandle;
let copied: string[];
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  run = await server.ledger.run({ key: 'large' });
  await enlargeRun(tables, run.id);
  // Makes the ledger so large by what it says that it is copied bit by bit.
  await tables.query(
    `UPDATE entry SET changes = (SELECT jsonb_agg(jsonb_build_object('what', 'run', 'id', $1::uuid, 'change', 'x'))
      FROM generate_series(1, ${MAX_CHANGES})) WHERE run_id = $1 AND revision = ${REVISIONS / 2}`,
    [run.id],
  );
  using sql = watchSql();
  fork = await run.fork({ key: 'fork' });
  copied = sql.sent.map(({ text }) => text).filter((text) => text.startsWith('INSERT INTO exchange ('));
  await fork.fork({ key: 'second' });
}, SLOW_MS);
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await server.close();
});

test('a large run is copied bit by bit, and each of its rows once', async () => {
  expect(copied.length).toBeGreaterThan(1);
  const sums = await Promise.all(
    [run, fork].map(({ id }) =>
      tables.query(
        `SELECT 'entry' AS what, count(*)::int, sum(revision)::int FROM entry
          WHERE run_id = $1 AND revision <= ${REVISIONS}
        UNION ALL SELECT 'step', count(*), sum(started_revision) FROM step WHERE run_id = $1
        UNION ALL SELECT 'step_state', count(*), sum(t.revision)
          FROM step s JOIN step_state t ON t.step_id = s.id WHERE s.run_id = $1
        UNION ALL SELECT 'run_state', count(*), sum(revision) FROM run_state
          WHERE run_id = $1 AND revision <= ${REVISIONS}
        UNION ALL SELECT 'exchange', count(*), sum(opened_revision) FROM exchange WHERE run_id = $1
        UNION ALL SELECT 'parse', count(*), sum(revision) FROM parse WHERE run_id = $1
        UNION ALL SELECT 'document', count(*), sum(created_revision) FROM document WHERE run_id = $1
        UNION ALL SELECT 'version', count(*), sum(revision) FROM document_version WHERE run_id = $1
        UNION ALL SELECT 'link', count(*), sum(revision) FROM link WHERE run_id = $1`,
        [id],
      ),
    ),
  );
  expect(sums[1]).toEqual(sums[0]);
});

const page = { limit: 10 };
const READS: Record<string, (ledger: Stepledger) => Promise<unknown>> = {
  'runs.list by origin': ({ runs }) => runs.list({ originRunId: run.id, ...page }),
  'documents.list': ({ documents }) => documents.list(page),
  'documents.list by kind': ({ documents }) => documents.list({ kind: 'design', ...page }),
  'documents.byStep': ({ documents }) => documents.byStep({ step: { name: 'step_100' }, ...page }),
  'exchanges.list': ({ exchanges }) => exchanges.list(page),
  'parses.list': ({ parses }) => parses.list(page),
};

test.each(Object.keys(READS))('%s across runs passes copies over by its own rows', async (name) => {
  await tables.query('ANALYZE');
  for (const statement of await sentBy(() => READS[name]?.(server.ledger))) {
    for (const plan of ['custom', 'generic'] as const) {
      const scans = await explainScans(server.databaseUrl, { statement, plan, before: '' });
      const rows = scans.reduce((sum, scan) => sum + scan.rows, 0);
      // Three runs of thousands of rows each, of which a page has 10.
      expect(rows, `${plan}: ${JSON.stringify(scans)}`).toBeLessThan(400);
    }
  }
});

test('the feed of a project passes copies over without a look at them', async () => {
  await tables.query('ANALYZE');
  using sql = watchSql();
  for await (const entry of server.ledger.entries.subscribe()) if (entry.revision > 0) break;
  const statement = sql.sent.find(({ text }) => text.includes('pg_snapshot_xmin'));
  if (!statement) throw new Error('The feed was not read');
  for (const plan of ['custom', 'generic'] as const) {
    const scans = await explainScans(server.databaseUrl, { statement, plan, before: '' });
    const rows = scans.filter(({ table }) => table === 'entry').reduce((sum, scan) => sum + scan.rows, 0);
    expect(rows, `${plan}: ${JSON.stringify(scans)}`).toBeLessThanOrEqual(LIMITS.maxEventEntries);
  }
});

test('runs are compared by their own rows, among many runs and beside large ones', async () => {
  await tables.query(
    `INSERT INTO run (project_id, id, key, status, revision, created_at, last_at, metadata)
    SELECT project_id, gen_random_uuid(), 'run ' || n, 'running', 1, created_at, last_at, '{}'
    FROM run CROSS JOIN generate_series(1, 3000) n WHERE id = $1`,
    [run.id],
  );
  const small: RunHandle[] = [];
  for (const key of ['one', 'another']) {
    const started = await server.ledger.run({ key });
    const documents = [{ kind: 'code', text: key }];
    await started.step('code_step').record({ prompt: 'Code it.', response: key, documents });
    small.push(started);
  }
  await tables.query('ANALYZE');
  const statements = await sentBy(() => server.ledger.compare(small));
  expect(statements).toHaveLength(5);
  for (const statement of statements) {
    for (const plan of ['custom', 'generic'] as const) {
      const scans = await explainScans(server.databaseUrl, { statement, plan, before: '' });
      const rows = scans.reduce((sum, scan) => sum + scan.rows, 0);
      expect(rows, `${plan}: ${JSON.stringify(scans)}`).toBeLessThan(20);
    }
  }
});

async function sentBy(read: () => Promise<unknown> | undefined): Promise<SentStatement[]> {
  using sql = watchSql();
  await read();
  return [...sql.sent];
}
