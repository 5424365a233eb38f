/** A piece of a text that is indexed as one row. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Code units of one piece: its words then stay below the 16,383 positions that a tsvector knows. */
export const WINDOW_LENGTH = 8_192;
/** What two pieces share, so that a phrase of the longest text that can be searched for is whole in one of them. */
const OVERLAP = 1_100;
/** How far back a piece looks for a blank to end at. */
const SLACK = 256;

/**
 * Length of a piece in which a word comes more often than PostgreSQL keeps its places, 256 times. Where it comes more
 * often even there, every 11 letters, a phrase with it may be missed.
 */
export const SHORT_WINDOW_LENGTH = 2_800;

/** Cuts a text into pieces that overlap, at blanks where there are any, never through a surrogate pair. */
export function* windowsOf(text: string, length = WINDOW_LENGTH): Generator<Window> {
  for (let start = 0; ; ) {
    const limit = start + length;
    const end = limit >= text.length ? text.length : blankBefore(text, limit);
    yield { start, end };
    if (end === text.length) return;
    start = blankBefore(text, end - OVERLAP);
  }
}

/** The place behind the last blank before `end`, or `end` itself where there is none near. */
function blankBefore(text: string, end: number): number {
  for (let at = end; at > end - SLACK; at--) {
    if (isBlank(text.charCodeAt(at - 1))) return at;
  }
  const first = text.charCodeAt(end);
  return first >= 0xdc00 && first <= 0xdfff ? end - 1 : end;
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}
