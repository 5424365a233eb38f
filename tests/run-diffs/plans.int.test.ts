import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { explainScans } from '../ledger/support/plans.ts';
import { watchSql } from '../ledger/support/watch-sql.ts';

const USES = 200;
const EXCHANGES = 5;
/** On a busy machine. */
const SLOW_MS = 120_000;

test('long lists of used documents are compared by reading each once, not each with each', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const record = async (key: string) => {
    const run = await server.ledger.run({ key });
    const documents = Array.from({ length: USES }, (_, index) => ({
      kind: 'rule',
      key: `${index}`,
      text: index === 0 ? key : 'A rule.',
    }));
    const uses = (await run.documents.putMany(documents)).map(({ ref }) => ref);
    for (let n = 0; n < EXCHANGES; n++) await run.step('code').record({ prompt: 'p', response: 'r', uses });
    return run;
  };
  const [a, b] = [await record('a'), await record('b')];

  using watched = watchSql();
  const { items } = await a.diff({ to: { runId: b.id }, what: ['exchange'] });
  expect(items.map((item) => 'uses' in item && item.uses.length)).toEqual(Array(EXCHANGES).fill(1));

  for (const statement of watched.sent.filter(({ text }) => text.includes('e.uses'))) {
    for (const plan of ['custom', 'generic'] as const) {
      const scans = await explainScans(server.databaseUrl, { statement, plan, before: '' });
      const rows = scans.reduce((sum, scan) => sum + scan.rows, 0);
      // Documents, versions and lists of both sides, a few times each.
      expect(rows).toBeLessThan(USES * EXCHANGES * 2 * 10);
    }
  }
});
