import type { JsonObject, JsonValue } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const SEED = 8;
/** On a busy machine. */
const SLOW_MS = 120_000;

const NUMBERS = [0, -0, 1.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2 ** 53, -(2 ** 53) - 2, 0.1 + 0.2];
const key = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((name) => name !== '__proto__' && !name.includes('\0'));
const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((value) => !value.includes('\0'));

const { value } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    fc.constantFrom<JsonValue>(null, true, false, ...NUMBERS),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const metadata = fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });

/** What JSON makes of it: -0 is 0. */
const asJson = (object: JsonObject): unknown => JSON.parse(JSON.stringify(object));

test('any JSON object comes back equal as metadata', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  let trip = 0;
  const objects = fc.array(metadata, { minLength: 7, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(objects, async (sent) => {
      trip += 1;
      const name = `trip ${trip}`;
      const [ofRun, ofUpdate, ofExchange, parameters, ofDocument, ofPrompt, ofWorkflow] = sent;
      const run = await ledger.run({ key: name, metadata: ofRun });
      const started = await run.get();
      await run.update({ metadata: ofUpdate });
      const { exchangeId, documents } = await run.step('design_step').record({
        prompt: 'prompt',
        response: 'response',
        metadata: ofExchange,
        parameters,
        documents: [{ kind: 'design', text: 'text', metadata: ofDocument }],
      });
      await ledger.prompts.put({ name, template: 'template', metadata: ofPrompt });
      await ledger.workflows.define({ name, steps: [{ name: 'a' }], metadata: ofWorkflow });
      const [updated, exchange, document, prompt, workflow] = await Promise.all([
        run.get(),
        run.exchanges.get(exchangeId),
        ledger.document(documents[0]?.id ?? ''),
        ledger.prompts.get({ name }),
        ledger.workflows.get({ name }),
      ]);

      expect([
        started.metadata,
        updated.metadata,
        exchange.metadata,
        exchange.parameters,
        document.metadata,
        prompt.metadata,
        workflow.metadata,
      ]).toEqual(sent.map(asJson));
      // Parameters are kept as they were sent, down to the order of their fields.
      expect(JSON.stringify(exchange.parameters)).toBe(JSON.stringify(parameters));
    }),
    { seed: SEED, numRuns: 8, endOnFailure: true },
  );
});
