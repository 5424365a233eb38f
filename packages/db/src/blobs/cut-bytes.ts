import { createHash } from 'node:crypto';

/** Shorter pieces are not worth the rows that each costs, about 400 bytes. */
const MIN_BYTES = 2 * 1024;
const MAX_BYTES = 16 * 1024;
/**
 * One position in 4,096 may end a piece, so that it has 6 KiB on average. An edit costs one or two pieces, and a body
 * that grows costs its last one again. With a bit more, 100 turns of a conversation took a fifth more bytes; with one
 * less, a large text took half as many rows again.
 */
const CUT_BITS = 12;
/** The hash has forgotten what came before this many bytes. */
const WINDOW_BYTES = 32;

/**
 * A number for each byte, as unlike each other as can be: the first four bytes of the SHA-256 of `gear <byte>`.
 * Another table would cut elsewhere, and nothing stored before would be shared any more.
 */
const GEAR = Uint32Array.from({ length: 256 }, (_, byte) =>
  createHash('sha256').update(`gear ${byte}`).digest().readUInt32BE(),
);

/** A piece of some bytes: where it begins and where it ends. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts bytes where their content says so: a change moves the cuts near it, and all others stay where they were.
 *
 * The content is looked at through a gear hash (FastCDC, Xia et al. 2016): each byte shifts the hash by a bit and adds
 * the byte's number, and where the highest bits are zero, a piece ends. Pieces have 2 to 16 KiB, the last any length.
 */
export function cutBytes(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = endOfPiece(bytes, start);
    spans.push({ start, end });
    start = end;
  }
  return spans;
}

function endOfPiece(bytes: Uint8Array, start: number): number {
  const last = Math.min(bytes.length, start + MAX_BYTES);
  let hash = 0;
  for (let at = start + MIN_BYTES - WINDOW_BYTES; at < last; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] ?? 0] ?? 0)) | 0;
    if (at >= start + MIN_BYTES && hash >>> (32 - CUT_BITS) === 0) return at + 1;
  }
  return last;
}
