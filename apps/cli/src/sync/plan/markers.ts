import type { MergeConflict, MergedText } from '@stepledger/client';

const OURS = '<<<<<<< file';
const MIDDLE = '=======';
const THEIRS = (version: number) => `>>>>>>> run (version ${version})`;

/** Our own labels: one that is left over is enough. */
const OWN = /^(?:<<<<<<< file|>>>>>>> run \(version \d+\))\r?$/m;
const ANY_BEGIN = /^<<<<<<< \S/m;
const ANY_END = /^>>>>>>> \S/m;

/** Whether a text holds the marks of a conflict, ours or those of git. */
export function hasMarkers(text: string): boolean {
  return OWN.test(text) || (ANY_BEGIN.test(text) && ANY_END.test(text));
}

/**
 * The merged text with both sides of each conflict between marks, as version control writes them.
 *
 * A side that ends the text without a line end gets one, since the mark needs a line of its own.
 */
export function renderConflicts({ text, conflicts }: MergedText, version: number): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const pieces: string[] = [];
  let done = 0;
  for (const conflict of conflicts) {
    pieces.push(text.slice(done, conflict.at), renderConflict(conflict, version, newline));
    done = conflict.at + conflict.ours.length;
  }
  pieces.push(text.slice(done));
  return pieces.join('');
}

function renderConflict({ ours, theirs }: MergeConflict, version: number, newline: string): string {
  const left = toLines(ours);
  const right = toLines(theirs);
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1;
  const between = (lines: string[]) => ended(lines.slice(head, lines.length - tail).join(''), newline);
  const marked = [
    `${OURS}${newline}`,
    between(left),
    `${MIDDLE}${newline}`,
    between(right),
    `${THEIRS(version)}${newline}`,
  ];
  return [...left.slice(0, head), ...marked, ...left.slice(left.length - tail)].join('');
}

function ended(text: string, newline: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}${newline}`;
}

function toLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
