import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toVisible, toVisibleParts } from './visible.ts';

test('what hides or turns a text is shown by its code, whatever plane it is of', () => {
  expect(toVisible('\u001b[31m \0 \u202e \u200b \u00ad \u3164 \u{e0041} \ud800')).toBe(
    'U+001B[31m U+0000 U+202E U+200B U+00AD U+3164 U+E0041 U+D800',
  );
});

test('lines, tabs, letters of any script and emoji, also those that are joined, are shown as they are', () => {
  const joined = '\u{1f469}\u200d\u{1f4bb} \u{1f469}\u{1f3fd}\u200d\u{1f4bb} \u{1f3f3}\ufe0f\u200d\u{1f308}';
  const text = `a\tb\nשלום ☕️ 😀 é ${joined}`;
  expect(toVisible(text)).toBe(text);
});

test('a joiner that joins no emoji is shown by its code', () => {
  expect(
    toVisible(
      'a\u200db \u{1f469}\u200d b\u200d\u{1f4bb} \u{1f469}\u200c\u{1f4bb} \u{1f469}\u200d\u200d\u{1f4bb}',
    ),
  ).toBe('aU+200Db \u{1f469}U+200D bU+200D\u{1f4bb} \u{1f469}U+200C\u{1f4bb} \u{1f469}U+200DU+200D\u{1f4bb}');
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
