import type { MergedText } from '@stepledger/client';

export interface Marked {
  /** The merged text with both sides of each conflict between lines of markers. */
  text: string;
  /** Whether a text still has such lines. */
  isLeftIn(text: string): boolean;
}

export interface SideNames {
  base: string;
  theirs: string;
}

/** As long as in version control, unless the texts have such lines themselves. */
const MIN_LENGTH = 7;

/** Writes conflicts into a text as version control does, with what both sides were made from. */
export function markConflicts({ text, conflicts }: MergedText, { base, theirs }: SideNames): Marked {
  const length = findLength([text, ...conflicts.flatMap((conflict) => [conflict.base, conflict.theirs])]);
  const line = (character: string, name: string) => `${character.repeat(length)}${name}\n`;
  const pieces: string[] = [];
  let at = 0;
  for (const conflict of conflicts) {
    const before = text.slice(at, conflict.at);
    pieces.push(
      // A conflict begins at a line, unless a text without line breaks is all there is.
      withLineEnd(before),
      line('<', ' yours'),
      withLineEnd(conflict.ours),
      line('|', ` ${base}`),
      withLineEnd(conflict.base),
      line('=', ''),
      withLineEnd(conflict.theirs),
      line('>', ` ${theirs}`),
    );
    at = conflict.at + conflict.ours.length;
  }
  pieces.push(text.slice(at));
  const markers = ['<', '|', '=', '>'].map((character) => character.repeat(length));
  return {
    text: pieces.join(''),
    isLeftIn: (edited) => edited.split('\n').some((row) => markers.some((marker) => row.startsWith(marker))),
  };
}

function findLength(texts: readonly string[]): number {
  let longest = MIN_LENGTH - 1;
  for (const text of texts) {
    for (const [run] of text.matchAll(/^([<|=>])\1{6,}/gm)) longest = Math.max(longest, run.length);
  }
  return longest + 1;
}

function withLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
