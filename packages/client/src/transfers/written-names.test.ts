import { expect, test } from 'vitest';
import { WrittenNames } from './written-names.ts';

test('the oldest names are forgotten, however often they were asked for', () => {
  const names = new WrittenNames(2);
  names.add('a');
  names.add('b');
  expect(names.has('a')).toBe(true);
  names.add('c');
  expect(['a', 'b', 'c'].map((name) => names.has(name))).toEqual([false, true, true]);
  names.clear();
  expect(names.has('c')).toBe(false);
});
