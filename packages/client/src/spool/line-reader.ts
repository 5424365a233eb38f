import { concatenate } from '../recording/stream-appender.ts';
import type { SpoolFile } from './file-access.ts';

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
  file: SpoolFile,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Line, void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let pieces: Uint8Array[] = [];
  for (let position = start; position < end; ) {
    const size = await file.read(chunk.subarray(0, Math.min(CHUNK_BYTES, end - position)), position);
    if (size === 0) return;
    const read = chunk.subarray(0, size);
    let from = 0;
    for (let to = read.indexOf(LINE_FEED); to !== -1; to = read.indexOf(LINE_FEED, from)) {
      const bytes = join([...pieces, read.subarray(from, to)]);
      pieces = [];
      from = to + 1;
      yield { bytes, next: position + from };
    }
    if (from < size) pieces.push(read.slice(from));
    position += size;
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return concatenate(
    pieces,
    pieces.reduce((length, piece) => length + piece.length, 0),
  );
}
