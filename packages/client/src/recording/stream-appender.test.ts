import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createExchangeCalls, type ExchangeCall } from '../../test/exchange-calls.ts';
import { StreamAppender } from './stream-appender.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A ledger that keeps what is appended, as the server does; the next appends can be held up or broken. */
function createStream() {
  const stored = new Map<number, string>();
  const turns: (() => Promise<void> | void)[] = [];
  const append = async ({ method, input }: ExchangeCall) => {
    expect(method).toBe('append');
    await turns.shift()?.();
    const {
      attempt,
      offset,
      bytes: sent,
    } = input as {
      attempt: number;
      offset: number;
      bytes: { base64: string };
    };
    const before = stored.get(attempt) ?? '';
    if (Math.max(...stored.keys(), 0) > attempt || before.length !== offset) throw new Error('conflict');
    const now = before + Buffer.from(sent.base64, 'base64').toString();
    stored.set(attempt, now);
    return { size: now.length };
  };
  const { features, calls } = createExchangeCalls(append);
  return { appender: new StreamAppender(features, 'exchange'), stored, turns, calls };
}

/** Until the gathered bytes are on their way: longer than they are gathered. */
async function appended(calls: readonly unknown[], count: number): Promise<void> {
  while (calls.length < count) await sleep(10);
}

test('bytes are gathered, appended in order, and the rest of them at the end', async () => {
  const { appender, stored, calls } = createStream();
  for (const piece of ['a', 'b', 'c']) appender.push(1, bytes(piece));
  await appended(calls, 1);
  appender.push(1, bytes('d'));

  expect(await appender.finish(1)).toBe(4);
  expect(stored).toEqual(new Map([[1, 'abcd']]));
});

test('an answer that is whole before its first turn is not appended at all', async () => {
  const { appender, calls } = createStream();
  appender.push(1, bytes('a'));

  expect(await appender.finish(1)).toBeNull();
  expect(calls).toEqual([]);
});

test('of attempts whose bytes arrive in turns only the latest is appended, from its beginning', async () => {
  const { appender, stored, calls } = createStream();
  appender.push(1, bytes('a'));
  appender.push(2, bytes('x'));
  appender.push(1, bytes('b'));
  appender.push(2, bytes('y'));
  await appended(calls, 1);
  appender.push(1, bytes('c'));
  appender.push(2, bytes('z'));

  expect(await appender.finish(1)).toBeNull();
  expect(await appender.finish(2)).toBe(3);
  expect(stored).toEqual(new Map([[2, 'xyz']]));
});

test('an attempt that begins while one before it is still being sent is appended from its beginning', async () => {
  const { appender, stored, calls, turns } = createStream();
  let goOn: () => void = () => undefined;
  turns.push(
    () =>
      new Promise((resolve) => {
        goOn = resolve;
      }),
  );
  appender.push(1, bytes('a'));
  await appended(calls, 1);
  const finished = appender.finish(1);
  appender.push(2, bytes('x'));
  goOn();

  expect(await finished).toBeNull();
  await appended(calls, 2);
  expect(await appender.finish(2)).toBe(1);
  expect(stored).toEqual(
    new Map([
      [1, 'a'],
      [2, 'x'],
    ]),
  );
});

test('an append that fails ends the appending of its attempt, and of no other', async () => {
  const { appender, stored, calls, turns } = createStream();
  turns.push(() => Promise.reject(new Error('the server is away')));
  appender.push(1, bytes('a'));
  await appended(calls, 1);
  appender.push(1, bytes('b'));
  expect(await appender.finish(1)).toBeNull();

  appender.push(2, bytes('x'));
  await appended(calls, 2);

  expect(await appender.finish(2)).toBe(1);
  expect(stored).toEqual(new Map([[2, 'x']]));
});

test('what arrives while bytes are sent at the end is taken along, and nothing is sent afterwards', async () => {
  const { appender, stored, calls, turns } = createStream();
  appender.push(1, bytes('a'));
  await appended(calls, 1);
  turns.push(async () => {
    await sleep(1);
    appender.push(1, bytes('c'));
  });
  appender.push(1, bytes('b'));

  expect(await appender.finish(1)).toBe(3);
  appender.push(1, bytes('d'));
  await sleep(400);

  expect(stored).toEqual(new Map([[1, 'abc']]));
  expect(calls).toHaveLength(3);
});
