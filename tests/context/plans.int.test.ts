import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { OTHER_RUNS, writeOtherRuns } from '../ledger/support/other-runs.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { watchSql } from '../ledger/support/watch-sql.ts';

/** The machine of a developer may be slow. */
const SLOW_MS = 120_000;

let server: TestServer;
let build: () => Promise<unknown>;
beforeAll(async () => {
  server = await startTestServer();
  const { run, ask } = await tellStory(server.ledger);
  build = ask;
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  await writeOtherRuns(tables, run.id);
  await tables.query(
    `INSERT INTO step (project_id, id, run_id, name, key, status, started_revision, started_at)
    SELECT project_id, gen_random_uuid(), id, 'design_step', '', 'running', 2, last_at FROM run WHERE key LIKE 'other %'`,
  );
  await tables.query(
    `INSERT INTO exchange (project_id, id, run_id, step_id, opened_revision, opened_at, closed_revision, closed_at, status,
      message_count, metadata, parse_count, prompt_hash, model, usage)
    SELECT d.project_id, gen_random_uuid(), d.run_id, s.id, 2, d.created_at, 2, d.created_at, 'completed', 1, '{}', 0,
      (SELECT hash FROM message LIMIT 1), 'claude', '{"inputTokens": 10}'
    FROM document d JOIN run r ON r.id = d.run_id AND r.key LIKE 'other %' JOIN step s ON s.run_id = d.run_id`,
  );
}, SLOW_MS);
afterAll(() => server.close());

async function tellStory(ledger: Stepledger) {
  const run = await ledger.run({ key: 'story' });
  const requirement = await run.documents.put({ kind: 'requirement', text: 'x' });
  const step = run.step('design_step');
  const prompt = 'A word or two. '.repeat(100);
  const sent = {
    prompt,
    response: 'x',
    model: 'claude',
    usage: { inputTokens: 500 },
    uses: [requirement.ref],
  };
  await step.record({ ...sent, documents: [{ kind: 'design', text: 'x' }] });
  const pins = [{ kind: 'design' }, requirement];
  const ask = () =>
    run.context({ budget: 1000, tokenizer: { model: 'claude' }, step, pins, kinds: ['design'] });
  return { run, ask };
}

test('a context looks at its own run alone', { timeout: SLOW_MS }, async () => {
  using sql = watchSql();
  await build();
  const statements = [...sql.sent];
  expect(statements.length).toBeGreaterThan(5);
  const look = async (name: string) => {
    for (const statement of statements) {
      for (const plan of ['custom', 'generic'] as const) {
        const scans = await explainScans(server.databaseUrl, { statement, plan, before: '' });
        const many = scans.filter(({ rows }) => rows > 2 * OTHER_RUNS);
        expect(many, `${name}, ${plan}: ${statement.text.slice(0, 80)}`).toEqual([]);
      }
    }
  };
  await using tables = await openTables(server.databaseUrl);
  await look('as it is');
  await tables.query('ANALYZE');
  await look('after ANALYZE');
});
