import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { TokenEncoding } from '@stepledger/contract';
import { type CountTokens, loadEncoding } from './encodings.ts';

/** A stretch of a text whose tokens do not depend on what stands around it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  /** False when it is one long run, counted from above. */
  readonly exact: boolean;
}

export interface TokenCount {
  readonly tokens: number;
  readonly exact: boolean;
}

export interface TokenCounter {
  /** Counts piece by piece, so that who has enough may stop. Other work of this process gets its turn in between. */
  pieces(text: string): AsyncGenerator<Piece>;
  /** Counts a text; one that has more tokens than `limit` only until that is certain. */
  count(text: string, limit: number): Promise<TokenCount>;
  /** Tokens of a stretch that is short and follows a boundary. */
  countShort(text: string): number;
}

/**
 * After these an encoding always begins a new word, whatever comes next: a letter or digit that no other follows (nor a
 * mark, nor an apostrophe, which both may belong to it). Both patterns by which the encodings cut words end there, so
 * that the counts of what lies between add up to the count of the whole.
 */
const BOUNDARY = /\p{L}(?![\p{L}\p{M}'])|\p{N}(?!\p{N})/gu;

/**
 * Code units of the longest stretch without a boundary that is counted exactly: the library's time grows with the square
 * of a word. Longer ones, which no prose and no code has, count as one token a byte, the most that there can be.
 */
export const MAX_RUN = 256;
/** Code units that are counted before other work gets its turn: milliseconds. */
const BATCH = 8 * 1024;

export async function openTokenCounter(encoding: TokenEncoding): Promise<TokenCounter> {
  const countTokens = await loadEncoding(encoding);
  async function* pieces(text: string): AsyncGenerator<Piece> {
    for (const { start, end } of stretches(text)) {
      const stretch = text.slice(start, end);
      yield { start, end, ...countStretch(stretch, countTokens) };
      await letOthersRun();
    }
  }
  return {
    pieces,
    async count(text, limit) {
      let tokens = 0;
      let exact = true;
      for await (const piece of pieces(text)) {
        tokens += piece.tokens;
        exact &&= piece.exact;
        if (tokens > limit) break;
      }
      return { tokens, exact };
    },
    countShort: (text) => {
      let tokens = 0;
      for (const { start, end } of stretches(text)) {
        tokens += countStretch(text.slice(start, end), countTokens).tokens;
      }
      return tokens;
    },
  };
}

/** A stretch that is longer than a run may be and holds no boundary comes alone. */
function* stretches(text: string): Generator<{ start: number; end: number }> {
  const boundary = new RegExp(BOUNDARY);
  let start = 0;
  let last = 0;
  while (last < text.length) {
    const end = boundary.test(text) ? boundary.lastIndex : text.length;
    if (end - last > MAX_RUN) {
      if (last > start) yield { start, end: last };
      yield { start: last, end };
      start = end;
    } else if (end - start > BATCH) {
      yield { start, end };
      start = end;
    }
    last = end;
  }
  if (last > start) yield { start, end: last };
}

function countStretch(stretch: string, countTokens: CountTokens): TokenCount {
  if (isLongRun(stretch)) return { tokens: Buffer.byteLength(stretch), exact: false };
  return { tokens: countTokens(stretch), exact: true };
}

function isLongRun(stretch: string): boolean {
  if (stretch.length <= MAX_RUN) return false;
  const boundary = new RegExp(BOUNDARY);
  return !boundary.test(stretch) || boundary.lastIndex === stretch.length;
}
