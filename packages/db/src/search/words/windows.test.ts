import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SHORT_WINDOW_LENGTH, WINDOW_LENGTH, windowsOf } from './windows.ts';

/** Any JavaScript string, lone surrogates and NUL among them. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 3_000 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 3_000, size: 'large' })
    .map((units) => units.map((unit) => String.fromCharCode(unit)).join('')),
);

const texts = fc
  .tuple(anyText, fc.integer({ min: 0, max: 20 }), fc.constantFrom('', ' ', 'x'.repeat(3_000)))
  .map(([text, times, glue]) => Array(times).fill(text).join(glue));

test.each([WINDOW_LENGTH, SHORT_WINDOW_LENGTH])('pieces of %i cover a text, overlap and end', (length) => {
  fc.assert(
    fc.property(texts, (text) => {
      const windows = [...windowsOf(text, length)];
      expect(windows[0]?.start).toBe(0);
      expect(windows.at(-1)?.end).toBe(text.length);
      for (const [index, { start, end }] of windows.entries()) {
        expect(end - start).toBeLessThanOrEqual(length);
        const next = windows[index + 1];
        // What is searched for has 1,000 code units at most.
        if (next) expect(end - next.start).toBeGreaterThanOrEqual(1_000);
        if (next) expect(next.start).toBeGreaterThan(start);
      }
    }),
  );
});

test('no pair of surrogates is cut', () => {
  const text = '🚀'.repeat(20_000);
  for (const { start, end } of windowsOf(text)) expect(text.slice(start, end).isWellFormed()).toBe(true);
});
