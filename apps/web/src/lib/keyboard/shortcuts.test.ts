import { expect, test } from 'vitest';
import { toKey } from './shortcuts.ts';

test('on a keyboard without Latin letters, a key is the letter that stands in its place', () => {
  expect(toKey({ key: 'л', code: 'KeyK', shiftKey: false })).toBe('k');
  expect(toKey({ key: 'Л', code: 'KeyK', shiftKey: true })).toBe('K');
  expect(toKey({ key: 'ξ', code: 'KeyJ', shiftKey: false })).toBe('j');
});

test('a key that says an ASCII character, or is no letter on any keyboard, is what it says', () => {
  // Of a Dvorak and of a German keyboard.
  expect(toKey({ key: 't', code: 'KeyK', shiftKey: false })).toBe('t');
  expect(toKey({ key: 'ü', code: 'BracketLeft', shiftKey: false })).toBe('ü');
  expect(toKey({ key: '/', code: 'Digit7', shiftKey: true })).toBe('/');
  expect(toKey({ key: 'Escape', code: 'Escape', shiftKey: false })).toBe('Escape');
});
