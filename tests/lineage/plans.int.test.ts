import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { explainScans } from '../ledger/support/plans.ts';
import { type SentStatement, watchSql } from '../ledger/support/watch-sql.ts';

/** Documents of other runs, each linked to another of its run. */
const OTHERS = 20_000;
const OTHER_RUNS = 200;
/** The machine of a developer may be slow. */
const SLOW_MS = 120_000;

let server: TestServer;
let story: Awaited<ReturnType<typeof tellStory>>;
beforeAll(async () => {
  server = await startTestServer();
  story = await tellStory(server.ledger);
  await using tables = await openTables(server.databaseUrl);
  await tables.query(
    `INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'key', 'other ' || n))).*
    FROM run r, generate_series(1, $2::int) n WHERE r.id = $1`,
    [story.run.id, OTHER_RUNS],
  );
  await tables.query(
    `WITH made AS (
      INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version, head_tags,
        head_metadata, head_deleted)
      SELECT project_id, gen_random_uuid(), id, 'note', n::text, 2, last_at, 1, '{}', '{}', false
      FROM run, generate_series(1, $1::int) n WHERE key LIKE 'other %' RETURNING *),
    versions AS (
      INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, change, tags,
        metadata)
      SELECT project_id, id, 1, run_id, 2, 0, created_at, 'create', '{}', '{}' FROM made)
    INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id, revision)
    SELECT project_id, id, 1, 'used', lag(id, 1, id) OVER (PARTITION BY run_id ORDER BY key), 1, run_id, 2 FROM made`,
    [OTHERS / OTHER_RUNS],
  );
}, SLOW_MS);
afterAll(() => server.close());

async function tellStory(ledger: Stepledger) {
  const run = await ledger.run({ key: 'story' });
  const requirement = await run.documents.put({ kind: 'requirement', text: 'x' });
  const used = (to: typeof requirement) => [{ relation: 'used' as const, to: to.ref }];
  const design = await run.documents.put({ kind: 'design', text: 'x', links: used(requirement) });
  await design.update({ status: 'approved' });
  await run.documents.put({ kind: 'code', text: 'x', links: used(design) });
  await requirement.update('y');
  return { run, requirement, design };
}

/** What a call sends that is not a look-up by a key alone. */
async function statementsOf(call: () => Promise<unknown>): Promise<SentStatement[]> {
  using sql = watchSql();
  await call();
  return sql.sent.filter(({ text }) => text.startsWith('WITH') || text.includes('link_accept'));
}

async function expectFewRows(statements: readonly SentStatement[], before: string): Promise<void> {
  expect(statements.length).toBeGreaterThan(0);
  const look = async (name: string) => {
    for (const statement of statements) {
      for (const plan of ['custom', 'generic'] as const) {
        const scans = await explainScans(server.databaseUrl, { statement, plan, before });
        const many = scans.filter(({ rows }) => rows > 2 * OTHER_RUNS);
        expect(many, `${name}, ${plan}: ${statement.text.slice(0, 60)}`).toEqual([]);
      }
    }
  };
  await using tables = await openTables(server.databaseUrl);
  await look('as it is');
  await tables.query('ANALYZE');
  await look('after ANALYZE');
}

test('graph and stale do not look at what is not linked', { timeout: SLOW_MS }, async () => {
  const { run, design } = story;
  await expectFewRows(await statementsOf(() => design.graph()), '');
  await expectFewRows(await statementsOf(() => run.stale()), '');
  expect((await run.stale()).documents.map(({ kind }) => kind)).toEqual(['design', 'code']);
});

test('neither does a write that links what was used, which is one statement', {
  timeout: SLOW_MS,
}, async () => {
  const { run, requirement, design } = story;
  const { exchanges, parses } = server.ledger;
  const uses = [requirement.ref, design.ref];
  const messages = [{ role: 'user', content: 'x' }];
  const input = { runId: run.id, step: { name: 'code_step' }, messages, uses };
  const documents = ['a', 'b'].map((key) => ({ kind: 'made', key, text: key }));
  const forget = (exchangeId: string) =>
    `DELETE FROM request; DELETE FROM exchange WHERE id = '${exchangeId}'`;

  let exchangeId = '';
  const recorded = await statementsOf(async () => {
    ({ exchangeId } = await exchanges.record({ ...input, response: 'x', documents }));
  });
  await expectFewRows(recorded, forget(exchangeId));
  ({ exchangeId } = await exchanges.open(input));
  await exchanges.complete({ exchangeId, response: 'x' });
  const parsed = await statementsOf(() => parses.record({ exchangeId, documents }));
  expect([recorded.length, parsed.length]).toEqual([1, 1]);
  await expectFewRows(parsed, `DELETE FROM request; DELETE FROM parse WHERE exchange_id = '${exchangeId}'`);
});
