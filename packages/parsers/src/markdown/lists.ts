import type { Markdown, Token } from './read-markdown.ts';

export type Marker = 'bullet' | 'number';

/** An item of a list: offsets in the raw text. */
export interface ListItem {
  marker: Marker;
  /** Whether its box is ticked; null where it has none. */
  checked: boolean | null;
  /** From behind its marker and box to the end of its last line that is not blank. */
  start: number;
  end: number;
  /** The items of all lists right inside of it. */
  nested: ListItem[];
  /** Where it ends without those, if nothing of its own follows them; else the same as `end`. */
  endOfOwn: number;
}

/** The lists of a text that stand in no other list or quote, each with its items. */
export function findLists({ raw, tokens, lines }: Markdown): ListItem[][] {
  let next = 0;

  /** Reads the list whose opening token is at `next`. */
  function readList(from: number): ListItem[] {
    const items: ListItem[] = [];
    const marker = tokens[next]?.type === 'ordered_list_open' ? 'number' : 'bullet';
    next += 1;
    for (let token = tokens[next]; token?.type === 'list_item_open'; token = tokens[next]) {
      // The first item may stand on the line of the item around.
      items.push(readItem(token, { marker, from: Math.max(from, lines.start(token.map?.[0] ?? 0)) }));
    }
    next += 1;
    return items;
  }

  function readItem({ map, level }: Token, { marker, from }: { marker: Marker; from: number }): ListItem {
    const [first, after] = map ?? [0, 0];
    const content = skipMarker(raw, from);
    const { start, checked } = readBox(raw, content);
    const end = Math.max(start, lines.end(lines.trimEnd(first, after) - 1));
    const nested: ListItem[] = [];
    let endOfOwn = end;
    next += 1;
    for (let token = tokens[next]; token && token.level > level; token = tokens[next]) {
      if (token.level === level + 1 && isListOpen(token)) {
        const line = token.map?.[0] ?? first;
        if (nested.length === 0) {
          endOfOwn = line === first ? start : Math.max(start, lines.end(lines.trimEnd(first, line) - 1));
        }
        nested.push(...readList(content));
      } else {
        // Text below a nested list must not be lost.
        if (nested.length > 0) endOfOwn = end;
        next += 1;
      }
    }
    next += 1;
    return { marker, checked, start, end, nested, endOfOwn };
  }

  const lists: ListItem[][] = [];
  for (let token = tokens[next]; token; token = tokens[next]) {
    if (token.level === 0 && isListOpen(token)) lists.push(readList(0));
    else next += 1;
  }
  return lists;
}

function isListOpen({ type }: Token): boolean {
  return type === 'bullet_list_open' || type === 'ordered_list_open';
}

const MARKER = /[ \t]*(?:[-+*]|\d{1,9}[.)])/y;
const BOX = /\[([ xX])\](?:[ \t]+|(?=[\r\n])|$)/y;

/** The end of the marker that stands at `from`, and of the blanks behind it. */
function skipMarker(raw: string, from: number): number {
  const marker = matchAt(MARKER, raw, from)?.[0] ?? '';
  const behind = from + marker.length;
  const blanks = matchAt(/[ \t]*/y, raw, behind)?.[0] ?? '';
  const isBlankLine = /^[\r\n]?$/.test(raw.charAt(behind + blanks.length));
  // What is indented by more than 4 is code, whose blanks are its own.
  if (!isBlankLine) return behind + (blanks.length > 4 ? 1 : blanks.length);
  return behind + (matchAt(/\s*/y, raw, behind)?.[0].length ?? 0);
}

function readBox(raw: string, from: number): { start: number; checked: boolean | null } {
  const box = matchAt(BOX, raw, from);
  if (!box) return { start: from, checked: null };
  return { start: from + box[0].length, checked: box[1] !== ' ' };
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}
