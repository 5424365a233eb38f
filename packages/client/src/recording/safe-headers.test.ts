import { LIMITS } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { toSafeHeaders } from './safe-headers.ts';

test('headers keep their order, their values and how often they came, with names in lower case', () => {
  const pairs = [
    ['X-Trace', 'b'],
    ['Via', '1.1 one'],
    ['x-trace', ' a\tcaf\xe9 '],
    ['VIA', ''],
  ] as const;
  expect(toSafeHeaders(pairs)).toEqual([
    { name: 'x-trace', value: 'b' },
    { name: 'via', value: '1.1 one' },
    { name: 'x-trace', value: ' a\tcaf\xe9 ' },
    { name: 'via', value: '' },
  ]);
  expect(toSafeHeaders(new Headers())).toEqual([]);
});

test('what may hold a credential is left out, however it is written', () => {
  const pairs = ['Set-Cookie', 'SET-COOKIE', 'X-Auth-Token', 'Authorization'].map(
    (name) => [name, 's3cret'] as const,
  );
  expect(toSafeHeaders([...pairs, ['x-request-id', '7']])).toEqual([{ name: 'x-request-id', value: '7' }]);
});

test.each([
  ['https://user:s3cret@host.example/a?sig=s3cret&alt=sse#s3cret', 'https://host.example/a?alt=sse'],
  ['/a/b?token=s3cret', '/a/b'],
  ['b#s3cret', 'b'],
  ['//user:s3cret@host.example/a?s3cret', '//host.example/a'],
  ['data:text/plain,s3cret', 'data:'],
])('the address %s is kept without its secrets', (address, safe) => {
  for (const name of ['Location', 'content-location']) {
    expect(toSafeHeaders([[name, address]])).toEqual([{ name: name.toLowerCase(), value: safe }]);
  }
});

test('more than can be stored is not stored in part', () => {
  expect(toSafeHeaders([['x-long', 'x'.repeat(LIMITS.maxHeadersLength)]])).toBeUndefined();
  const many = Array.from({ length: LIMITS.maxHeaders + 1 }, () => ['a', 'b'] as const);
  expect(toSafeHeaders(many)).toBeUndefined();
});
