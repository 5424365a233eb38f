import { LIMITS } from '@stepledger/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineBlame } from './blame-lines.ts';

/** Blames the last of the texts, whose versions count from 1. */
function blame(texts: readonly string[], line?: number): LineBlame {
  const [newest = { version: 1, text: '' }, ...older] = texts
    .map((text, index) => ({ version: index + 1, text }))
    .toReversed();
  const lines = new LineBlame(newest, line);
  for (const text of older) if (!lines.done) lines.goBack(text);
  if (!lines.done) lines.end();
  return lines;
}

test('each line is of the version that brought it', () => {
  const texts = ['a\nb\nc\n', 'a\nB\nc\n', 'new\na\nB\nc\nend'];
  expect(blame(texts).ranges()).toEqual([
    { from: 1, to: 1, version: 3 },
    { from: 2, to: 2, version: 1 },
    { from: 3, to: 3, version: 2 },
    { from: 4, to: 4, version: 1 },
    { from: 5, to: 5, version: 3 },
  ]);
  expect(blame(texts, 3).ranges()).toEqual([{ from: 3, to: 3, version: 2 }]);
});

test('a text without lines has none to blame', () => {
  expect(blame(['a', '']).ranges()).toEqual([]);
  expect(blame(['', 'a']).ranges()).toEqual([{ from: 1, to: 1, version: 2 }]);
});

test('every line stands in the version that is said to have brought it, and all lines have one', () => {
  const line = fc.constantFrom('a\n', 'b\n', '\n', 'c\r\n', '\u2028\n', '\ud800\n', '\r\n');
  const text = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', 'end', '\r'))
    .map(([lines, end]) => lines.join('') + end);
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (texts) => {
      const all = blame(texts);
      const ranges = all.ranges();
      const lines = texts.at(-1)?.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      expect(ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(lines.length);
      expect(all.count).toBe(lines.length);
      for (const { from, to, version } of ranges) {
        for (let n = from; n <= to; n++) {
          const stood = texts[(version ?? 0) - 1]?.match(/[^\n]*\n|[^\n]+$/g) ?? [];
          expect(stood).toContain(lines[n - 1]);
          expect(blame(texts, n).ranges()).toEqual([{ from: n, to: n, version }]);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('a small change in a long text that repeats its lines is found', () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `- [ ] task ${index % 100}\n`);
  const texts = [lines.join(''), lines.with(25_000, '- [x] done\n').join('')];
  expect(blame(texts).ranges()).toEqual([
    { from: 1, to: 25_000, version: 1 },
    { from: 25_001, to: 25_001, version: 2 },
    { from: 25_002, to: 50_000, version: 1 },
  ]);
});

test('it gives up on texts that are too different, once for all of them together', () => {
  const fill = (seed: number) =>
    Array.from({ length: 60_000 }, (_, index) => `${(index * seed) % 7919}\n`).join('');
  const begun = performance.now();
  const lines = blame([3, 7, 11, 13, 17, 19, 23].map(fill));
  expect(lines.tooDifferent).toBe(true);
  expect(lines.ranges()).toEqual([{ from: 1, to: 60_000, version: null }]);
  expect(performance.now() - begun).toBeLessThan(LIMITS.maxDiffMs * 8);
});

test('a text with too many lines is not looked at', () => {
  const many = '\n'.repeat(LIMITS.maxBlameLines + 1);
  expect(blame([many, `${many}\n`]).ranges()).toEqual([
    { from: 1, to: LIMITS.maxBlameLines + 2, version: null },
  ]);
  expect(blame(['a\n', many], 7).ranges()).toEqual([{ from: 7, to: 7, version: null }]);
  const older = blame([many, 'a\n']);
  expect([older.tooDifferent, older.ranges()]).toEqual([true, [{ from: 1, to: 1, version: null }]]);
});
