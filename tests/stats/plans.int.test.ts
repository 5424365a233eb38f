import type { Stepledger } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enlargeRun } from '../as-of/support/large-run.ts';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { writeOtherRuns } from '../ledger/support/other-runs.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { watchSql } from '../ledger/support/watch-sql.ts';

/** On a busy machine. */
const SLOW_MS = 180_000;
/** Exchanges of the large run, all of one prompt version: more than a call looks at. */
const MANY = LIMITS.maxStatsExchanges + 50;
/** Runs that are there beside: more than a page looks at. */
const RUNS = LIMITS.maxOverviewRuns + 500;
const DAY_MS = 86_400_000;

let server: TestServer;
let tables: Tables;
/** A run of thousands of steps, and one of very many exchanges, both begun before the small one. */
let large: string;
let many: string;
let small: string;
/** The many exchanges are of the hours before this. */
let begun: string;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  const { ledger } = server;
  for (const template of ['of many', 'of a few']) await ledger.prompts.put({ name: 'design', template });
  large = (await ledger.run({ key: 'large' })).id;
  await enlargeRun(tables, large);
  await ledger.runs.fork({ runId: large, key: 'fork' });
  await writeOtherRuns(tables, large);
  many = (await ledger.run({ key: 'many' })).id;
  await ledger.exchanges.record({
    runId: many,
    step: { name: 'first_step' },
    messages: [{ role: 'user', content: 'x' }],
    prompt: { name: 'design', version: 1 },
    response: 'y',
  });
  await tables.query(
    `INSERT INTO exchange (project_id, id, run_id, step_id, opened_revision, opened_at, status, message_count, metadata,
      parse_count, prompt_id, prompt_version, model)
    SELECT project_id, gen_random_uuid(), run_id, step_id, 1 + n, opened_at - make_interval(secs => (${MANY} - n) / 10.0),
      'completed', 1, '{}', 0, prompt_id, prompt_version, 'model ' || n % 700
    FROM exchange, generate_series(1, ${MANY}) n WHERE run_id = $1`,
    [many],
  );
  await tables.query(
    `INSERT INTO run (project_id, id, key, status, revision, created_at, last_at, metadata)
    SELECT project_id, gen_random_uuid(), 'run ' || n, 'running', 1, created_at, last_at + interval '1 hour', '{}'
    FROM run CROSS JOIN generate_series(1, ${RUNS}) n WHERE id = $1`,
    [many],
  );
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'code_step' }] });
  begun = (await ledger.runs.get({ runId: many })).updatedAt;
  small = (await ledger.run({ key: 'small', workflow: 'feature' })).id;
  for (const response of ['one', 'two']) {
    await ledger.exchanges.record({
      runId: small,
      step: { name: 'code_step' },
      messages: [{ role: 'user', content: 'x' }],
      prompt: { name: 'design', version: 2 },
      response,
      documents: [{ kind: 'code', text: response }],
    });
  }
  await ledger.runs.complete({ runId: small, status: 'failed' });
}, SLOW_MS);
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await server.close();
});

/** A read, and the rows that it may look at. */
const READS: Record<string, [(ledger: Stepledger) => Promise<unknown>, number]> = {
  'runs.overview by status': [({ runs }) => runs.overview({ status: 'failed', limit: 10 }), 60],
  'runs.overview by workflow': [({ runs }) => runs.overview({ workflow: 'feature', limit: 10 }), 60],
  'runs.overview by origin': [({ runs }) => runs.overview({ originRunId: small, limit: 10 }), 20],
  'runs.overview of the newest': [({ runs }) => runs.overview({ limit: 10 }), 200],
  'runs.overview of the changed': [({ runs }) => runs.overview({ order: 'changed', limit: 10 }), 1200],
  'runs.overview of the changed, by status': [
    ({ runs }) => runs.overview({ order: 'changed', status: 'running', limit: 10 }),
    1200,
  ],
  'runs.work': [({ runs }) => runs.work({ runIds: [small] }), 30],
  'prompts.usage': [
    ({ prompts }) => prompts.usage({ name: 'design', limit: 10 }),
    LIMITS.maxUsageExchanges + 30,
  ],
  'prompts.uses': [({ prompts }) => prompts.uses({ name: 'design', version: 1, limit: 10 }), 80],
  'stats.exchanges of a window': [({ stats }) => stats.exchanges({ by: 'step', from: begun }), 60],
  'stats.exchanges of a workflow': [
    ({ stats }) => stats.exchanges({ by: 'prompt', from: begun, workflow: 'feature' }),
    60,
  ],
  'stats.exchanges of a run': [({ stats }) => stats.exchanges({ by: 'model', runId: small }), 60],
};

