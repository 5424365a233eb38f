import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedFields } from '../ledger/support/texts.ts';
import { sendThroughEveryField, TEXTS_OF_A_ROUND_TRIP } from './all-fields.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const SEED = 20_260_101;

test('any JavaScript string comes back identical from every exact field', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  const some = { minLength: TEXTS_OF_A_ROUND_TRIP, maxLength: TEXTS_OF_A_ROUND_TRIP };
  let trip = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyText({ maxLength: 600 }), some), async (texts) => {
      trip += 1;
      const fields = await sendThroughEveryField(server.ledger, `trip-${trip}`, texts);
      expect(changedFields(fields)).toEqual([]);
    }),
    { seed: SEED, numRuns: 8, endOnFailure: true },
  );
});
