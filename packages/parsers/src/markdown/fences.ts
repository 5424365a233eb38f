import type { Markdown } from './read-markdown.ts';

/** A fenced code block. */
export interface Fence {
  /** What stands behind the opening fence. */
  info: string;
  /** All lines of the block with their line breaks; without the indent or quote marks of what the block is in. */
  text: string;
  /** Where the first line of the block begins. */
  start: number;
  /** False where the answer, or what the block is in, ends before a closing fence. */
  closed: boolean;
}

/** Every fenced block, also those in lists and quotes; a fence inside of a longer one is part of it. */
export function findFences({ tokens, lines }: Markdown): Fence[] {
  return tokens.flatMap(({ type, map, content, info }) => {
    if (type !== 'fence' || !map) return [];
    const [opening, end] = map;
    const rows = content.split('\n').slice(0, -1);
    const first = opening + 1;
    // The parser sees every line break as \n; the answer's own come back here.
    const text = rows.map((row, index) => row + lines.lineBreak(first + index)).join('');
    const closed = end - first > rows.length;
    // A closing fence too many at the end of an answer opens nothing.
    if (!closed && text === '') return [];
    return [{ info: info.trim(), text, start: lines.start(first), closed }];
  });
}
