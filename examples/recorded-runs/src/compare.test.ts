import { expect, test } from 'vitest';
import { compare, newComparison } from './compare.ts';

const reasons = (source: unknown, stored: unknown) => {
  const comparison = newComparison();
  compare(source, stored, 'it', comparison);
  return comparison.mismatches.map(({ path, reason }) => `${path} ${reason}`);
};

test('equal values have no mismatch, whatever the order of their keys, and their texts are counted', () => {
  const comparison = newComparison();
  compare({ a: ['x', 1, null], b: { c: 'yz' } }, { b: { c: 'yz' }, a: ['x', 1, null] }, 'it', comparison);
  expect(comparison).toEqual({ texts: 2, units: 3, mismatches: [] });
});

test.each([
  ['a dropped field', { a: 'x' }, {}, 'it.a is absent instead of "x"'],
  ['an added field', {}, { a: 'x' }, 'it.a is "x" instead of absent'],
  ['a missing item', ['x', 'y'], ['x'], 'it has 1 items instead of 2'],
  ['an added item', ['x'], ['x', 'y'], 'it has 2 items instead of 1'],
  ['null for an empty text', '', null, 'it is null instead of ""'],
  ['a trimmed text', 'x ', 'x', 'it differs at unit 1: "x" instead of "x " (1 units, not 2)'],
  ['another line end', 'a\r\nb', 'a\nb', 'it differs at unit 1'],
  ['another lone surrogate', '\ud800', '\ud801', 'it differs at unit 0'],
])('%s is a mismatch', (_name, source, stored, reason) => {
  expect(reasons(source, stored)[0]).toContain(reason);
});
