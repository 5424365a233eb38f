import { expect, test, vi } from 'vitest';
import { TtlCache } from './ttl-cache.ts';

const options = { maxEntries: 2, ttlMs: 1000 };
const answering = (value: string | null) => vi.fn(async () => value);

test('an answer is kept for its time and loaded again afterwards', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const cache = new TtlCache<string>(options);
    const load = answering('a');
    expect(await cache.get('key', load)).toBe('a');
    vi.advanceTimersByTime(999);
    expect(await cache.get('key', load)).toBe('a');
    expect(load).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    await cache.get('key', load);
    expect(load).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

test('null is never kept', async () => {
  const cache = new TtlCache<string>(options);
  expect(await cache.get('key', answering(null))).toBeNull();
  expect(await cache.get('key', answering('late'))).toBe('late');
});

test('the oldest entry makes room', async () => {
  const cache = new TtlCache<string>(options);
  for (const key of ['a', 'b', 'c']) await cache.get(key, answering(key));
  const load = answering('again');
  expect(await cache.get('c', load)).toBe('c');
  expect(await cache.get('b', load)).toBe('b');
  expect(await cache.get('a', load)).toBe('again');
});

test('what was being loaded while the cache was cleared is not kept', async () => {
  const cache = new TtlCache<string>(options);
  const { promise, resolve } = Promise.withResolvers<string>();
  const early = cache.get('key', () => promise);
  cache.clear();
  resolve('before');
  expect(await early).toBe('before');
  expect(await cache.get('key', answering('after'))).toBe('after');
});
