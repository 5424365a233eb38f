import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { call, createMachine, deliverAll, namesIn, temporaryDirectory } from '../../test/spool.ts';
import type { SpooledCall } from './spool.ts';

test('nothing is made on disk before the first call, and then for this user alone', async () => {
  const directory = temporaryDirectory();
  const spool = createMachine(directory).open({ pid: 1 });

  expect((await deliverAll(spool)).delivery).toEqual({ delivered: 0, pending: 0, rejected: [] });
  expect(existsSync(path.dirname(directory))).toBe(false);

  await spool.append(call(1));
  const [name = ''] = namesIn(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600);
  expect(readFileSync(path.join(directory, '.gitignore'), 'utf8')).toBe('*\n');
});

test('calls are sent in the order of their appending, also those that are appended meanwhile', async () => {
  const spool = createMachine(temporaryDirectory()).open({ pid: 1 });
  await Promise.all([1, 2, 3].map((number) => spool.append(call(number))));
  const sent: SpooledCall[] = [];

  const delivery = await spool.deliver(async (one) => {
    sent.push(one);
    if (sent.length <= 3) await spool.append(call(sent.length + 3));
    return 'delivered';
  });

  expect(sent).toEqual([1, 2, 3, 4, 5, 6].map((number) => call(number)));
  expect(delivery).toEqual({ delivered: 6, pending: 0, rejected: [] });
});

test('what is delivered leaves no file behind, and the spool goes on', async () => {
  const directory = temporaryDirectory();
  const spool = createMachine(directory).open({ pid: 1 });

  for (const number of [1, 2]) {
    await spool.append(call(number));
    expect((await deliverAll(spool)).sent).toEqual([call(number)]);
    expect(namesIn(directory)).toEqual([]);
  }
});

test('whoever asks for a delivery while one is at work gets the same one', async () => {
  const spool = createMachine(temporaryDirectory()).open({ pid: 1 });
  await spool.append(call(1));

  const [first, second] = await Promise.all([deliverAll(spool), deliverAll(spool)]);

  expect(first.sent).toEqual([call(1)]);
  expect(second.sent).toEqual([]);
  expect(second.delivery).toBe(first.delivery);
});

test('a call that is appended as a delivery ends is delivered by it, or by the next that is asked for', async () => {
  const spool = createMachine(temporaryDirectory()).open({ pid: 1 });
  const sent: SpooledCall[] = [];
  const send = async (one: SpooledCall) => {
    sent.push(one);
    return 'delivered' as const;
  };
  const write = async (number: number) => {
    await spool.append(call(number));
    await spool.deliver(send);
    expect(sent).toContainEqual(call(number));
  };

  await Promise.all(Array.from({ length: 100 }, (_, number) => write(number)));

  expect(sent).toEqual(Array.from({ length: 100 }, (_, number) => call(number)));
});

test('when the server cannot be reached, the delivery ends and the rest waits in its order', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  const spool = machine.open({ pid: 1 });
  for (const number of [1, 2, 3]) await spool.append(call(number));
  let answers = 0;

  const ended = await spool.deliver(async () => {
    answers += 1;
    return answers === 2 ? 'retry' : 'delivered';
  });
  expect(ended).toEqual({ delivered: 1, pending: 2, rejected: [] });
  expect(spool.isEmpty).toBe(false);
  await spool.append(call(4));

  // Also a process that comes after this one does not send again what was delivered.
  machine.kill(1);
  expect((await deliverAll(machine.open({ pid: 2 }))).sent).toEqual([2, 3, 4].map((number) => call(number)));
});

test('a call that is refused is put aside on disk with the reason, and the others are sent', async () => {
  const directory = temporaryDirectory();
  const spool = createMachine(directory).open({ pid: 1 });
  for (const number of [1, 2, 3]) await spool.append(call(number, { bytes: Uint8Array.of(number) }));

  const delivery = await spool.deliver(async ({ input }) => {
    if (input['number'] === 2) throw new Error('There is no run 7');
    return 'delivered';
  });

  const rejected = [{ path: 'exchanges.append', exchangeId: 'exchange 2', reason: 'There is no run 7' }];
  expect(delivery).toEqual({ delivered: 2, pending: 0, rejected });
  const [name = ''] = namesIn(directory);
  expect(name).toMatch(/^rejected-/);
  const [, line = ''] = readFileSync(path.join(directory, name), 'utf8').split('\n');
  expect(JSON.parse(line)).toEqual({
    reason: 'There is no run 7',
    call: {
      at: expect.any(String),
      path: 'exchanges.append',
      input: call(2, { bytes: { $bytes: 'Ag==' } }).input,
    },
  });
  expect((await deliverAll(spool)).sent).toEqual([]);
});

