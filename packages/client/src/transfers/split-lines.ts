import { LIMITS } from '@stepledger/contract';
import { badFile } from './bad-file.ts';

/** What an export or import reads: a file in pieces, however it is cut. */
export type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** A text of 16 MiB whose every byte JSON escapes by six, and what stands around it. */
const MAX_LINE_BYTES = 6 * LIMITS.maxTextBytes + 1024 * 1024;

const LINE_BREAK = 0x0a;

export interface FileLine {
  /** Counted from 1. */
  readonly number: number;
  /** With its line break. */
  readonly bytes: Uint8Array;
  /** False for what stands behind the last line break. */
  readonly whole: boolean;
}

/** Cuts a file into lines; the bytes of each are its own. @throws BAD_INPUT for a line that no export writes */
export async function* splitLines(chunks: Chunks): AsyncGenerator<FileLine, void, undefined> {
  const encoder = new TextEncoder();
  let number = 0;
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(LINE_BREAK); end !== -1; end = bytes.indexOf(LINE_BREAK, start)) {
      pieces.push(bytes.subarray(start, end + 1));
      number += 1;
      yield { number, bytes: join(pieces), whole: true };
      pieces = [];
      size = 0;
      start = end + 1;
    }
    // A copy, since whoever reads a file may use the buffer again.
    const rest = bytes.slice(start);
    size += rest.length;
    if (size > MAX_LINE_BYTES) throw badFile(number + 1, `is longer than ${MAX_LINE_BYTES} bytes`);
    if (rest.length > 0) pieces.push(rest);
  }
  if (pieces.length > 0) yield { number: number + 1, bytes: join(pieces), whole: false };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const joined = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
