import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { beginChunks } from './begin-chunks.ts';
import type { Chunks } from './split-lines.ts';

async function readAll(chunks: AsyncIterable<Uint8Array | string>): Promise<string[]> {
  const read: string[] = [];
  for await (const chunk of chunks) read.push(String(chunk));
  return read;
}

test('a file that is not there fails those who read it later, and nobody else', async () => {
  const file = createReadStream(`${import.meta.filename}.missing`);
  const chunks = beginChunks(file);
  // Without one, the event ends the process.
  expect(file.listenerCount('error')).toBeGreaterThan(0);
  while (!file.closed) await nextTurn();
  await expect(readAll(chunks)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each<[string, () => Chunks]>([
  ['an array', () => ['a', 'b', 'c']],
  ['a stream', () => Readable.from(['a', 'b', 'c'])],
])('all chunks of %s are read once and in order', async (_, make) => {
  expect(await readAll(beginChunks(make()))).toEqual(['a', 'b', 'c']);
  expect(await readAll(beginChunks([]))).toEqual([]);
});

test('no chunk but the first is asked for before it is read, and who stops early closes the stream', async () => {
  let asked = 0;
  async function* endless() {
    for (;;) yield `${asked++}`;
  }
  const stream = Readable.from(endless(), { highWaterMark: 1 });
  for await (const chunk of beginChunks(stream)) {
    expect(chunk).toBe('0');
    break;
  }
  expect([stream.destroyed, asked < 5]).toEqual([true, true]);

  asked = 0;
  const chunks = beginChunks(endless());
  await nextTurn();
  expect(asked).toBe(1);
  for await (const chunk of chunks) if (chunk === '2') break;
  expect(asked).toBe(3);
});
