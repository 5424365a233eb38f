import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { OTHER_RUNS, writeOtherRuns } from '../ledger/support/other-runs.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { type SentStatement, watchSql } from '../ledger/support/watch-sql.ts';

/** The machine of a developer may be slow. */
const SLOW_MS = 120_000;

let server: TestServer;
let story: Awaited<ReturnType<typeof tellStory>>;
beforeAll(async () => {
  server = await startTestServer();
  story = await tellStory(server.ledger);
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  await writeOtherRuns(tables, story.run.id);
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
