import type { ContextCut } from '@stepledger/contract';
import { type Framed, frameTag, toBlock } from './frame.ts';
import type { TokenCounter } from './token-counter.ts';

/** What a document may take of a context. */
export interface Room {
  readonly tokens: number;
  /** In code units. */
  readonly length: number;
}

/** A document with its frame, so that it fits. */
export interface Fitted {
  readonly block: string;
  /** The text or its beginning. */
  readonly shown: string;
  readonly cut: ContextCut | null;
  readonly tokens: number;
  readonly exact: boolean;
}

export interface FitOptions {
  readonly counter: TokenCounter;
  readonly room: Room;
  /** Tokens that must be there for the text of a document for it to be cut rather than left out. */
  readonly minCutTokens: number;
}

/** Puts a document into the room that there is, whole or cut; says what was short when not even that is possible. */
export async function fitText(
  document: Framed,
  text: string,
  options: FitOptions,
): Promise<{ fitted: Fitted | null; short: 'budget' | 'length' | null }> {
  const { counter, room } = options;
  const tag = frameTag(text);
  const block = toBlock(document, text, { tag, cut: null });
  // Counting what is too long only tells whether tokens are short as well.
  const { tokens, exact } = await counter.count(block.slice(0, room.length), room.tokens);
  if (tokens > room.tokens)
    return { fitted: await cutText(document, { text, tag }, options), short: 'budget' };
  if (block.length <= room.length) {
    return { fitted: { block, shown: text, cut: null, tokens, exact }, short: null };
  }
  return { fitted: await cutText(document, { text, tag }, options), short: 'length' };
}

/**
 * The longest beginning of a text that fits into its frame, cut at the end of a line.
 *
 * The frame's own tokens are guessed at first; the block is then counted as it is, and cut further by what it has too
 * much.
 */
async function cutText(
  document: Framed,
  { text, tag }: { text: string; tag: string },
  { counter, room, minCutTokens }: FitOptions,
): Promise<Fitted | null> {
  const ofLines = countLines(text);
  const blockOf = (shown: string): { block: string; cut: ContextCut } => {
    const cut = {
      characters: shown.length,
      ofCharacters: text.length,
      lines: countLines(shown),
      ofLines,
    };
    return { cut, block: toBlock(document, shown, { tag, cut }) };
  };
  const empty = toBlock(document, '', { tag, cut: null }).length + MAX_CUT_LENGTH;
  let allowed = room.tokens - counter.countShort(blockOf('').block);
  if (allowed < Math.max(minCutTokens, 1)) return null;
  const longest = Math.min(room.length - empty, text.length - 1);
  for (;;) {
    if (allowed < 1 || longest < 1) return null;
    const end = endOfCut(text, await findEnd(text.slice(0, longest), { counter, allowed }));
    if (end < 1) return null;
    const shown = text.slice(0, end);
    const { block, cut } = blockOf(shown);
    const { tokens, exact } = await counter.count(block, room.tokens);
    if (tokens <= room.tokens) return { block, shown, cut, tokens, exact };
    allowed -= tokens - room.tokens;
  }
}

/** Code units of what an opening tag says of a cut, at most, and of a line break. */
const MAX_CUT_LENGTH = 100;

/** How much of a text has `allowed` tokens at most. */
async function findEnd(
  text: string,
  { counter, allowed }: { counter: TokenCounter; allowed: number },
): Promise<number> {
  let left = allowed;
  for await (const { start, end, tokens, exact } of counter.pieces(text)) {
    if (tokens <= left) {
      left -= tokens;
      continue;
    }
    const count = exact ? counter.countShort : Buffer.byteLength;
    let [fits, tooMuch] = [start, end];
    while (tooMuch - fits > 1) {
      const middle = (fits + tooMuch) >> 1;
      if (count(text.slice(start, middle)) <= left) fits = middle;
      else tooMuch = middle;
    }
    return fits;
  }
  return text.length;
}

/** At the end of the last whole line, unless that loses more than half; then between two characters. */
function endOfCut(text: string, fits: number): number {
  const line = text.lastIndexOf('\n', fits - 1) + 1;
  if (fits > 0 && line * 2 >= fits) return line;
  return splitsCharacter(text, fits) ? fits - 1 : fits;
}

function splitsCharacter(text: string, at: number): boolean {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  const splitsPair = isHigh(before) && after >= 0xdc00 && after <= 0xdfff;
  return splitsPair || (before === 0x0d && after === 0x0a);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Lines that a text has anything of; a line break belongs to the line that it ends. */
function countLines(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
