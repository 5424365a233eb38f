import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { type SentStatement, watchSql } from '../ledger/support/watch-sql.ts';
import { KIB, letters } from './support/texts.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
/** Chunks of others: as many as 60 MB have. */
const OTHERS = 10_000;
/** A text of 200 KiB has about 50 chunks, each looked up a few times at most. */
const MOST_ROWS = 300;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Lists of ten pieces each, which no blob has. */
async function enlarge(tables: Tables): Promise<void> {
  await tables.query(
    `WITH piece AS (
      INSERT INTO chunk (project_id, sha256, bytes)
      SELECT p.id, sha256(n::text::bytea), n::text::bytea FROM project p, generate_series(1, $1::int) n
      RETURNING project_id, sha256, bytes),
    list AS (
      INSERT INTO chunk (project_id, sha256)
      SELECT p.id, sha256(('list ' || n)::bytea) FROM project p, generate_series(0, $1::int / 10) n
      RETURNING project_id)
    INSERT INTO chunk_child (project_id, parent_sha256, position, child_sha256)
    SELECT project_id, sha256(('list ' || convert_from(bytes, 'UTF8')::int / 10)::bytea),
      convert_from(bytes, 'UTF8')::int % 10, sha256
    FROM piece`,
    [OTHERS],
  );
}

/** The statements of a call that name chunks. */
async function statementsOf(call: () => Promise<unknown>): Promise<SentStatement[]> {
  await server.ledger.system.stats();
  using sql = watchSql();
  await call();
  return sql.sent.filter(({ text }) => text.includes('chunk') && !text.includes('search_chunk'));
}

test('writing, reading and collecting a large text looks at its own chunks, however many there are', {
  timeout: SLOW_MS,
}, async () => {
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  const run = await server.ledger.run({ key: 'large' });
  await enlarge(tables);
  const text = letters('text', 200 * KIB);
  const write = await statementsOf(() => run.documents.put({ kind: 'code', text }));
  const read = await statementsOf(() => run.documents.get('code'));
  await run.documents.put({ kind: 'other', text: letters('doomed', 200 * KIB) });
  const doomed = await run.documents.get('other');
  const collect = await statementsOf(() => doomed.purge());
  expect([write.length, read.length, collect.length]).toEqual([1, 1, 2]);

  const look = async (name: string, plan: 'custom' | 'generic') => {
    const calls: [statements: SentStatement[], before: string][] = [
      [
        write,
        'DELETE FROM document; DELETE FROM request; UPDATE run SET revision = revision - 1; DELETE FROM entry',
      ],
      [read, ''],
      [collect, ''],
    ];
    for (const [statements, before] of calls) {
      for (const statement of statements) {
        const scans = await explainScans(server.databaseUrl, { statement, plan, before });
        const label = `${name}, ${plan}: ${statement.text.slice(0, 60)}`;
        expect(scans.length, label).toBeGreaterThan(0);
        expect(
          scans.filter(({ rows }) => rows > MOST_ROWS),
          label,
        ).toEqual([]);
      }
    }
  };

  await look('before the first ANALYZE', 'custom');
  await tables.query('ANALYZE');
  await look('after it', 'custom');
  await look('after it', 'generic');
});