test('a delivery of many refusals ends after a thousand, and the next one goes on', async () => {
  const spool = createMachine(temporaryDirectory()).open({ pid: 1 });
  for (let number = 1; number <= 1001; number++) await spool.append(call(number));
  const refuse = () => Promise.reject(new Error('no'));

  const first = await spool.deliver(refuse);
  expect([first.rejected.length, first.pending]).toEqual([1000, 1]);
  const second = await spool.deliver(refuse);
  expect([second.rejected.length, second.pending]).toEqual([1, 0]);
});

test('a full spool refuses a call, keeps what it has, and takes calls again once there is room', async () => {
  const directory = temporaryDirectory();
  const spool = createMachine(directory).open({ pid: 1, maxBytes: 2000 });
  const text = 'x'.repeat(600);
  await spool.append(call(1, { text }));
  await spool.append(call(2, { text }));

  await expect(spool.append(call(3, { text }))).rejects.toMatchObject({
    code: 'SPOOL_FULL',
    details: { limitBytes: 2000, directory },
  });
  await spool.append(call(4));
  expect((await deliverAll(spool)).sent.map(({ input }) => input['number'])).toEqual([1, 2, 4]);
  await spool.append(call(5, { text }));
});

test('all processes of an identity share its limit, and what was refused counts', async () => {
  const machine = createMachine(temporaryDirectory());
  const text = 'x'.repeat(700);
  const first = machine.open({ pid: 1, maxBytes: 2000 });
  await first.append(call(1, { text }));
  await first.deliver(() => Promise.reject(new Error('no')));
  await first.append(call(2));

  await expect(machine.open({ pid: 2, maxBytes: 2000 }).append(call(3, { text }))).rejects.toMatchObject({
    code: 'SPOOL_FULL',
  });
  await machine.open({ pid: 2, maxBytes: 2000, identity: 'another' }).append(call(4, { text }));
});

test('it is not known to be empty before it has looked, nor while a call is on its way to the disk', async () => {
  const spool = createMachine(temporaryDirectory()).open({ pid: 1 });
  expect(spool.isEmpty).toBe(false);
  await deliverAll(spool);
  expect(spool.isEmpty).toBe(true);

  const appended = spool.append(call(1));
  expect(spool.isEmpty).toBe(false);
  await appended;
  expect(spool.isEmpty).toBe(false);
  await deliverAll(spool);
  expect(spool.isEmpty).toBe(true);
});

test('closing waits for the call that is being written, and leaves what waits to the next spool', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  const spool = machine.open({ pid: 1 });
  const appended = spool.append(call(1));
  await spool.close();
  await appended;

  await expect(spool.append(call(2))).rejects.toThrow('closed');
  await expect(deliverAll(spool)).rejects.toThrow('closed');
  // In the same process, which is alive.
  expect((await deliverAll(machine.open({ pid: 1 }))).sent).toEqual([call(1)]);
});

test('closing ends a delivery after the call that it is sending', async () => {
  const machine = createMachine(temporaryDirectory());
  const spool = machine.open({ pid: 1 });
  for (const number of [1, 2]) await spool.append(call(number));
  let closed: Promise<void> | undefined;

  const delivery = await spool.deliver(async () => {
    closed = spool.close();
    return 'delivered';
  });
  await closed;

  expect(delivery).toEqual({ delivered: 1, pending: 1, rejected: [] });
  expect((await deliverAll(machine.open({ pid: 1 }))).sent).toEqual([call(2)]);
});

test('the bytes of a call are those of the moment it was appended', async () => {
  const spool = createMachine(temporaryDirectory()).open({ pid: 1 });
  const bytes = Uint8Array.of(1, 2, 3);
  const appended = spool.append(call(1, { bytes }));
  bytes.fill(0);
  await appended;

  expect((await deliverAll(spool)).sent).toEqual([call(1, { bytes: Uint8Array.of(1, 2, 3) })]);
});
