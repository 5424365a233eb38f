import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultAnswer, textOfBytes, toPieces } from './answer-text.ts';

test('pieces are the text, none parts a surrogate pair', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), (text, length) => {
      const pieces = toPieces(text, length);
      expect(pieces.join('')).toBe(text);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
      expect(pieces.length).toBeGreaterThan(0);
    }),
  );
});

test('a text has exactly the bytes that are asked for', () => {
  fc.assert(
    fc.property(fc.nat(5_000), (bytes) => {
      expect(Buffer.byteLength(textOfBytes(bytes))).toBe(bytes);
    }),
  );
});

test('the default answer is the same for the same request and holds what a parser may trip over', () => {
  const answer = defaultAnswer({ sha256: 'ab'.repeat(32) });
  expect(defaultAnswer({ sha256: 'ab'.repeat(32) })).toBe(answer);
  expect(defaultAnswer({ sha256: 'cd'.repeat(32) })).not.toBe(answer);
  for (const part of ['\r\n```ts\r\n', '"', "'", '\u{1f469}\u200d\u{1f4bb}', '- [ ] '])
    expect(answer).toContain(part);
});
