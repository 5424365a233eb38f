/** A part of a text that looks like a list or an object of JSON: offsets. */
export interface Region {
  start: number;
  end: number;
}

/**
 * How an object or a list begins that is worth a try: `[CONTENT]`, `[ ]`, `[1]` and `{x}` are words of prose.
 * What follows may be cut off.
 */
const OPENING =
  /\{\s*(?:["'“]|[\p{L}_$][\p{L}\p{N}_$]*\s*:|\/[/*]|$)|\[\s*(?:["'“{[]|(?:-?\d[\d.eE+-]*|true|false|null)\s*(?:,|$)|\/[/*]|$)/gu;
/** Beginnings without an end, each of which is followed to the end of the text. */
const MAX_UNCLOSED = 8;
const MAX_REGIONS = 16;

/**
 * The parts of a text that look like JSON, the longest first, at most 16.
 *
 * None stands in another that has an end. One that has none goes to the end of the text, as in an answer cut off.
 */
export function findRegions(text: string): Region[] {
  const regions: Region[] = [];
  const opening = new RegExp(OPENING);
  let unclosed = 0;
  for (let match = opening.exec(text); match && unclosed < MAX_UNCLOSED; match = opening.exec(text)) {
    const start = match.index;
    const end = findEnd(text, start);
    if (end === undefined) unclosed += 1;
    keepLongest(regions, { start, end: end ?? text.length });
    opening.lastIndex = end ?? start + 1;
  }
  return regions.sort((a, b) => lengthOf(b) - lengthOf(a) || a.start - b.start);
}

function keepLongest(regions: Region[], region: Region): void {
  regions.push(region);
  if (regions.length <= MAX_REGIONS) return;
  const shortest = regions.reduce((least, other) => (lengthOf(other) < lengthOf(least) ? other : least));
  regions.splice(regions.indexOf(shortest), 1);
}

function lengthOf({ start, end }: Region): number {
  return end - start;
}

const CLOSING_QUOTES: Record<string, string> = { '"': '"', "'": "'", '“': '”' };

/** Where the list or object that begins at `start` ends; undefined where it is not closed. */
function findEnd(text: string, start: number): number | undefined {
  let depth = 0;
  // A quote elsewhere than where a value may begin is an apostrophe, or one that its writer forgot to escape.
  let mayBegin = true;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    const quote = mayBegin ? CLOSING_QUOTES[char] : undefined;
    const comment = char === '/' ? endOfComment(text, at) : undefined;
    if (comment !== undefined) at = comment;
    else if (quote !== undefined) at = endOfString(text, at, quote);
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth === 0) return at + 1;
    if (comment === undefined && !/\s/.test(char)) mayBegin = '{[,:'.includes(char);
  }
  return undefined;
}

function endOfString(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}

/** The last place of the comment that begins at `start`, if one does. */
function endOfComment(text: string, start: number): number | undefined {
  const mark = text.slice(start, start + 2);
  if (mark !== '//' && mark !== '/*') return undefined;
  const end = mark === '//' ? text.indexOf('\n', start) : text.indexOf('*/', start + 2) + 1;
  return end <= 0 ? text.length : end;
}
