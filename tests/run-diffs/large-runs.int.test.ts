import type { RunHandle } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enlargeRun, REVISIONS } from '../as-of/support/large-run.ts';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { watchSql } from '../ledger/support/watch-sql.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
/** So late that it is only found by digests. */
const LATE = REVISIONS - 10;

let server: TestServer;
let tables: Tables;
let a: RunHandle;
let b: RunHandle;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
  a = await server.ledger.run({ key: 'a' });
  b = await server.ledger.run({ key: 'b' });
  for (const run of [a, b]) await enlargeRun(tables, run.id);
}, SLOW_MS);
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await server.close();
});

const EXCHANGE = `run_id = $1 AND opened_revision = ${LATE}`;
/** A document of the run by its key. */
const document = (key: string) =>
  `(SELECT jsonb_build_array(jsonb_build_object('documentId', d.id, 'version', 1)) FROM document d
    WHERE d.run_id = $1 AND d.key = '${key}')`;

/** What differs then, the statement that makes it so, and what undoes it. */
const CHANGES: [string, string, string][] = [
  ['model', `UPDATE exchange SET model = 'small' WHERE ${EXCHANGE}`, 'model = NULL'],
  ['provider', `UPDATE exchange SET provider = 'acme' WHERE ${EXCHANGE}`, 'provider = NULL'],
  ['parameters', `UPDATE exchange SET parameters = '{"seed":1}' WHERE ${EXCHANGE}`, 'parameters = NULL'],
  ['variables', `UPDATE exchange SET variables = '{"what":"x"}' WHERE ${EXCHANGE}`, 'variables = NULL'],
  ['error', `UPDATE exchange SET error = '"Broken."' WHERE ${EXCHANGE}`, 'error = NULL'],
  ['status', `UPDATE exchange SET status = 'failed' WHERE ${EXCHANGE}`, `status = 'completed'`],
  ['uses', `UPDATE exchange SET uses = ${document('9')} WHERE ${EXCHANGE}`, `uses = '[]'`],
];

test('two long runs that are alike are compared by a few statements', async () => {
  using sql = watchSql();
  expect(await a.diff({ to: { runId: b.id } })).toMatchObject({ items: [], divergence: null });
  expect(sql.sent.length).toBeLessThan(15);
});

describe.each(CHANGES)('two long runs that differ in %s at their end', (aspect, change, back) => {
  test('are told to, and to diverge there', async () => {
    await tables.query(change, [b.id]);
    try {
      const { items, divergence } = await a.diff({ to: { runId: b.id } });
      expect(items).toMatchObject([{ what: 'exchange', differs: [aspect], from: { revision: LATE } }]);
      expect(divergence).toMatchObject({ what: 'exchange', from: { revision: LATE } });
    } finally {
      await tables.query(`UPDATE exchange SET ${back} WHERE ${EXCHANGE}`, [b.id]);
    }
  });
});

test('long runs that used the same texts under other ids are alike', async () => {
  for (const run of [a, b]) {
    await tables.query(`UPDATE exchange SET uses = ${document('9')} WHERE ${EXCHANGE}`, [run.id]);
  }
  expect((await a.diff({ to: { runId: b.id } })).items).toEqual([]);
});

test('documents that were read otherwise at the end of long runs are told', async () => {
  const parse = `(SELECT p.id FROM parse p JOIN exchange e ON e.id = p.exchange_id
    WHERE e.run_id = $1 AND e.opened_revision = ${LATE})`;
  const written = `run_id = $1 AND revision = ${LATE} AND position = 0`;
  await tables.query(`UPDATE document_version SET parse_id = ${parse} WHERE ${written}`, [b.id]);
  const { items, divergence } = await a.diff({ to: { runId: b.id } });
  expect(items).toMatchObject([
    { differs: ['parsed'], parsed: [{ from: null, to: { version: expect.any(Number) } }] },
  ]);
  expect(divergence).toMatchObject({ causes: ['parser'] });
});

test('neighbouring revisions of a long run are compared by what was written between them', async () => {
  using sql = watchSql();
  const { items } = await a.diff({ from: a.at({ revision: LATE }), to: a.at({ revision: LATE + 1 }) });
  expect(items.filter(({ what }) => what === 'exchange').map(({ change }) => change)).toContain('added');
  expect(items.length).toBeLessThan(6);
  expect(sql.sent.length).toBeLessThan(15);
});
