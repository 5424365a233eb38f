import type { Stepledger } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';

const SEED = 7;
/** On a busy machine. */
const SLOW_MS = 120_000;

let server: TestServer;
let runId: string;
beforeAll(async () => {
  server = await startTestServer();
  runId = (await server.ledger.run({ key: 'bodies' })).id;
});
afterAll(() => server.close());

const call = { step: { name: 'code_step' }, messages: [{ role: 'user', content: 'prompt' }] };

/** Sends bodies as responses, and as requests and responses of attempts, and reads them back in this order. */
async function roundTrip(
  ledger: Stepledger,
  bodies: readonly Uint8Array<ArrayBuffer>[],
): Promise<Uint8Array[]> {
  const [response = new Uint8Array(), ...others] = bodies;
  const attempts = others.map((body, n) => ({
    status: 'failed' as const,
    ...(n % 2 === 0 ? { request: body } : { response: body }),
  }));
  const { exchangeId } = await ledger.exchanges.record({ runId, ...call, response, attempts });
  const exchange = await ledger.exchanges.get({ exchangeId });
  // Bytes are never taken for a text, even where they are one.
  expect(exchange.responseText).toBeNull();
  const stored = [
    exchange.response,
    ...exchange.attempts.map((attempt, n) => (n % 2 === 0 ? attempt.request : attempt.response)),
  ];
  expect(stored.map((blob) => blob?.encoding)).toEqual(bodies.map(() => 'binary'));
  expect(stored.map((blob) => blob?.size)).toEqual(bodies.map(({ length }) => length));
  return Promise.all(stored.map((blob) => ledger.blobs.get(blob?.id ?? '')));
}

const equal = (a: readonly Uint8Array[], b: readonly Uint8Array[]) =>
  a.length === b.length && a.every((bytes, index) => Buffer.compare(bytes, b[index] ?? Buffer.of(1)) === 0);

test('any bytes come back identical as bodies of an exchange', { timeout: SLOW_MS }, async () => {
  const bytes = fc.uint8Array({ maxLength: 3000, size: 'max' }).map((array) => new Uint8Array(array));
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { minLength: 6, maxLength: 20 }), async (bodies) => {
      expect(equal(await roundTrip(server.ledger, bodies), bodies)).toBe(true);
    }),
    { seed: SEED, numRuns: 8 },
  );
});

test('so do large ones, up to exactly 16 MiB, and one byte more is refused by its field', {
  timeout: SLOW_MS,
}, async () => {
  const { ledger } = server;
  const filled = (length: number) =>
    Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
  const largest = filled(LIMITS.maxTextBytes);
  const bodies = [largest, filled(LIMITS.maxBase64Bytes), filled(LIMITS.maxBase64Bytes + 1), filled(0)];
  expect(equal(await roundTrip(ledger, bodies), bodies)).toBe(true);

  const more = new Uint8Array(LIMITS.maxTextBytes + 1);
  const attempts = [{ status: 'completed' as const, response: more }];
  expect(await refusalOf(ledger.exchanges.record({ runId, ...call, response: 'ok', attempts }))).toEqual({
    code: 'BAD_INPUT',
    details: {
      issues: [
        { path: 'attempts[0].response', reason: `must be at most ${LIMITS.maxTextBytes} bytes when stored` },
      ],
    },
  });
});

test('a text and the same bytes are two bodies', async () => {
  const { ledger } = server;
  const text = '\ufeffone text\r\n';
  const attempts = [{ status: 'completed' as const, request: text, response: Buffer.from(text) }];
  const { exchangeId } = await ledger.exchanges.record({ runId, ...call, response: text, attempts });
  const { responseText, attempts: stored } = await ledger.exchanges.get({ exchangeId });
  expect(responseText).toBe(text);
  expect([stored[0]?.request?.encoding, stored[0]?.response?.encoding]).toEqual(['utf8', 'binary']);
  const bytes = await ledger.blobs.get(stored[0]?.response?.id ?? '');
  expect(Buffer.from(bytes).equals(Buffer.from(text))).toBe(true);
});
