import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitLines } from './split-lines.ts';

async function linesOf(chunks: readonly Uint8Array[]) {
  const lines: { text: string; number: number; whole: boolean }[] = [];
  for await (const { bytes, number, whole } of splitLines(chunks)) {
    lines.push({ text: new TextDecoder().decode(bytes), number, whole });
  }
  return lines;
}

test('however a file is cut into pieces, its lines are the same, byte for byte', async () => {
  const file = fc.array(fc.constantFrom('a', '\n', 'ü', '😀', '{"b":1}'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(file, fc.array(fc.nat(80), { maxLength: 8 }), async (parts, cuts) => {
      const bytes = new TextEncoder().encode(parts.join(''));
      const places = [
        0,
        ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
        bytes.length,
      ];
      const chunks = places.slice(1).map((place, index) => bytes.slice(places[index], place));

      const lines = await linesOf(chunks);

      expect(lines).toEqual(await linesOf([bytes]));
      expect(lines.map(({ text }) => text).join('')).toBe(parts.join(''));
      expect(lines.every(({ text, whole }) => text.endsWith('\n') === whole)).toBe(true);
      expect(lines.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
    }),
  );
});

test('a buffer that whoever reads the file uses again changes no line', async () => {
  const buffer = new Uint8Array(2);
  const reused = function* () {
    for (const text of ['ab', 'c\n', 'd\n']) {
      new TextEncoder().encodeInto(text, buffer);
      yield buffer;
    }
  };
  const lines: string[] = [];
  for await (const { bytes } of splitLines(reused())) lines.push(new TextDecoder().decode(bytes));
  expect(lines).toEqual(['abc\n', 'd\n']);
});

test('a line that no export writes is refused before memory is full of it', async () => {
  const endless = function* () {
    while (true) yield new Uint8Array(8 * 1024 * 1024).fill(65);
  };
  const reading = (async () => {
    for await (const line of splitLines(endless())) expect(line).toBeUndefined();
  })();
  await expect(reading).rejects.toThrow(/line 1 is longer than \d+ bytes/);
});
