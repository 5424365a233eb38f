import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance } from './edit-distance.ts';

test.each([
  ['design', 'design', 0],
  ['desing', 'design', 1],
  ['authentcation', 'authentication', 1],
  ['authnetication', 'authentication', 1],
  ['pasword', 'password', 1],
  ['abcd', 'badc', 2],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('%s is %s but for %i', (from, to, distance) => {
  expect(editDistance(from, to, 5)).toBe(distance);
  expect(editDistance(to, from, 5)).toBe(distance);
});

test('beyond its limit it only says that it is beyond', () => {
  const words = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(words, words, fc.integer({ min: 0, max: 3 }), (from, to, limit) => {
      const exact = editDistance(from, to, 100);
      const limited = editDistance(from, to, limit);
      expect(exact <= limit ? limited === exact : limited > limit).toBe(true);
    }),
  );
});
