import { anyText, startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTables } from '../ledger/support/database.ts';

vi.setConfig({ testTimeout: 180_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const run = await server.ledger.run({ key: 'run' });
  await run.documents.put({ kind: 'design', text: `The login page: it's "quoted" \\ and 'so' on. 設計` });
});
afterAll(() => server.close());

/** What people and programs type, put together at random. */
const typed = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'login',
        'page',
        'OR',
        'AND',
        '-',
        '"',
        '“',
        '(',
        ')',
        ':*',
        '&',
        '|',
        '!',
        '<->',
        "'",
        '\\',
        '設',
      ),
      anyText({ maxLength: 40 }),
    ),
    { maxLength: 20 },
  )
  .chain((pieces) => fc.constantFrom('', ' ').map((glue) => pieces.join(glue).slice(0, 1000)));

test('whatever is typed is a search, in every mode', async () => {
  await fc.assert(
    fc.asyncProperty(
      typed,
      fc.constantFrom('full' as const, 'exact' as const, 'fuzzy' as const),
      fc.constantFrom('newest' as const, 'ranked' as const),
      async (text, mode, order) => {
        const { items, complete } = await server.ledger.search({ text, mode, order });
        expect(complete).toBe(true);
        for (const { snippet } of items) {
          const ends = snippet.matches.flat();
          expect(ends).toEqual(ends.toSorted((a, b) => a - b));
          expect(ends.at(-1) ?? 0).toBeLessThanOrEqual(snippet.text.length);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('whatever is written is indexed, and found by each of its plain words', async () => {
  const run = await server.ledger.run({ key: 'anything' });
  let documents = 0;
  await fc.assert(
    fc.asyncProperty(anyText({ maxLength: 20_000 }), anyText({ maxLength: 100 }), async (before, behind) => {
      documents += 1;
      const word = `needle${documents}`;
      await run.documents.put({ kind: 'any', key: word, text: `${before}\n${word}\n${behind}` });
      const { items } = await run.search(word);
      expect(items.map((hit) => hit.type === 'document' && hit.snippet.matches.length > 0)).toEqual([true]);
    }),
    { numRuns: 150 },
  );
  expect((await server.ledger.search.verify({ limit: 500 })).items).toEqual([]);
  await using tables = await openTables(server.databaseUrl);
  expect(await tables.query('SELECT 1 FROM search_pending')).toEqual([]);
});
