import { LedgerError, LIMITS } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { Streams } from './streams.ts';

const unavailable = expect.objectContaining({ code: 'UNAVAILABLE' });

test('a project gets its share of subscriptions and no more, and one that ends makes room', () => {
  const streams = new Streams();
  const open = Array.from({ length: LIMITS.maxProjectSubscriptions }, () => streams.open('shop'));
  expect(() => streams.open('shop')).toThrow(unavailable);
  expect(streams.open('other').signal.aborted).toBe(false);
  open[0]?.close();
  open[0]?.close();
  expect(streams.open('shop').signal.aborted).toBe(false);
  expect(() => streams.open('shop')).toThrow(unavailable);
});

test('a server has room for so many subscriptions in all', () => {
  const streams = new Streams();
  for (let n = 0; n < LIMITS.maxSubscriptions; n++) streams.open(`project-${n % 5}`);
  expect(() => streams.open('late')).toThrow(unavailable);
});

test('a caller who is gone makes room, also one who was gone before', () => {
  const streams = new Streams();
  const caller = new AbortController();
  const open = Array.from({ length: LIMITS.maxProjectSubscriptions }, () =>
    streams.open('shop', caller.signal),
  );
  caller.abort();
  expect(open.every(({ signal }) => signal.aborted)).toBe(true);
  for (let n = 0; n <= LIMITS.maxProjectSubscriptions; n++) streams.open('shop', caller.signal);
  expect(streams.open('shop').signal.aborted).toBe(false);
});

test('the end tells all of them why, and lets no more in', () => {
  const streams = new Streams();
  const { signal } = streams.open('shop');
  streams.end();
  expect(signal.reason).toBeInstanceOf(LedgerError);
  expect(signal.reason).toEqual(unavailable);
  expect(() => streams.open('shop')).toThrow(unavailable);
});
