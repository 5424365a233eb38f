import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOfIdentity, readCallsName, toCallsName, toRejectedName } from './file-names.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const owner = fc.record({
  place: hex(12),
  pid: fc.integer({ min: 0, max: 2 ** 32 }),
  began: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  spool: hex(12),
});
const name = fc.record({
  identity: hex(16),
  id: hex(32),
  start: fc.integer({ min: 0, max: 10 ** 15 - 1 }),
  owner: fc.option(owner),
});

test('what a name says comes back from it, and every file system takes it', () => {
  fc.assert(
    fc.property(name, (parts) => {
      const written = toCallsName(parts);
      expect(readCallsName(written)).toEqual(parts);
      expect(written).toMatch(/^[\w.-]{1,200}$/);
      expect(isOfIdentity(written, parts.identity)).toBe(true);
    }),
  );
});

test('other files are none of calls', () => {
  const id = '0'.repeat(32);
  for (const other of ['.gitignore', 'calls-x.jsonl', toRejectedName('a'.repeat(16), id), '']) {
    expect(readCallsName(other)).toBeNull();
  }
  const calls = toCallsName({ identity: 'a'.repeat(16), id, start: 0, owner: null });
  expect(readCallsName(`${calls}.bak`)).toBeNull();
  expect(isOfIdentity(calls, 'b'.repeat(16))).toBe(false);
});