/** What PostgreSQL may know of the tables, which it comes to analyze by itself one after the other. */
const KNOWN = {
  'before the first ANALYZE': '',
  'with runs analyzed first': 'ANALYZE run',
  'with exchanges analyzed first': 'ANALYZE exchange',
  'with steps analyzed first': 'ANALYZE step',
  'after ANALYZE': 'ANALYZE',
};

describe.each(Object.entries(KNOWN))('%s', (_, before) => {
  test.each(Object.entries(READS))('%s looks at no more rows than it must', async (_name, [read, most]) => {
    await server.ledger.system.health();
    using sql = watchSql();
    await read(server.ledger);
    // One without parameters asks for the time.
    const sent = sql.sent.filter(({ values }) => values.length > 0);
    expect(sent.length).toBeGreaterThan(0);
    for (const plan of ['custom', 'generic'] as const) {
      const scans = [];
      for (const statement of sent) {
        scans.push(...(await explainScans(server.databaseUrl, { statement, plan, before })));
      }
      const rows = scans.reduce((sum, scan) => sum + scan.rows, 0);
      expect(rows, `${plan}: ${JSON.stringify(scans)}`).toBeLessThanOrEqual(most);
    }
  });
});

test('of too many exchanges the newest are counted, and it says from when on', async () => {
  const { stats } = server.ledger;
  const from = new Date(Date.parse(begun) - DAY_MS).toISOString();
  const told = await stats.exchanges({ by: 'model', from, limit: 3 });
  expect(told.total.exchanges).toBe(LIMITS.maxStatsExchanges);
  expect(told.others?.groups).toBeGreaterThan(690);
  expect(told.groups).toHaveLength(3);
  const counted = [...told.groups, ...(told.others ? [told.others] : [])];
  expect(counted.reduce((sum, { exchanges }) => sum + exchanges, 0)).toBe(told.total.exchanges);
  const cutAt = told.cutAt ?? '';
  expect(cutAt > from && cutAt < begun).toBe(true);
  // What comes after is all there is.
  const [row] = await tables.query<{ count: number }>(
    'SELECT count(*)::int FROM exchange WHERE origin_id IS NULL AND opened_at > $1',
    [cutAt],
  );
  expect(Math.abs((row?.count ?? 0) - LIMITS.maxStatsExchanges)).toBeLessThanOrEqual(1);
  const whole = await stats.exchanges({ from: cutAt, by: 'day' });
  expect(whole.total.exchanges).toBeLessThanOrEqual(LIMITS.maxStatsExchanges);
});

test('a large run is summed up whole when it is asked for alone', async () => {
  const alone = await server.ledger.runs.work({ runIds: [many] });
  expect(alone.runs).toMatchObject([{ runId: many, exchanges: MANY + 1, cut: false }]);
  const share = Math.floor(LIMITS.maxWorkRows / 3);
  const together = await server.ledger.runs.work({ runIds: [many, large, small] });
  expect(together.runs).toMatchObject([
    { runId: many, exchanges: share, cut: true },
    { runId: large, cut: false },
    { runId: small, exchanges: 2, documents: 1, cut: false },
  ]);
});

test('a page of the overview cuts what would take long', async () => {
  const { items } = await server.ledger.runs.overview({ order: 'oldest', limit: 100 });
  const told = items.find(({ id }) => id === many);
  expect(told?.work).toMatchObject({ exchanges: LIMITS.maxOverviewRows / items.length, cut: true });
  expect(items.find(({ id }) => id === large)?.work.cut).toBe(true);
});

test('a page that no run fits ends after as many as it may look at, and goes on from there', async () => {
  const { runs } = server.ledger;
  const filter = { order: 'changed', workflow: 'feature', limit: 10 } as const;
  const first = await runs.overview(filter);
  expect(first.items).toEqual([]);
  expect(first.nextCursor).not.toBeNull();
  expect((await runs.overview(filter).all()).map(({ id }) => id)).toEqual([small]);
});

test('of a version that was used very often the newest exchanges are counted', async () => {
  const usage = await server.ledger.prompts.usage({ name: 'design' });
  expect(usage.items).toMatchObject([
    { version: 2, exchanges: 2, parsed: 2, cut: false },
    { version: 1, exchanges: LIMITS.maxUsageExchanges, cut: true },
  ]);
});
