import { expect, test } from 'vitest';
import { unavailable, unexpectedAnswer, unreachable } from '../errors/client-errors.ts';
import { createRetryPolicy, DEFAULT_RETRY, isRetryable, retryDelayMs } from './retry-policy.ts';

const options = { minDelayMs: 100, maxDelayMs: 5000 };

test('a delay lies between half and the whole of a length that doubles up to its most', () => {
  for (let attempts = 1; attempts <= 60; attempts++) {
    const longest = Math.min(5000, 100 * 2 ** (attempts - 1));
    expect(retryDelayMs(attempts, options, () => 0)).toBe(longest / 2);
    expect(retryDelayMs(attempts, options, () => 0.999_999)).toBeLessThan(longest);
    const drawn = retryDelayMs(attempts, options);
    expect(drawn).toBeGreaterThanOrEqual(longest / 2);
    expect(drawn).toBeLessThan(longest);
  }
});

test('two clients that failed together do not come back together', () => {
  const delays = Array.from({ length: 20 }, () => retryDelayMs(5, options));
  expect(new Set(delays).size).toBe(20);
});

test('before the first answer ever a call is tried 3 times, then as often as wished', () => {
  const contact = { made: false };
  const policy = createRetryPolicy(DEFAULT_RETRY, contact);
  const error = unreachable('http://localhost', new TypeError('fetch failed'));
  const tries = () => [1, 2, 3, 9, 10].map((attempts) => policy.shouldRetry(error, attempts));

  expect(tries()).toEqual([true, true, false, false, false]);
  contact.made = true;
  expect(tries()).toEqual([true, true, true, true, false]);
});

test('a broken way and a busy server may pass, a wrong certificate or a wrong server will not', () => {
  const certificate = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });

  expect(isRetryable(unreachable('https://localhost', new TypeError('fetch failed')))).toBe(true);
  expect(isRetryable(unavailable('http://localhost', 503))).toBe(true);
  expect(
    isRetryable(unreachable('https://localhost', new TypeError('fetch failed', { cause: certificate }))),
  ).toBe(false);
  expect(isRetryable(unexpectedAnswer({ url: 'http://localhost', status: 200 }, 'Check the url.'))).toBe(
    false,
  );
  expect(isRetryable(new TypeError('a bug of the caller'))).toBe(false);
});
