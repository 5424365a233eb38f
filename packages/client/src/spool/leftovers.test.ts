import { renameSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { call, createMachine, deliverAll, namesIn, realFiles, temporaryDirectory } from '../../test/spool.ts';

const numbers = (sent: { input: Record<string, unknown> }[]) => sent.map(({ input }) => input['number']);
const HOUR_MS = 3_600_000;

function age(directory: string): void {
  const then = new Date(Date.now() - HOUR_MS);
  for (const name of namesIn(directory)) utimesSync(path.join(directory, name), then, then);
}

test('what dead processes left is delivered before the own calls, oldest process first', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  for (const pid of [1, 2]) {
    const spool = machine.open({ pid });
    for (const turn of [1, 2]) await spool.append(call(pid * 10 + turn));
    machine.kill(pid);
  }
  const spool = machine.open({ pid: 3 });
  await spool.append(call(31));

  expect(numbers((await deliverAll(spool)).sent)).toEqual([11, 12, 21, 22, 31]);
  expect(namesIn(directory)).toEqual([]);
});

test('the file of a living process is left alone, whether it is old or of the same process', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  const first = machine.open({ pid: 1 });
  const second = machine.open({ pid: 1 });
  await first.append(call(1));
  await second.append(call(2));
  age(directory);

  const other = machine.open({ pid: 2 });
  expect((await deliverAll(other)).sent).toEqual([]);
  expect(other.isEmpty).toBe(true);
  expect((await deliverAll(second)).sent).toEqual([call(2)]);
  expect((await deliverAll(first)).sent).toEqual([call(1)]);
});

test('another identity has calls of its own', async () => {
  const machine = createMachine(temporaryDirectory());
  await machine.open({ pid: 1 }).append(call(1));
  machine.kill(1);

  expect((await deliverAll(machine.open({ pid: 2, identity: 'another' }))).sent).toEqual([]);
  expect((await deliverAll(machine.open({ pid: 3 }))).sent).toEqual([call(1)]);
});

test('a process that dies while it delivers what others left leaves it to the next', async () => {
  const machine = createMachine(temporaryDirectory());
  const first = machine.open({ pid: 1 });
  for (const number of [1, 2, 3]) await first.append(call(number));
  machine.kill(1);
  const second = machine.open({ pid: 2 });
  await second.deliver(async ({ input }) => (input['number'] === 1 ? 'delivered' : 'retry'));
  machine.kill(2);

  expect(numbers((await deliverAll(machine.open({ pid: 3 }))).sent)).toEqual([2, 3]);
});

test('of a long delivery, the next process does not send again what was delivered long before', async () => {
  const machine = createMachine(temporaryDirectory());
  const first = machine.open({ pid: 1 });
  const bytes = new Uint8Array(3 * 1024 * 1024);
  for (const number of [1, 2, 3, 4, 5]) await first.append(call(number, { bytes }));
  const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<'retry'>();
  const delivery = first.deliver(async ({ input }) => {
    if (input['number'] !== 5) return 'delivered';
    kill();
    return released;
  });
  await killed;
  machine.kill(1);

  expect(numbers((await deliverAll(machine.open({ pid: 2 }))).sent)).toEqual([5]);
  release('retry');
  await delivery;
});

test('of two that take over at once, each takes whole files, and nothing is lost or left', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  for (let pid = 1; pid <= 8; pid++) {
    const spool = machine.open({ pid });
    for (const turn of [1, 2, 3]) await spool.append(call(pid * 10 + turn));
    machine.kill(pid);
  }

  const [one, two] = await Promise.all([100, 200].map((pid) => deliverAll(machine.open({ pid }))));
  const all = [...numbers(one?.sent ?? []), ...numbers(two?.sent ?? [])];

  expect(all.toSorted()).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].flatMap((pid) => [1, 2, 3].map((turn) => pid * 10 + turn)),
  );
  expect(namesIn(directory)).toEqual([]);
});

test('a process that cannot be seen from here is taken for dead once its file lies untouched', async () => {
  const directory = temporaryDirectory();
  const there = createMachine(directory, 'bbbbbbbbbbbb');
  const far = there.open({ pid: 1 });
  for (const number of [1, 2]) await far.append(call(number));
  const here = createMachine(directory).open({ pid: 1 });

  expect((await deliverAll(here)).sent).toEqual([]);
  age(directory);
  // A delivery that fails is a sign of life.
  await far.deliver(async () => 'retry');
  expect((await deliverAll(here)).sent).toEqual([]);
  age(directory);
  expect((await deliverAll(here)).sent).toEqual([call(1), call(2)]);
});

test('an owner that was alive after all loses no call: it notices and goes on in another file', async () => {
  const directory = temporaryDirectory();
  const owner = createMachine(directory, 'bbbbbbbbbbbb').open({ pid: 1 });
  const here = createMachine(directory).open({ pid: 1 });
  await deliverAll(owner);
  await owner.append(call(1));
  age(directory);
  await here.deliver(async () => 'retry');

  await owner.append(call(2));
  expect((await deliverAll(owner)).sent).toEqual([call(2)]);
  expect(owner.isEmpty).toBe(true);
  // The line was on its way into the file that was taken; twice is as good as once.
  expect(numbers((await deliverAll(here)).sent)).toEqual([1]);
});

test('when somebody removes the directory, the next call makes it again', async () => {
  const directory = temporaryDirectory();
  const spool = createMachine(directory).open({ pid: 1 });
  await spool.append(call(1));
  rmSync(directory, { recursive: true });

  await spool.append(call(2));
  expect((await deliverAll(spool)).sent).toEqual([call(2)]);
});

test('a file that cannot be read is told once, and does not keep the others from the server', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  for (const pid of [1, 2]) {
    await machine.open({ pid }).append(call(pid));
    machine.kill(pid);
  }
  const [first = ''] = namesIn(directory).toSorted();
  const id = first.split('-')[2] ?? '';
  const real = realFiles();
  let isBroken = true;
  const files = {
    ...real,
    async open(name: string) {
      if (isBroken && name.includes(id)) throw Object.assign(new Error('EIO: read'), { code: 'EIO' });
      return real.open(name);
    },
  };
  const spool = machine.open({ pid: 3, files });

  const { sent, delivery } = await deliverAll(spool);
  expect(sent).toEqual([call(2)]);
  expect(delivery.rejected).toEqual([{ path: 'spool', exchangeId: null, reason: 'EIO: read' }]);
  expect((await deliverAll(spool)).delivery.rejected).toEqual([]);
  isBroken = false;
  expect((await deliverAll(spool)).sent).toEqual([call(1)]);
});

test('a file whose name says that all of it was delivered, and more, holds nothing', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  await machine.open({ pid: 1 }).append(call(1));
  machine.kill(1);
  const [name = ''] = namesIn(directory);
  const parts = name.split('-');
  parts[3] = '999999';
  renameSync(path.join(directory, name), path.join(directory, parts.join('-')));

  expect((await deliverAll(machine.open({ pid: 2 }))).sent).toEqual([]);
  expect(namesIn(directory)).toEqual([]);
});
