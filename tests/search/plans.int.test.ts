import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { type SentStatement, watchSql } from '../ledger/support/watch-sql.ts';

const SLOW_MS = 120_000;
const TEXTS = 40_000;
/** What the first page of any search may look at: an epoch and a little, each row in the index and once more by itself. */
const MAX_ROWS = 20_000;

/** As many messages as it takes a long time to write, in periods of 500. */
async function enlarge(tables: Tables, runId: string): Promise<void> {
  await tables.query(
    `INSERT INTO search_chunk (project_id, source_id, item, part, parts, type, at, run_id, label, body, tsv)
    SELECT r.project_id, gen_random_uuid(), 1, 0, 0, 'm', n, r.id, '', 'x', (
      format('=p%1$s =b%1$s.%2$s =e%1$s.%3$s =m each:1', p.id, n / 500, n / 8000)
      || CASE WHEN n % 25 = 0 THEN ' common:2' ELSE '' END
      || CASE WHEN n = 7 THEN ' solo:2' ELSE '' END
      || CASE WHEN n < 8000 THEN ' old:3' ELSE '' END)::tsvector
    FROM run r, generate_series(1, ${TEXTS}) n, (
      SELECT translate(encode(decode(right(project_id::text, 12), 'hex'), 'base64'), '+/', '-_') AS id
      FROM run WHERE id = $1) p
    WHERE r.id = $1`,
    [runId],
  );
  await tables.query(
    `INSERT INTO search_bucket (project_id, from_at, bucket, rows, closed)
    SELECT project_id, n * 500, n, 500, true FROM run, generate_series(0, ${TEXTS / 500}) n WHERE id = $1
    ON CONFLICT DO NOTHING`,
    [runId],
  );
}

test('what a search looks at does not grow with the project, whatever the planner knows', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  const run = await server.ledger.run({ key: 'large' });
  await enlarge(tables, run.id);
  /** How many hits each has on its first page. */
  const texts = Object.entries({
    solo: 1,
    common: 20,
    each: 20,
    old: 20,
    nothing: 0,
    '"each common"': 20,
    '"common each"': 0,
    'common -solo': 20,
    // A page of it ends early.
    '"each each"': 0,
  });

  const statements = new Map<string, SentStatement[]>();
  for (const [text, hits] of texts) {
    using sql = watchSql();
    const { items } = await server.ledger.search({ text, in: ['prompts'] });
    expect(items, text).toHaveLength(hits);
    const sent = sql.sent.filter((statement) => statement.text.includes('FROM search_chunk'));
    expect(sent.length, text).toBeGreaterThan(0);
    statements.set(text, sent);
  }

  for (const state of ['before the first ANALYZE', 'after it']) {
    if (state === 'after it') await tables.query('ANALYZE');
    for (const [text, sent] of statements) {
      for (const plan of ['custom', 'generic'] as const) {
        const looks = sent.map(async (statement) => {
          const scans = await explainScans(server.databaseUrl, { statement, plan, before: 'SELECT 1' });
          return scans
            .filter(({ table }) => table === 'search_chunk')
            .reduce((sum, { rows }) => sum + rows, 0);
        });
        const rows = (await Promise.all(looks)).reduce((sum, looked) => sum + looked, 0);
        expect(rows, `${text}, ${plan}, ${state}`).toBeLessThan(MAX_ROWS);
      }
    }
  }
  const page = await server.ledger.search({ text: '"each each"', in: ['prompts'] });
  expect(page).toMatchObject({ items: [], nextCursor: expect.any(String), facets: { estimated: true } });
  expect(await server.ledger.search({ text: '"each each"', in: ['prompts'] }).all()).toEqual([]);
  const oldest = await server.ledger.search({ text: 'solo OR "each each"', in: ['prompts'] }).all();
  expect(oldest.map(({ at }) => Date.parse(at))).toEqual([0]);
});
