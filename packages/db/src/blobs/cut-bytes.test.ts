import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutBytes } from './cut-bytes.ts';

const KIB = 1024;
const SEED = 3;

/** Bytes without any order, the same for the same seed. */
function noise(seed: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, n) =>
    createHash('sha256').update(`${seed} ${n}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

const piecesOf = (bytes: Buffer) => cutBytes(bytes).map(({ start, end }) => bytes.subarray(start, end));
const namesOf = (bytes: Buffer) => piecesOf(bytes).map((piece) => piece.toString('base64'));

/** Of random, repeated and even content, and of mixtures of them. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.tuple(fc.string(), fc.nat(40 * KIB)).map(([seed, size]) => noise(seed, size)),
      fc.tuple(fc.nat(255), fc.nat(40 * KIB)).map(([byte, size]) => Buffer.alloc(size, byte)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 99 }), fc.nat(40 * KIB))
        .map(([word, size]) => Buffer.alloc(size, word)),
    ),
    { maxLength: 5 },
  )
  .map((parts) => Buffer.concat(parts));

test('the pieces are the bytes, in order, and have 2 to 16 KiB but for the last', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const pieces = piecesOf(bytes);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      const sizes = pieces.map(({ length }) => length);
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(16 * KIB);
      expect(Math.min(2 * KIB, ...sizes.slice(0, -1))).toBe(2 * KIB);
      expect(sizes).not.toContain(0);
    }),
    { seed: SEED, numRuns: 60 },
  );
});

test('bytes are cut where they were always cut: another place would share nothing with what is stored', () => {
  const spans = cutBytes(noise('golden', 64 * KIB));
  expect(spans.map(({ end }) => end)).toEqual([
    8350, 14774, 22076, 24817, 29516, 33939, 41869, 49862, 54317, 58877, 65536,
  ]);
});

test('pieces of a text have 6 KiB on average', () => {
  const count = cutBytes(noise('average', 2048 * KIB)).length;
  expect((2048 * KIB) / count).toBeGreaterThan(5 * KIB);
  expect((2048 * KIB) / count).toBeLessThan(7 * KIB);
});

test('an insertion, a change or a deletion anywhere leaves all pieces but a few as they were', () => {
  const bytes = noise('local', 1024 * KIB);
  const before = new Set(namesOf(bytes));
  fc.assert(
    fc.property(
      fc.nat(bytes.length),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(300),
      (at, inserted, removed) => {
        const changed = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
        const after = namesOf(changed);
        expect(after.filter((name) => !before.has(name)).length).toBeLessThanOrEqual(5);
        expect(after.length).toBeGreaterThan(before.size - 5);
      },
    ),
    { seed: SEED, numRuns: 60, examples: [[0, Uint8Array.of(1), 0]] },
  );
});

test('bytes that are all alike are pieces that are all alike', () => {
  const pieces = piecesOf(Buffer.alloc(1024 * KIB));
  expect(new Set(pieces.map(({ length }) => length)).size).toBe(1);
});
