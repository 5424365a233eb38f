import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBodyDecoder } from './body-decoder.ts';

const ENCODERS: Record<string, (bytes: Uint8Array) => Buffer> = {
  gzip: zlib.gzipSync,
  'X-GZIP': zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
  identity: Buffer.from,
};

/** Pushes bytes cut anywhere; answers what came out, and whether it was whole. */
async function decode(encoding: string, pieces: readonly Uint8Array[]) {
  const decoded: Uint8Array[] = [];
  const decoder = createBodyDecoder(encoding, (bytes) => decoded.push(bytes));
  for (const piece of pieces) decoder?.push(piece);
  const isWhole = await decoder?.end();
  return { isWhole, bytes: Buffer.concat(decoded) };
}

test.each(Object.entries(ENCODERS))('%s is undone, however the bytes are cut', async (encoding, encode) => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 2000 }),
      fc.integer({ min: 1, max: 50 }),
      async (body, size) => {
        const encoded = encode(body);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < encoded.length; at += size) pieces.push(encoded.subarray(at, at + size));
        expect(await decode(encoding, pieces)).toEqual({ isWhole: true, bytes: Buffer.from(body) });
      },
    ),
    { numRuns: 30 },
  );
});

test('what breaks off or is none of its encoding is told as not whole, and never throws', async () => {
  const encoded = zlib.gzipSync('A text that is cut. '.repeat(100));
  expect((await decode('gzip', [encoded.subarray(0, -9)])).isWhole).toBe(false);
  expect((await decode('gzip', [Buffer.from('no gzip'), Buffer.from('at all')])).isWhole).toBe(false);
});

test('an encoding that is not known, or several, have no decoder', () => {
  expect(
    ['compress', 'gzip, br', 'constructor'].map((name) => createBodyDecoder(name, () => undefined)),
  ).toEqual([null, null, null]);
});

test('a body that unfolds beyond 64 MiB is given up', async () => {
  let bytes = 0;
  const decoder = createBodyDecoder('gzip', (piece) => {
    bytes += piece.length;
  });
  decoder?.push(zlib.gzipSync(Buffer.alloc(80 * 1024 * 1024)));
  expect(await decoder?.end()).toBe(false);
  expect(bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
});
