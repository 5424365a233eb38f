import type { Stepledger } from '@stepledger/client';
import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const SEED = 16;

/** Two texts that differ in one lone surrogate only: as UTF-8 they would be the same bytes. */
const pairs = fc
  .tuple(
    anyText({ maxLength: 40 }),
    fc.uniqueArray(fc.integer({ min: 0xd800, max: 0xdfff }), { minLength: 2, maxLength: 2 }),
    anyText({ maxLength: 40 }),
  )
  .map(([before, surrogates, after]) => {
    // Blanks around it, so that no neighbour makes a pair of it.
    const [one = '', other = ''] = surrogates.map(
      (unit) => `${before} ${String.fromCharCode(unit)} ${after}`,
    );
    return { one, other };
  });

let pair = 0;

async function checkPair(ledger: Stepledger, { one, other }: { one: string; other: string }): Promise<void> {
  pair += 1;
  const name = `pair ${pair}`;
  const { id: runId } = await ledger.run({ key: name });
  const step = { name: 'design_step' };

  // As documents and as messages of a chain, all stored by one call.
  const record = (last: string) =>
    ledger.exchanges.record({
      runId,
      step,
      messages: [one, last, one].map((content) => ({ role: 'user', content })),
      response: last,
      documents: [
        { kind: 'one', text: one },
        { kind: 'other', text: other },
      ],
    });
  const [first, second] = [await record(one), await record(other)];
  const exchanges = await Promise.all(
    [first, second].map(({ exchangeId }) => ledger.exchanges.get({ exchangeId })),
  );
  expect(exchanges.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
    [one, one, one],
    [one, other, one],
  ]);
  expect(exchanges.map(({ responseText }) => responseText)).toEqual([one, other]);
  const { items } = await ledger.documents.list({ runId });
  expect(items.map(({ text }) => text)).toEqual([one, other]);
  expect(new Set(items.map(({ content }) => content?.id)).size).toBe(2);

  // As versions of a prompt and of a document.
  const saved = [
    await ledger.prompts.put({ name, template: one }),
    await ledger.prompts.put({ name, template: other }),
    await ledger.prompts.put({ name, template: other }),
  ];
  expect(saved.map(({ version, created }) => [version, created])).toEqual([
    [1, true],
    [2, true],
    [2, false],
  ]);
  const versions = await ledger.prompts.history({ name });
  expect(versions.items.map(({ template }) => template[0]?.text)).toEqual([one, other]);

  // As inputs under one idempotency key, in a text and in a field beside it.
  const put = (text: string, note: string) =>
    ledger.documents.put({ idempotencyKey: name, runId, kind: 'once', text, note });
  const written = await put(one, one);
  expect(await put(one, one)).toEqual(written);
  const refusals = [await refusalOf(put(other, one)), await refusalOf(put(one, other))];
  expect(refusals.map(({ code }) => code)).toEqual(['IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_CONFLICT']);
}

test('two strings that differ only in a lone surrogate stay two', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  await fc.assert(
    fc.asyncProperty(pairs, (texts) => checkPair(server.ledger, texts)),
    { seed: SEED, numRuns: 6, endOnFailure: true },
  );
});
