import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLine, toLine, toRejectedLine } from './call-lines.ts';
import type { SpooledCall } from './spool.ts';

const text = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom('\ud800', 'a\nb\r\u2028\u2029', '\0', '\ufeff', ''),
);
const name = fc.oneof(text, fc.constantFrom('$bytes', '$$bytes', '$$$bytes', '$', '__proto__', 'toJSON'));
const { value } = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    fc.uint8Array({ maxLength: 300 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(again('value'), { maxLength: 5 }),
    fc.array(fc.tuple(name, again('value')), { maxLength: 5 }).map(Object.fromEntries),
  ),
}));

const whole = (line: Uint8Array) => line.subarray(0, -1);

test('a call with any texts and bytes comes back from its one line', () => {
  fc.assert(
    fc.property(text, fc.dictionary(name, value), (path, input) => {
      const line = toLine({ path, input });
      expect(line.indexOf(10)).toBe(line.length - 1);
      expect(isDeepStrictEqual(readLine(whole(line)), { path, input: { ...input } })).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('of a Buffer, and of a view into a larger one, the bytes come back', () => {
  const all = Buffer.from('0123456789');
  const input = {
    buffer: all,
    view: new Uint8Array(all.buffer, all.byteOffset + 2, 3),
    none: new Uint8Array(),
  };

  expect(readLine(whole(toLine({ path: 'p', input })))?.input).toEqual({
    buffer: new Uint8Array(all),
    view: Uint8Array.from([50, 51, 52]),
    none: new Uint8Array(),
  });
});

test.each([
  ['nothing', ''],
  ['half of a call', '{"path":"exchanges.open","input":{"a":'],
  ['JSON that is no call', '{"path":1,"input":{}}'],
  ['a list', '[]'],
  ['bytes that are not base64', '{"path":"p","input":{"a":{"$bytes":"*"}}}'],
])('%s is not a call, and no error', (_, line) => {
  expect(readLine(new TextEncoder().encode(line))).toBeNull();
});

test('a line that is not UTF-8 is not read as another text', () => {
  expect(readLine(Buffer.from('{"path":"\xff","input":{}}', 'latin1'))).toBeNull();
});

test('a call that is put aside keeps its line, whatever that is', () => {
  const call: SpooledCall = { path: 'p', input: { text: '\ud800', bytes: Uint8Array.of(1) } };
  const line = whole(toLine(call));
  const aside: unknown = JSON.parse(new TextDecoder().decode(toRejectedLine(line, 'no "such" run')));
  const spoilt: unknown = JSON.parse(new TextDecoder().decode(toRejectedLine(Uint8Array.of(255), 'spoilt')));

  expect(aside).toEqual({ reason: 'no "such" run', call: JSON.parse(new TextDecoder().decode(line)) });
  expect(spoilt).toEqual({ reason: 'spoilt', line: { $bytes: '/w==' } });
});
