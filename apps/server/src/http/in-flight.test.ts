import { expect, test } from 'vitest';
import { WorkInFlight } from './in-flight.ts';

test('it is idle once all work has ended, also work that failed', async () => {
  const work = new WorkInFlight();
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const results = [work.run(() => first.promise), work.run(() => second.promise)];
  let idle = false;
  const waiting = work.idle().then(() => {
    idle = true;
  });
  expect(work.count).toBe(2);

  first.resolve('done');
  await results[0];
  expect([work.count, idle]).toEqual([1, false]);
  second.reject(new Error('failed'));
  await expect(results[1]).rejects.toThrow('failed');
  await waiting;
  expect(work.count).toBe(0);
  await work.idle();
});
