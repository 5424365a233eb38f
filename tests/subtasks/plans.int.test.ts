import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { type SentStatement, watchSql } from '../ledger/support/watch-sql.ts';
import { startRun, writeSubtask } from './support/subtasks.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const FINISHED = 5_000;

/** As many finished subtasks as a long run leaves, each on a few others. */
async function finishMany(tables: Tables, runId: string): Promise<void> {
  await tables.query(
    `WITH subtask AS (
      INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version, head_status,
        head_tags, head_metadata, head_deleted)
      SELECT project_id, gen_random_uuid(), id, 'subtask', 'done ' || n, 1, last_at, 1, 'done', '{}', '{}', false
      FROM run, generate_series(1, $2::int) n WHERE id = $1 RETURNING *),
    version AS (
      INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, change, tags,
        metadata)
      SELECT project_id, id, 1, run_id, 1, 0, created_at, 'create', '{}', '{}' FROM subtask)
    INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id, revision)
    SELECT s.project_id, s.id, 1, 'depends_on', d.id, 1, $1, 1
    FROM subtask s CROSS JOIN document d WHERE d.run_id = $1 AND d.key IN ('one', 'two')`,
    [runId, FINISHED],
  );
}

test('what claims and lists of ready documents look at does not grow with what is finished', {
  timeout: SLOW_MS,
}, async () => {
  await using started = await startRun();
  const { run, ledger, server } = started;
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  const [one] = [await writeSubtask(run, 'one'), await writeSubtask(run, 'two')];
  await finishMany(tables, run.id);
  await writeSubtask(run, 'three', { on: [one] });
  const sent = await statementsOf(async () => {
    const [first] = await run.documents.ready({ kind: 'subtask' });
    expect(first?.key).toBe('one');
    await ledger.documents.claim({ runId: run.id, kind: 'subtask', holder: 'ada' });
  });
  // The list, the look whether anything is ready, and the claim itself.
  expect(sent).toHaveLength(3);
  const look = async (plan: 'custom' | 'generic') => {
    for (const statement of sent) {
      const scans = await explainScans(server.databaseUrl, { statement, plan, before: '' });
      expect(scans.map(({ index }) => index)).toContain('document_unfinished');
      expect(scans.filter(({ rows }) => rows > 10)).toEqual([]);
    }
  };

  // A new database knows nothing of its tables for a minute, until PostgreSQL has analyzed them by itself.
  await look('custom');
  await tables.query('ANALYZE');
  await look('custom');
  await look('generic');
});

async function statementsOf(calls: () => Promise<void>): Promise<SentStatement[]> {
  using sql = watchSql();
  await calls();
  return sql.sent.filter(({ text }) => text.includes('NOT EXISTS'));
}

test('what the heads of its inputs cost does not grow with the run', { timeout: SLOW_MS }, async () => {
  await using started = await startRun();
  const { run, ledger, server } = started;
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  const [one] = [await writeSubtask(run, 'one'), await writeSubtask(run, 'two')];
  await finishMany(tables, run.id);
  using sql = watchSql();
  const basedOn = [one.ref, { documentId: one.id, version: 1 }];
  await ledger.documents.put({ runId: run.id, kind: 'design', text: 'x', basedOn });
  const statement = sql.sent.find(({ text }) => text.includes('read_set'));
  if (!statement) throw new Error('The inputs were not looked at');

  const look = async (plan: 'custom' | 'generic') => {
    const before = 'DELETE FROM request';
    const scans = await explainScans(server.databaseUrl, { statement, plan, before });
    expect(scans.filter(({ rows }) => rows > 10)).toEqual([]);
  };
  await look('custom');
  await tables.query('ANALYZE');
  await look('custom');
  await look('generic');
});
