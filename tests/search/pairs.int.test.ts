import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHAPTERS, type Pair } from './support/pairs.ts';

let server: TestServer;
/** The run of a text, which holds nothing else. */
const runs = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer();
  for (const text of new Set(CHAPTERS.flatMap(({ pairs }) => pairs.map((pair) => pair.text)))) {
    const run = await server.ledger.run({ key: `text ${runs.size}` });
    await run.documents.put({ kind: 'x', text });
    runs.set(text, run.id);
  }
});
afterAll(() => server.close());

describe.each(CHAPTERS)('$title', ({ pairs }) => {
  test.each([...pairs])('$search | $text | finds: $finds', async ({ search, text, finds, mode }: Pair) => {
    const filter = { run: runs.get(text) ?? '' };
    const asked = { text: search, ...(mode && { mode }) };
    const page = await server.ledger.search({ ...asked, filter });
    expect(page.items.map((hit) => hit.type)).toEqual(finds ? ['document'] : []);
    // Nor is it another text that was found, or missed, because of the filter.
    const everywhere = await server.ledger.search({ ...asked, limit: 100 }).all();
    expect(everywhere.some((hit) => hit.type === 'document' && hit.run.id === filter.run)).toBe(finds);
  });
});

test('there are at least sixty of them, for and against', () => {
  const pairs = CHAPTERS.flatMap((chapter) => chapter.pairs);
  expect(pairs.length).toBeGreaterThanOrEqual(60);
  expect(pairs.filter(({ finds }) => !finds).length).toBeGreaterThanOrEqual(20);
});
