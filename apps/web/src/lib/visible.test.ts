import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toVisible, toVisibleParts } from './visible.ts';

test('what hides or turns a text is shown by its code, whatever plane it is of', () => {
  expect(toVisible('\u001b[31m \0 \u202e \u200b \u00ad \u3164 \u{e0041} \ud800')).toBe(
    'U+001B[31m U+0000 U+202E U+200B U+00AD U+3164 U+E0041 U+D800',
  );
});

test('lines, tabs, letters of any script and emoji are shown as they are', () => {
  const text = 'a\tb\nשלום ☕️ 😀 é';
  expect(toVisible(text)).toBe(text);
});

test('the parts of a text say the same as the whole, and none is empty', () => {
  const texts = fc.array(fc.constantFrom('a', '\u202e', '\0', '😀', '\ud800', '\n', '\u{e0041}'));
  fc.assert(
    fc.property(texts, (characters) => {
      const text = characters.join('');
      const parts = toVisibleParts(text);
      expect(parts.map((part) => part.text).join('')).toBe(toVisible(text));
      expect(parts.map((part) => part.text)).not.toContain('');
      expect(new Set(parts.map(({ at }) => at)).size).toBe(parts.length);
    }),
  );
});
