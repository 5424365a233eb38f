import { type BlobEncoding, LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { KIB, letters, THRESHOLD } from './support/texts.ts';

const SEED = 11;
/** On a busy machine. */
const SLOW_MS = 120_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Below, at and above the threshold, and well above it. */
const anySize = fc.oneof(
  fc.integer({ min: THRESHOLD - 3, max: THRESHOLD + 3 }),
  fc.integer({ min: THRESHOLD, max: 300 * KIB }),
);

/** What bytes are made of, since that is printed when a test fails: noise, and then one word again and again. */
const anyMakeup = fc.record({
  size: anySize,
  word: fc.uint8Array({ minLength: 1, maxLength: 50 }),
  seed: fc.string(),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** The same for a text: its characters of one to four bytes, NUL, BOM and surrogates lie on both sides of cuts. */
const anyWording = fc.record({
  size: anySize,
  nasty: fc.constantFrom('', '\0', '\ud800', '\ufeff', 'é\u{1f469}', '\r\n', '\udc00\ud800'),
  word: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  seed: fc.string(),
});

type Made<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

function makeBytes({ size, word, seed, share }: Made<typeof anyMakeup>): Buffer {
  const noise = Buffer.from(letters(seed, Math.round(size * share)));
  return Buffer.concat([noise, Buffer.alloc(size - noise.length, word)]);
}

function makeText({ size, nasty, word, seed }: Made<typeof anyWording>): string {
  const fill = `${nasty}${word}${letters(seed, 100)}`;
  return `${nasty}${fill.repeat(Math.ceil(size / fill.length))}`.slice(0, size) + nasty;
}

test.each(['utf8', 'utf16le', 'binary'] as const)(
  'large bytes put as %s come back as they were',
  {
    timeout: SLOW_MS,
  },
  async (encoding: BlobEncoding) => {
    const { blobs } = server.ledger;
    await fc.assert(
      fc.asyncProperty(anyMakeup, async (makeup) => {
        const sent = asText(encoding, makeBytes(makeup));
        const { id, size } = await blobs.put(sent, { encoding });
        expect(size).toBe(sent.length);
        expect(Buffer.compare(await blobs.get(id), sent)).toBe(0);
      }),
      { seed: SEED, numRuns: 25 },
    );
  },
);

/** Bytes that are a text in the encoding, and as many of them. */
function asText(encoding: BlobEncoding, bytes: Buffer): Uint8Array<ArrayBuffer> {
  if (encoding === 'utf8') return new Uint8Array(bytes.map((byte) => byte & 0x7f || 1));
  return new Uint8Array(bytes.subarray(0, encoding === 'utf16le' ? bytes.length & ~1 : bytes.length));
}

test('a large text comes back as the same string, as a document, a message and a response', {
  timeout: SLOW_MS,
}, async () => {
  const run = await server.ledger.run({ key: 'large texts' });
  await fc.assert(
    fc.asyncProperty(anyWording, anyWording, async (words, others) => {
      const [text, other] = [makeText(words), makeText(others)];
      const { exchangeId, documents } = await run.step('code_step').record({
        prompt: [{ role: 'user', content: other }],
        response: text,
        // The text is both response and document: one blob.
        documents: [
          { kind: 'code', text },
          { kind: 'design', text: other },
        ],
      });
      const exchange = await run.exchanges.get(exchangeId);
      expect(exchange.messages[0]?.content === other).toBe(true);
      expect(exchange.responseText === text).toBe(true);
      const read = await Promise.all(documents.map(({ kind }) => run.documents.get(kind)));
      expect(read.map((document) => document.text === (document.kind === 'code' ? text : other))).toEqual([
        true,
        true,
      ]);
    }),
    { seed: SEED, numRuns: 20 },
  );
});

test('the history of a large document has the text of each version', { timeout: SLOW_MS }, async () => {
  const run = await server.ledger.run({ key: 'history' });
  const texts = Array.from(
    { length: 6 },
    (_, n) => `${letters('first half', 40 * KIB)}${n}${letters('second half', 40 * KIB)}`,
  );
  const document = await run.documents.put({ kind: 'code', text: texts[0] ?? '' });
  for (const text of texts.slice(1)) await document.update(text);

  const { items } = await server.ledger.documents.history({ documentId: document.id, withText: true });

  const stored = items.sort((a, b) => a.version - b.version).map(({ text }) => text);
  expect(stored.map((text, n) => text === texts[n])).toEqual(texts.map(() => true));
});

test.each([
  ['zeros', () => Buffer.alloc(LIMITS.maxTextBytes)],
  ['one word again and again', () => Buffer.alloc(LIMITS.maxTextBytes, 'again and again, ')],
  ['letters without order', () => Buffer.from(letters('16 MiB', LIMITS.maxTextBytes))],
])('16 MiB of %s come back', { timeout: SLOW_MS }, async (_what, make) => {
  const { blobs } = server.ledger;
  const bytes = new Uint8Array(make());
  const { id } = await blobs.put(bytes);
  expect(Buffer.compare(await blobs.get(id), bytes)).toBe(0);
});

test('all of them keep the laws', { timeout: SLOW_MS }, async () => {
  await using tables = await openTables(server.databaseUrl);
  const { 'no blob is without a row that refers to it': _, ...broken } = await brokenLaws(tables);
  expect(broken).toEqual({});
});
