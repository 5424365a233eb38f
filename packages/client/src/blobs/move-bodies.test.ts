import { type Blob, type BlobEncoding, LIMITS } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { jsonBytes } from './encoding.ts';
import { HTTP_LIMITS, LOCAL_LIMITS, moveBodies } from './move-bodies.ts';

function openStore() {
  const stored: { encoding: BlobEncoding; size: number }[] = [];
  const put = async ({ encoding, bytes }: { encoding: BlobEncoding; bytes: Uint8Array }): Promise<Blob> => {
    stored.push({ encoding, size: bytes.length });
    return { id: `blob-${stored.length}`, encoding, size: bytes.length };
  };
  return { stored, put };
}

test('a text goes inside the call up to 1 MB of JSON and by itself above', async () => {
  const { stored, put } = openStore();
  const at = 'a'.repeat(999_998);

  const inside = await moveBodies({ path: 'documents.put', input: { text: at } }, HTTP_LIMITS, put);
  const apart = await moveBodies({ path: 'documents.put', input: { text: `${at}a` } }, HTTP_LIMITS, put);

  expect(inside).toEqual({ input: { text: at }, large: true });
  expect(apart).toEqual({ input: { text: { blob: 'blob-1' } }, large: false });
  expect(stored).toEqual([{ encoding: 'utf8', size: 999_999 }]);
});

test('what counts is the size in JSON, not the number of characters', async () => {
  const { stored, put } = openStore();
  const call = (text: string) => moveBodies({ path: 'documents.update', input: { text } }, HTTP_LIMITS, put);

  await call('é'.repeat(400_000));
  expect(stored).toEqual([]);
  await call('é'.repeat(600_000));
  await call('\0'.repeat(200_000));
  expect(stored).toEqual([
    { encoding: 'utf8', size: 1_200_000 },
    { encoding: 'utf16le', size: 400_000 },
  ]);
});

test('20 calls that may share a batch fit into one body', async () => {
  const { put } = openStore();
  const input = { text: 'a'.repeat(899_000) };
  const { large } = await moveBodies({ path: 'documents.put', input }, HTTP_LIMITS, put);

  expect(large).toBe(false);
  expect(20 * jsonBytes(input)).toBeLessThan(20_000_000);
  const more = { text: 'a'.repeat(901_000) };
  expect((await moveBodies({ path: 'documents.put', input: more }, HTTP_LIMITS, put)).large).toBe(true);
});

test('many texts that fit one by one but not together go by themselves, the largest first, until they do', async () => {
  const { stored, put } = openStore();
  const documents = [
    { kind: 'small', text: 'small' },
    ...Array.from({ length: 30 }, (_, index) => ({
      kind: 'large',
      key: String(index),
      text: 'x'.repeat(900_000),
    })),
    { kind: 'largest', text: 'y'.repeat(990_000) },
  ];

  const { input, large } = await moveBodies(
    { path: 'documents.putMany', input: { documents } },
    HTTP_LIMITS,
    put,
  );

  expect(large).toBe(true);
  expect(jsonBytes(input)).toBeLessThanOrEqual(19_000_000);
  expect(jsonBytes(input)).toBeGreaterThan(18_000_000);
  expect(stored[0]?.size).toBe(990_000);
  expect(stored.slice(1).every(({ size }) => size === 900_000)).toBe(true);
});

test('bytes go inside as base64 while that is small, and by themselves above', async () => {
  const { stored, put } = openStore();
  const small = new Uint8Array([0, 255, 128]);
  const large = new Uint8Array(800_000);

  const { input } = await moveBodies(
    { path: 'exchanges.record', input: { response: large, attempts: [{ request: small, response: small }] } },
    HTTP_LIMITS,
    put,
  );

  expect(input).toEqual({
    response: { blob: 'blob-1' },
    attempts: [{ request: { base64: 'AP+A' }, response: { base64: 'AP+A' } }],
  });
  expect(stored).toEqual([{ encoding: 'binary', size: 800_000 }]);
});

test('base64 of the caller that is too large for a call goes by itself too', async () => {
  const { stored, put } = openStore();
  const base64 = Buffer.alloc(900_000).toString('base64');

  const { input } = await moveBodies(
    { path: 'exchanges.complete', input: { response: { base64 } } },
    HTTP_LIMITS,
    put,
  );

  expect(input).toEqual({ response: { blob: 'blob-1' } });
  expect(stored).toEqual([{ encoding: 'binary', size: 900_000 }]);
});

test('in one process texts stay where they are, and bytes too large for base64 go to the store', async () => {
  const { stored, put } = openStore();
  const text = 'a'.repeat(16_000_000);
  const call = (input: object) => moveBodies({ path: 'exchanges.record', input }, LOCAL_LIMITS, put);

  expect(await call({ documents: [{ text }], response: new Uint8Array(3) })).toEqual({
    input: { documents: [{ text }], response: { base64: 'AAAA' } },
    large: false,
  });
  expect((await call({ response: new Uint8Array(2_000_000) })).input).toEqual({
    response: { blob: 'blob-1' },
  });
  expect(stored).toEqual([{ encoding: 'binary', size: 2_000_000 }]);
});

test('what JSON cannot carry is refused before anything is sent', async () => {
  const { put } = openStore();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  for (const metadata of [{ count: 1n }, circle]) {
    await expect(
      moveBodies({ path: 'runs.start', input: { key: 'a', metadata } }, HTTP_LIMITS, put),
    ).rejects.toMatchObject({ code: 'BAD_INPUT' });
  }
});

test('bodies that are too large are refused by name before any is stored', async () => {
  const { stored, put } = openStore();
  const fits = 'a'.repeat(LIMITS.maxTextBytes);
  const documents = [
    { text: fits },
    { text: `${fits}a` },
    { text: `\ud800${fits.slice(LIMITS.maxTextBytes / 2)}` },
  ];
  const response = new Uint8Array(LIMITS.maxTextBytes + 1);

  const refused = moveBodies({ path: 'exchanges.record', input: { response, documents } }, HTTP_LIMITS, put);

  await expect(refused).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: {
      issues: ['response', 'documents[1].text', 'documents[2].text'].map((path) => ({
        path,
        reason: 'must be at most 16777216 bytes when stored',
      })),
    },
  });
  expect(stored).toEqual([]);
});
