import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  call,
  createFaultyFiles,
  createMachine,
  deliverAll,
  namesIn,
  temporaryDirectory,
} from '../../test/spool.ts';

function open() {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  const { files, faults } = createFaultyFiles();
  return { directory, machine, faults, spool: machine.open({ pid: 1, files }) };
}

test('of a call that the disk had no room for nothing stays, and the next one starts clean', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 380 }), fc.boolean(), async (freeBytes, truncate) => {
      const { machine, faults, spool } = open();
      await spool.append(call(1));
      Object.assign(faults, { freeBytes, truncate });
      await expect(spool.append(call(2, { text: 'x'.repeat(300) }))).rejects.toMatchObject({
        code: 'ENOSPC',
      });
      Object.assign(faults, { freeBytes: Number.POSITIVE_INFINITY, truncate: false });
      await spool.append(call(3));

      machine.kill(1);
      const { sent, delivery } = await deliverAll(machine.open({ pid: 2 }));
      expect(sent).toEqual([call(1), call(3)]);
      expect(delivery.rejected).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('a call whose fsync failed is refused and cut off, and its file is not trusted again', async () => {
  const { directory, machine, faults, spool } = open();
  await spool.append(call(1));
  faults.sync = true;
  await expect(spool.append(call(2))).rejects.toMatchObject({ code: 'EIO' });
  faults.sync = false;
  await spool.append(call(3));

  expect(namesIn(directory)).toHaveLength(2);
  machine.kill(1);
  expect((await deliverAll(machine.open({ pid: 2 }))).sent).toEqual([call(1), call(3)]);
});

test('a first call that fails leaves nothing that would wait', async () => {
  const { directory, faults, spool } = open();
  faults.freeBytes = 10;
  await expect(spool.append(call(1))).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(namesIn(directory)).toEqual([]);

  // The first line of the file fits, the call does not.
  faults.freeBytes = 200;
  await expect(spool.append(call(1, { text: 'x'.repeat(200) }))).rejects.toMatchObject({ code: 'ENOSPC' });
  const { delivery } = await deliverAll(spool);
  expect(delivery).toEqual({ delivered: 0, pending: 0, rejected: [] });
  expect(spool.isEmpty).toBe(true);
  expect(namesIn(directory)).toEqual([]);
});

test('a refused call that cannot be put aside stays where it is', async () => {
  const { faults, spool } = open();
  for (const number of [1, 2]) await spool.append(call(number));
  faults.freeBytes = 0;
  const refuse = () => Promise.reject(new Error('no such run'));
  await expect(spool.deliver(refuse)).rejects.toMatchObject({ code: 'ENOSPC' });
  faults.freeBytes = Number.POSITIVE_INFINITY;

  const delivery = await spool.deliver(refuse);
  expect(delivery.rejected.map(({ exchangeId }) => exchangeId)).toEqual(['exchange 1', 'exchange 2']);
});

test('the failure of one call is not that of the calls behind it', async () => {
  const { faults, spool } = open();
  await spool.append(call(1));
  faults.freeBytes = 20;
  const results = await Promise.allSettled([2, 3].map((number) => spool.append(call(number))));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  faults.freeBytes = Number.POSITIVE_INFINITY;
  await Promise.all([4, 5].map((number) => spool.append(call(number))));

  expect((await deliverAll(spool)).sent).toEqual([1, 4, 5].map((number) => call(number)));
});

test('what cannot be written as JSON is refused before anything is made', async () => {
  const { directory, spool } = open();
  await expect(spool.append(call(1, { count: 1n }))).rejects.toThrow(TypeError);
  expect(existsSync(directory)).toBe(false);
});
