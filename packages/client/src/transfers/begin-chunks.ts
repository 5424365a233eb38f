import type { Chunks } from './split-lines.ts';

/**
 * Asks for the first chunk at once, where they are read only later: a stream that fails while nobody reads it, such as
 * that of a file that is not there, would end the process.
 *
 * How it failed is told to who reads the chunks.
 */
export function beginChunks(chunks: Chunks): AsyncIterable<Uint8Array | string> {
  const asked = passOn(chunks);
  let first: ReturnType<typeof asked.next> | null = asked.next();
  first.catch(() => undefined);
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const next = first ?? asked.next();
        first = null;
        return next;
      },
      return: () => asked.return(),
    }),
  };
}

async function* passOn(chunks: Chunks): AsyncGenerator<Uint8Array | string, void, undefined> {
  yield* chunks;
}
