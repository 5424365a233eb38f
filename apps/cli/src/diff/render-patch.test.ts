import { expect, test } from 'vitest';
import { renderPatch } from './render-patch.ts';

test('a patch is coloured by its lines, and lines that look like headers are not taken for them', () => {
  const patch = [
    '--- a@1',
    '+++ a@2',
    '@@ -1,2 +1,2 @@',
    ' same\ttab',
    '--- gone',
    '+++ new\x1b[0m',
    '',
  ].join('\n');
  expect(renderPatch(patch, (format, text) => `<${String(format)}>${text}`)).toBe(
    [
      '<bold>--- a@1',
      '<bold>+++ a@2',
      '<cyan>@@ -1,2 +1,2 @@',
      ' same\ttab',
      '<red>--- gone',
      '<green>+++ new\\x1b[0m',
      '',
    ].join('\n'),
  );
});
