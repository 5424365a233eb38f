import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SpoolFile } from './file-access.ts';
import { countLines, readLines } from './line-reader.ts';

/** A file that gives fewer bytes than it is asked for, as files may. */
function fileOf(content: Uint8Array, most: number): Pick<SpoolFile, 'read'> {
  return {
    async read(into, position) {
      const part = content.subarray(position, position + Math.min(most, into.length));
      into.set(part);
      return part.length;
    },
  };
}

async function read(file: Pick<SpoolFile, 'read'>, range: { start: number; end: number }) {
  const lines: { text: string; next: number }[] = [];
  for await (const { bytes, next } of readLines(file, range)) {
    lines.push({ text: Buffer.from(bytes).toString('latin1'), next });
  }
  return lines;
}

test('however the bytes arrive, each whole line comes once, with where the next one begins', async () => {
  const content = fc.uint8Array({ maxLength: 200, max: 12 });
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 50 }), fc.nat(), async (bytes, most, at) => {
      const start = at % (bytes.length + 1);
      const rest = Buffer.from(bytes.subarray(start)).toString('latin1').split('\n').slice(0, -1);
      let next = start;
      const expected = rest.map((text) => {
        next += text.length + 1;
        return { text, next };
      });

      const file = fileOf(bytes, most);
      expect(await read(file, { start, end: bytes.length })).toEqual(expected);
      expect(await countLines(file, start)).toEqual({ count: rest.length, end: next });
    }),
  );
});

test('a line of many chunks is whole, and nothing behind the end is read', async () => {
  const long = 'x'.repeat(1_000_000);
  const content = Buffer.from(`${long}\n${long}\nlast\n`);

  const lines = await read(fileOf(content, Number.POSITIVE_INFINITY), { start: 0, end: content.length - 5 });

  expect(lines.map(({ text }) => text === long)).toEqual([true, true]);
});
