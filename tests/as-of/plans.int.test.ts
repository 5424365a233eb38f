import type { AsOf, Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { explainScans, type Scan, stopAutovacuum } from '../ledger/support/plans.ts';
import { type SentStatement, watchSql } from '../ledger/support/watch-sql.ts';
import { enlargeRun, REVISIONS } from './support/large-run.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const MIDDLE = REVISIONS / 2;

let server: TestServer;
let ids: { runId: string; documentId: string; exchangeId: string };
beforeAll(async () => {
  server = await startTestServer();
  const run = await server.ledger.run({ key: 'large' });
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  await enlargeRun(tables, run.id);
  const [document] = (await server.ledger.documents.list({ runId: run.id, limit: 1 })).items;
  const [exchange] = (await server.ledger.exchanges.list({ runId: run.id, limit: 1 })).items;
  ids = { runId: run.id, documentId: document?.id ?? '', exchangeId: exchange?.id ?? '' };
}, SLOW_MS);
afterAll(() => server.close());

type Read = (ledger: Stepledger, at: { asOf?: AsOf }) => Promise<unknown>;
const step = { name: `step_${MIDDLE / 2}` };
const page = { limit: 10 };

const READS: Record<string, Read> = {
  'runs.get': ({ runs }, at) => runs.get({ runId: ids.runId, ...at }),
  'entries.list': ({ entries }, at) => entries.list({ runId: ids.runId, ...page, ...at }),
  'steps.get': ({ steps }, at) => steps.get({ runId: ids.runId, step, ...at }),
  'steps.list': ({ steps }, at) => steps.list({ runId: ids.runId, ...page, ...at }),
  'exchanges.list': ({ exchanges }, at) => exchanges.list({ runId: ids.runId, ...page, ...at }),
  'exchanges.list completed': ({ exchanges }, at) =>
    exchanges.list({ runId: ids.runId, status: 'completed', ...page, ...at }),
  'exchanges.list by last parse': ({ exchanges }, at) =>
    exchanges.list({ runId: ids.runId, lastParse: { status: 'completed' }, ...page, ...at }),
  'parses.list': ({ parses }, at) => parses.list({ runId: ids.runId, ...page, ...at }),
  'parses.list of an exchange': ({ parses }, at) =>
    parses.list({ exchangeId: ids.exchangeId, ...page, ...at }),
  'documents.get': ({ documents }, at) => documents.get({ documentId: ids.documentId, ...at }),
  'documents.get by key': ({ documents }, at) =>
    documents.get({ runId: ids.runId, kind: 'design', key: '7', ...at }),
  'documents.list': ({ documents }, at) => documents.list({ runId: ids.runId, ...page, ...at }),
  'documents.list by status': ({ documents }, at) =>
    documents.list({ runId: ids.runId, status: 'new', ...page, ...at }),
  'entries.list newest first': ({ entries }, at) =>
    entries.list({ runId: ids.runId, order: 'newest', ...page, ...at }),
  'exchanges.list newest first': ({ exchanges }, at) =>
    exchanges.list({ runId: ids.runId, order: 'newest', ...page, ...at }),
  'documents.list newest first': ({ documents }, at) =>
    documents.list({ runId: ids.runId, order: 'newest', ...page, ...at }),
  'documents.byStep': ({ documents }, at) => documents.byStep({ runId: ids.runId, step, ...page, ...at }),
  'documents.byStep at the head': ({ documents }, at) =>
    documents.byStep({ runId: ids.runId, step, at: 'head', ...page, ...at }),
  'links.list from': ({ links }, at) => links.list({ documentId: ids.documentId, ...page, ...at }),
  'links.list to': ({ links }, at) =>
    links.list({ documentId: ids.documentId, direction: 'to', ...page, ...at }),
};
const names = Object.keys(READS);

/** A read and what the server sends for it, once it knows the project. */
async function look(name: string, at: { asOf?: AsOf }) {
  await server.ledger.system.stats();
  using sql = watchSql();
  const answer = await READS[name]?.(server.ledger, at);
  return { answer, sent: [...sql.sent] };
}

async function scansOf(statements: readonly SentStatement[], plan: 'custom' | 'generic'): Promise<Scan[]> {
  const each = await Promise.all(
    statements.map((statement) => explainScans(server.databaseUrl, { statement, plan, before: '' })),
  );
  return each.flat();
}

const sum = (scans: readonly Scan[]) => scans.reduce((rows, scan) => rows + scan.rows, 0);

describe.each(['before', 'after'])('%s the first ANALYZE', (when) => {
  beforeAll(async () => {
    if (when === 'before') return;
    await using tables = await openTables(server.databaseUrl);
    await tables.query('ANALYZE');
  });

  test.each(names)('%s as of a revision looks rows up and replays nothing', async (name) => {
    const head = await look(name, {});
    for (const asOf of [{ revision: MIDDLE }, { time: await timeOf(MIDDLE) }]) {
      const past = await look(name, { asOf });
      // One statement more finds the revision, and the page itself is read by as many as at the head.
      expect(past.sent.length).toBe(head.sent.length + 1);
      for (const plan of ['custom', 'generic'] as const) {
        const [own, usual] = [await scansOf(past.sent, plan), await scansOf(head.sent, plan)];
        const [rows, headRows] = [sum(own), sum(usual)];
        expect(rows, `${plan}: ${JSON.stringify(own)}`).toBeLessThan(3 * headRows + 50);
      }
    }
  });
});

test.each(['entries', 'exchanges', 'documents', 'parses'] as const)(
  '%s.list reads no more of a long run from its newest end than from its oldest',
  async (feature) => {
    const rowsOf = async (order: 'oldest' | 'newest') => {
      await server.ledger.system.stats();
      using sql = watchSql();
      await server.ledger[feature].list({ runId: ids.runId, order, ...page });
      const sent = [...sql.sent];
      return Promise.all(
        (['custom', 'generic'] as const).map(async (plan) => sum(await scansOf(sent, plan))),
      );
    };
    const [oldest, newest] = [await rowsOf('oldest'), await rowsOf('newest')];
    for (const [plan, rows] of newest.entries()) expect(rows).toBeLessThan(3 * (oldest[plan] ?? 0) + 50);
  },
);

async function timeOf(revision: number): Promise<string> {
  const { items } = await server.ledger.entries.list({ runId: ids.runId, fromRevision: revision, limit: 1 });
  return items[0]?.at ?? '';
}

test.each(names)('%s as of the newest revision answers what the head answers', async (name) => {
  const { answer: head } = await look(name, {});
  const { answer: past } = await look(name, { asOf: { revision: REVISIONS } });
  // A cursor goes on with the same kind of read.
  const withoutCursor = (answer: unknown) => ({ ...(answer as object), nextCursor: null });
  expect(withoutCursor(past)).toEqual(withoutCursor(head));
});

test('a revision of the middle is found by its time', async () => {
  const { revision, metadata } = await server.ledger.runs.get({
    runId: ids.runId,
    asOf: { time: await timeOf(MIDDLE) },
  });
  expect({ revision, metadata }).toEqual({ revision: MIDDLE, metadata: { n: MIDDLE } });
});
