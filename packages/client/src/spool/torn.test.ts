import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { call, createMachine, deliverAll, namesIn, temporaryDirectory } from '../../test/spool.ts';

const text = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});
const calls = fc
  .array(fc.record({ text, bytes: fc.uint8Array({ maxLength: 40 }), $bytes: text }), { maxLength: 5 })
  .map((inputs) => inputs.map((input, number) => call(number, input)));

test('a file that ends anywhere gives back exactly the whole calls before its end', async () => {
  await fc.assert(
    fc.asyncProperty(calls, fc.nat(), async (appended, at) => {
      const directory = temporaryDirectory();
      const machine = createMachine(directory);
      const torn = machine.open({ pid: 1 });
      for (const one of appended) await torn.append(one);
      machine.kill(1);
      let whole = 0;
      if (appended.length > 0) {
        const file = path.join(directory, namesIn(directory)[0] ?? '');
        const content = readFileSync(file);
        const left = content.subarray(0, at % (content.length + 1));
        truncateSync(file, left.length);
        // The first line is not a call.
        whole = Math.max(left.filter((byte) => byte === 10).length - 1, 0);
      }

      const reopened = machine.open({ pid: 2 });
      const { sent, delivery } = await deliverAll(reopened);

      expect(sent).toEqual(appended.slice(0, whole));
      expect(delivery).toEqual({ delivered: whole, pending: 0, rejected: [] });
      expect(reopened.isEmpty).toBe(true);
      if (appended.length > 0) expect(namesIn(directory)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('a whole line that the disk has spoilt is put aside, and the calls around it are sent', async () => {
  const directory = temporaryDirectory();
  const machine = createMachine(directory);
  const spool = machine.open({ pid: 1 });
  for (const number of [1, 2, 3]) await spool.append(call(number));
  machine.kill(1);
  const file = path.join(directory, namesIn(directory)[0] ?? '');
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[2] = '\0'.repeat(lines[2]?.length ?? 0);
  writeFileSync(file, lines.join('\n'));

  const { sent, delivery } = await deliverAll(machine.open({ pid: 2 }));

  expect(sent).toEqual([call(1), call(3)]);
  expect(delivery).toMatchObject({ delivered: 2, rejected: [{ path: 'spool', exchangeId: null }] });
  expect(namesIn(directory)).toEqual([expect.stringMatching(/^rejected-/)]);
});

test('calls that something else cuts off its file are told, and the spool goes on', async () => {
  const directory = temporaryDirectory();
  const spool = createMachine(directory).open({ pid: 1 });
  for (const number of [1, 2, 3]) await spool.append(call(number));
  const file = path.join(directory, namesIn(directory)[0] ?? '');
  const lines = readFileSync(file, 'utf8').split('\n');
  truncateSync(file, `${lines[0]}\n${lines[1]}\n`.length + 5);

  const { sent, delivery } = await deliverAll(spool);

  expect(sent).toEqual([call(1)]);
  expect(delivery.rejected).toEqual([
    { path: 'spool', exchangeId: null, reason: expect.stringContaining('2 calls are gone') },
  ]);
  await spool.append(call(4));
  expect((await deliverAll(spool)).sent).toEqual([call(4)]);
});
