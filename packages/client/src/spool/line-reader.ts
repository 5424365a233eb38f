import { joinBytes } from '../blobs/join-bytes.ts';
import type { SpoolFile } from './file-access.ts';

type Readable = Pick<SpoolFile, 'read'>;

export interface Line {
  /** Without its end. */
  bytes: Uint8Array;
  /** Where the next line begins. */
  next: number;
}

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 10;

/** The whole lines between two offsets, one in memory at a time; what follows the last line end is left out. */
export async function* readLines(
  file: Readable,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Line, void> {
  let pieces: Uint8Array[] = [];
  for await (const { chunk, position } of readChunks(file, start, end)) {
    let from = 0;
    for (const next of lineEnds(chunk)) {
      const bytes = joinBytes([...pieces, chunk.subarray(from, next - 1)]);
      pieces = [];
      from = next;
      yield { bytes, next: position + next };
    }
    if (from < chunk.length) pieces.push(chunk.slice(from));
  }
}

/** How many whole lines there are from an offset on, and where the last one ends. Memory is a chunk. */
export async function countLines(file: Readable, start: number): Promise<{ count: number; end: number }> {
  const found = { count: 0, end: start };
  for await (const { chunk, position } of readChunks(file, start, Number.POSITIVE_INFINITY)) {
    for (const next of lineEnds(chunk)) {
      found.count += 1;
      found.end = position + next;
    }
  }
  return found;
}

/** Each chunk is good until the next one is asked for. */
async function* readChunks(file: Readable, start: number, end: number) {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let position = start; position < end; ) {
    const size = await file.read(buffer.subarray(0, Math.min(CHUNK_BYTES, end - position)), position);
    if (size === 0) return;
    yield { chunk: buffer.subarray(0, size), position };
    position += size;
  }
}

/** Where the bytes behind each line end begin. */
function* lineEnds(chunk: Uint8Array): Generator<number, void> {
  for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) yield at + 1;
}
