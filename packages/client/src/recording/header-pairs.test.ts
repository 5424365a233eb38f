import { expect, test } from 'vitest';
import { toStoredHeaders } from './header-pairs.ts';

test('headers keep their order, their values and how often they came, with names in lower case', () => {
  const pairs = [
    ['X-Trace', 'b'],
    ['Via', '1.1 one'],
    ['x-trace', ' a\tcaf\xe9 '],
    ['VIA', ''],
  ] as const;
  expect(toStoredHeaders(pairs)).toEqual([
    { name: 'x-trace', value: 'b' },
    { name: 'via', value: '1.1 one' },
    { name: 'x-trace', value: ' a\tcaf\xe9 ' },
    { name: 'via', value: '' },
  ]);
  expect(toStoredHeaders(new Headers())).toEqual([]);
});

test('what may hold a credential is left out, however it is written', () => {
  const pairs = ['Set-Cookie', 'SET-COOKIE', 'X-Auth-Token', 'Authorization'].map(
    (name) => [name, 's3cret'] as const,
  );
  expect(toStoredHeaders([...pairs, ['x-request-id', '7'], ['Location', '/a?s3cret']])).toEqual([
    { name: 'x-request-id', value: '7' },
    { name: 'location', value: '/a' },
  ]);
});

test.each([
  ['a name that is no token', [['a b', '']]],
  ['a name that is too long', [['a'.repeat(1000), '']]],
  ['too many of them', Array.from({ length: 3000 }, () => ['a', ''])],
] as [string, [string, string][]][])('headers with %s are not stored in part', (_, pairs) => {
  expect(toStoredHeaders([['via', '1.1 one'], ...pairs])).toBeUndefined();
});
