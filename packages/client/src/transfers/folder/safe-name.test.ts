import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeName } from './safe-name.ts';

test('a plain name stays what it is', () => {
  expect(['design_step', 'code-review.2', '42'].map(safeName)).toEqual([
    'design_step',
    'code-review.2',
    '42',
  ]);
});

test('no name leads out of its folder, is hidden or means a device', () => {
  const names = [
    '..',
    '.',
    '../../etc/passwd',
    'a/b',
    'a\\b',
    '.ssh',
    'CON',
    'nul.txt',
    '',
    'x\u0000y',
    'C:',
    'end.',
  ];
  for (const name of names) {
    expect(safeName(name)).toMatch(/^[a-z0-9_][a-z0-9._-]*[a-z0-9]$/);
    expect(safeName(name)).not.toMatch(/^(con|nul)(\.|$)/);
  }
});

test('different names are different files, also where case does not count', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.stringMatching(/^[a-zA-Z ./]{0,6}$/),
  );
  fc.assert(
    fc.property(name, name, (a, b) => {
      fc.pre(a !== b);
      expect(safeName(a).toLowerCase()).not.toBe(safeName(b).toLowerCase());
      expect(safeName(a).length).toBeLessThan(110);
    }),
  );
});
