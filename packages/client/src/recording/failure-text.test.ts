import { LIMITS } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { toFailureText } from './failure-text.ts';

test('an error is told with its causes and their codes', () => {
  const refused = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
  const cause = new AggregateError([refused], 'all failed');
  expect(toFailureText(new TypeError('fetch failed', { cause }))).toBe(
    'TypeError: fetch failed: AggregateError: all failed: Error: connect refused (ECONNREFUSED)',
  );
  expect(toFailureText(new DOMException('', 'AbortError'))).toBe('AbortError');
});

test('whatever is thrown has a text', () => {
  expect([undefined, null, 'enough', 7, Symbol('s'), Object.create(null)].map(toFailureText)).toEqual([
    'undefined',
    'An object that is no Error',
    'enough',
    '7',
    'Symbol(s)',
    'An object that is no Error',
  ]);
  const circular = new Error('round');
  circular.cause = circular;
  expect(toFailureText(circular).length).toBeLessThan(200);
  expect(toFailureText(new Error('x'.repeat(LIMITS.maxErrorLength)))).toHaveLength(LIMITS.maxErrorLength);
});

test('no key comes through that fetch names in its errors', async () => {
  const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
  const headers = { authorization: 'Bearer sk-"s3cret"\n\n' };
  const errors = await Promise.all([
    caught(fetch('http://127.0.0.1:1', { headers: { authorization: 'Bearer sk-"s3cret"\u0000x' } })),
    caught((async () => new Headers(headers).set('a', 'Bearer "s3cret"\u0000'))()),
    caught(fetch('http://me:s3cret@127.0.0.1:1/v1?key=s3cret')),
    caught(fetch('http://127.0.0.1:99999/?key=s3cret')),
  ]);
  for (const error of errors) {
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toContain('s3cret');
    expect(toFailureText(error)).not.toContain('s3cret');
  }
  const timeout = Object.assign(new Error('Headers Timeout Error'), { code: 'UND_ERR_HEADERS_TIMEOUT' });
  expect(toFailureText(timeout)).toBe('Error: Headers Timeout Error (UND_ERR_HEADERS_TIMEOUT)');
});
