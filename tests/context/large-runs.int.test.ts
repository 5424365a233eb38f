import { LIMITS } from '@stepledger/contract';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { watchSql } from '../ledger/support/watch-sql.ts';

/** On a busy machine. */
const SLOW_MS = 240_000;

test('of a run of more than 10,000 documents those that come first are looked at, and the others are counted', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'large' });
  for (let page = 0; page < 11; page++) {
    const documents = Array.from({ length: page < 10 ? 1000 : 50 }, (_, n) => ({
      kind: n % 2 === 0 ? 'even' : 'odd',
      key: `${page * 1000 + n}`,
      text: `Text ${page * 1000 + n}.`,
    }));
    await run.documents.putMany(documents);
  }

  using sql = watchSql();
  const built = await run.context({ budget: 1_000_000, tokenizer: 'o200k_base' });
  const statements = sql.sent.length;

  const { manifest, parts } = built;
  expect(manifest.more).toBe(50);
  expect(manifest.documents).toHaveLength(LIMITS.maxContextDocuments);
  expect(manifest.documents[0]).toMatchObject({ key: '10049', why: 'recent', shown: 'whole' });
  expect(new Set(manifest.documents.map(({ documentId }) => documentId)).size).toBe(
    LIMITS.maxContextDocuments,
  );
  // No more can be in than an exchange can have used.
  expect(parts).toHaveLength(LIMITS.maxLinks);
  expect(manifest.documents[LIMITS.maxLinks]).toMatchObject({ shown: 'none', leftOut: 'count' });
  expect(manifest.documents.at(-1)).toMatchObject({ shown: 'none', leftOut: 'count' });
  // Revision, candidates, a page of texts for each 500, and who calls.
  expect(statements).toBeLessThanOrEqual(7);

  const odd = await run.context({
    budget: 500,
    tokenizer: 'o200k_base',
    kinds: ['odd'],
    pins: [{ kind: 'even', key: '0' }],
  });
  expect(odd.manifest.more).toBe(0);
  expect(odd.manifest.documents).toHaveLength(1 + 5025);
  expect(odd.parts.slice(0, 2).map(({ key }) => key)).toEqual(['0', '10049']);
  expect(odd.manifest.documents.at(-1)).toMatchObject({ leftOut: 'budget' });

  // A manifest of that size can be stored like any other.
  const { exchangeId } = await run.step('design_step').record({ prompt: 'p', response: 'r', context: built });
  expect((await run.exchanges.get(exchangeId)).context?.hash).toBe(built.hash);
});

test('of many large documents no more is read than the budget may hold', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'large texts' });
  const text = 'A line of a large document.\n'.repeat(40_000);
  for (let n = 0; n < 30; n++) await run.documents.put({ kind: 'large', key: `${n}`, text: `${n}\n${text}` });

  using sql = watchSql();
  const { manifest } = await run.context({ budget: 100_000, tokenizer: 'o200k_base' });

  const read = sql.sent.filter(({ text: sent }) => /FROM unnest.*wanted/s.test(sent));
  expect(read).toHaveLength(1);
  expect(read[0]?.values[1]).toHaveLength(1);
  expect(manifest.documents.map(({ shown }) => shown)).toEqual(['cut', ...Array(29).fill('none')]);
  expect(manifest.tokens).toBeGreaterThan(99_900);
});
