import type { SearchHit } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTables } from '../ledger/support/database.ts';

vi.setConfig({ testTimeout: 180_000 });

const DOCUMENTS = 400;
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const run = await server.ledger.run({ key: 'run' });
  for (let n = 0; n < DOCUMENTS; n++) {
    const words = [
      'every',
      n % 25 === 0 ? 'common' : '',
      n % 100 === 1 ? 'seldom' : '',
      n < 30 ? 'early' : '',
      n === 123 ? 'single' : '',
      n % 2 === 0 ? 'big small' : 'small big',
    ];
    await run.documents.put({ kind: n % 10 === 0 ? 'ten' : 'x', key: `${n}`, text: words.join(' ') });
  }
  await server.ledger.search('every');
  // As if each period had a few texts only: the way back through them is then long.
  await using tables = await openTables(server.databaseUrl);
  await tables.query('DELETE FROM search_bucket');
  await tables.query(
    `INSERT INTO search_bucket SELECT project_id, at, row_number() OVER (ORDER BY at) - 1, 0, false FROM (
      SELECT project_id, CASE n WHEN 1 THEN 0 ELSE at END AS at, n FROM (
        SELECT project_id, at, row_number() OVER (ORDER BY at) AS n FROM search_chunk) c) c
    WHERE n % 4 = 1`,
  );
  let cursor: string | null = null;
  do {
    const answer: { nextCursor: string | null } = await server.ledger.search.rebuild({
      limit: 1000,
      ...(cursor !== null && { cursor }),
    });
    cursor = answer.nextCursor;
  } while (cursor !== null);
});
afterAll(() => server.close());

const numberOf = (hit: SearchHit) => (hit.type === 'document' ? Number(hit.key) : -1);
const numbers = (fits: (n: number) => boolean) => {
  return Array.from({ length: DOCUMENTS }, (_, n) => n)
    .filter(fits)
    .toReversed();
};

test.each([
  ['every', () => true],
  ['common', (n: number) => n % 25 === 0],
  ['seldom', (n: number) => n % 100 === 1],
  ['early', (n: number) => n < 30],
  ['single', (n: number) => n === 123],
  ['nothing', () => false],
  ['"big small"', (n: number) => n % 2 === 0],
  ['every -common', (n: number) => n % 25 !== 0],
  ['-every', () => false],
  ['common OR seldom', (n: number) => n % 25 === 0 || n % 100 === 1],
])('%s is found newest first, each once, over all pages of any size', async (text, fits) => {
  const all = numbers(fits);
  for (const limit of [1, 7, 100]) {
    const some = limit === 1 ? all.slice(0, 15) : all;
    const found: number[] = [];
    for await (const hit of server.ledger.search({ text, limit, facets: false })) {
      found.push(numberOf(hit));
      if (found.length === some.length && limit === 1) break;
    }
    expect({ limit, found }).toEqual({ limit, found: some });
  }
});

test('a filter holds on every page', async () => {
  const found = await server.ledger.search({ text: 'every', filter: { kind: 'ten' }, limit: 9 }).all();
  expect(found.map(numberOf)).toEqual(numbers((n) => n % 10 === 0));
});

test('since and until begin and end the pages in the middle', async () => {
  const hits = await server.ledger.search({ text: 'every', limit: 100 }).all();
  const [from, to] = [hits[300]?.at ?? '', hits[100]?.at ?? ''];
  const filter = { since: from, until: to };
  const found = await server.ledger.search({ text: 'every', filter, limit: 30 }).all();
  expect(found.map(numberOf)).toEqual(hits.filter(({ at }) => at >= from && at < to).map(numberOf));
});

test('nothing is found between a time and an earlier one', async () => {
  const filter = { since: '2100-01-01T00:00:00Z', until: '2000-01-01T00:00:00Z' };
  expect(await server.ledger.search({ text: 'every', filter })).toMatchObject({
    items: [],
    nextCursor: null,
  });
});

test('ranking compares the newest 200 matches, and says so', async () => {
  const page = await server.ledger.search({ text: 'every', order: 'ranked', limit: 50 });
  expect(page.ranking).toEqual({ compared: 200, complete: false });
  const all = await server.ledger.search({ text: 'every', order: 'ranked', limit: 50 }).all();
  expect(all.map(numberOf).toSorted((a, b) => b - a)).toEqual(numbers((n) => n >= DOCUMENTS - 200));
  expect(all.map(({ rank }) => rank)).toEqual(all.map(({ rank }) => rank).toSorted((a, b) => b - a));
  const few = await server.ledger.search({ text: 'seldom', order: 'ranked' });
  expect(few.ranking).toEqual({ compared: 4, complete: true });
});

test('facets count the newest matches, and say when there are more', async () => {
  const { facets } = await server.ledger.search('every');
  expect(facets).toMatchObject({ estimated: true, type: [{ value: 'document', count: facets?.counted }] });
  const few = await server.ledger.search({ text: 'common', limit: 1 });
  expect(few.facets?.counted).toBeGreaterThan(0);
  const rare = await server.ledger.search({ text: 'seldom' });
  expect(rare.facets).toMatchObject({ counted: 4, estimated: false, kind: [{ value: 'x', count: 4 }] });
  const second = await server.ledger.search.query({ text: 'common', limit: 1, cursor: few.nextCursor ?? '' });
  expect(second.facets).toBeNull();
});

test('a better match ranks first', async () => {
  const run = await server.ledger.run({ key: 'ranks' });
  await run.documents.put({ kind: 'title', title: 'Kangaroos', text: 'About them.' });
  await run.documents.put({ kind: 'often', text: 'Kangaroo, kangaroo and kangaroo.' });
  await run.documents.put({ kind: 'once', text: `A kangaroo. ${'Something else. '.repeat(50)}` });
  const { items } = await run.search({ text: 'kangaroo', order: 'ranked' });
  expect(items.map((hit) => hit.type === 'document' && hit.kind)).toEqual(['title', 'often', 'once']);
});

test('what is no cursor of a search is refused', async () => {
  const { nextCursor } = await server.ledger.search({ text: 'every', limit: 1 });
  const cursor = nextCursor ?? '';
  const other = server.ledger.search.query({ text: 'every', order: 'ranked', cursor });
  await expect(other).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const made = Buffer.from(JSON.stringify([1, 'search, newest', 'x', '', 1, 1])).toString('base64url');
  await expect(server.ledger.search.query({ text: 'every', cursor: made })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
});
