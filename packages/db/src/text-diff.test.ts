import { LIMITS } from '@stepledger/contract';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffTexts } from './text-diff.ts';

const line = fc.constantFrom(
  'a',
  'b',
  '',
  ' ',
  '- a',
  '+ b',
  '\\',
  '@@ -1 +1 @@',
  '\r',
  '\0',
  '\ud800',
  '\u2028',
  '\ufeff',
);
const lineBreak = fc.constantFrom('\n', '\r\n', '');
const text = fc.array(fc.tuple(line, lineBreak), { maxLength: 30 }).map((parts) => parts.flat().join(''));

function diff(from: string, to: string) {
  return diffTexts('plan', { version: 1, text: from }, { version: 2, text: to });
}

test('applying the patch to the old text gives the new one', () => {
  fc.assert(
    fc.property(text, text, (from, to) => {
      const { patch } = diff(from, to);
      if (from === to) expect(patch).toBe('');
      else expect(applyPatch(from, patch ?? '', { autoConvertLineEndings: false })).toBe(to);
    }),
    { numRuns: 3000 },
  );
});

test('a patch names both versions and counts its lines', () => {
  expect(diff('a\nb\nc\n', 'a\nB\nc\nd\n')).toEqual({
    from: 1,
    to: 2,
    added: 2,
    removed: 1,
    patch: '--- plan@1\n+++ plan@2\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d\n',
  });
});

test('equal texts have an empty patch', () => {
  expect(diff('a', 'a')).toEqual({ from: 1, to: 2, added: 0, removed: 0, patch: '' });
});

test.each([
  ['lines that repeat', '- [ ] write the test\n', '- [x] write the test\n'],
  ['blank lines', '\n', 'a\n\n'],
])('two texts of 2 MB with %s end in about the time limit', (_, from, to) => {
  const fill = (unit: string) => unit.repeat(Math.ceil(2_000_000 / unit.length));
  const begun = performance.now();
  diff(`${fill(from)}${fill(to)}`, `${fill(to)}${fill(from)}`);
  expect(performance.now() - begun).toBeLessThan(LIMITS.maxDiffMs * 8);
});

test('a small change in a long text is found', () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index % 100}\n`);
  const from = lines.join('');
  const to = lines.with(25_000, 'changed\n').join('');
  expect(diff(from, to)).toMatchObject({ added: 1, removed: 1 });
});

test('texts that are too different have no patch', () => {
  const fill = (seed: number) =>
    Array.from({ length: 60_000 }, (_, index) => `${(index * seed) % 7919}\n`).join('');
  expect(diff(fill(3), fill(7))).toEqual({ from: 1, to: 2, added: null, removed: null, patch: null });
});
