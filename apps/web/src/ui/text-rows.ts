/** A line of a text, or a piece of a very long one. */
export interface TextRow {
  /** The number of the line, from 1. */
  line: number;
  /** Whether the line begins here. */
  first: boolean;
  text: string;
}

/** Where in a text a part of it begins: in code units, and at which line. */
export interface TextPlace {
  offset: number;
  line: number;
}

export interface TextPart {
  rows: TextRow[];
  /** Where the next part begins; null at the end of the text. */
  next: TextPlace | null;
}

export const TEXT_START: TextPlace = { offset: 0, line: 1 };

/** A browser can lay out about a million rows in one box; so many keep their numbers small and the page quick. */
const MAX_ROWS = 50_000;
/** Code units of a row: the rest of the line follows in the next ones. */
const MAX_ROW_LENGTH = 2000;

/** Cuts a part of a text into rows to be drawn; all rows of all parts together are the text without its line feeds. */
export function toTextPart(text: string, from: TextPlace = TEXT_START, maxRows = MAX_ROWS): TextPart {
  const rows: TextRow[] = [];
  let { offset, line } = from;
  // A part may begin within a line.
  let first = offset === 0 || text[offset - 1] === '\n';
  for (;;) {
    if (rows.length === maxRows) return { rows, next: { offset, line } };
    const lineEnd = text.indexOf('\n', offset);
    const end = lineEnd === -1 ? text.length : lineEnd;
    const cut = offset + MAX_ROW_LENGTH;
    if (end > cut) {
      const at = isWithinPair(text, cut) ? cut - 1 : cut;
      rows.push({ line, first, text: text.slice(offset, at) });
      offset = at;
      first = false;
      continue;
    }
    rows.push({ line, first, text: text.slice(offset, end) });
    if (lineEnd === -1) return { rows, next: null };
    offset = end + 1;
    line += 1;
    first = true;
    // What follows the last line feed is no line.
    if (offset === text.length) return { rows, next: null };
  }
}

function isWithinPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000;
}
