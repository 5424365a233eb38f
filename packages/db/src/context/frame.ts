import { type ContextCut, LIMITS } from '@stepledger/contract';

/** What a frame says of a document. */
export interface Framed {
  readonly kind: string;
  readonly key: string;
  readonly version: number;
}

/**
 * The text of a document as it stands in a context: between an opening tag that says what it is and where it was cut,
 * and a closing tag that the text itself does not hold.
 *
 * A block begins with `<` and ends with `>` and a line break: no token of either encoding spans two blocks, so that their
 * counts add up.
 */
export function toBlock({ kind, key, version }: Framed, shown: string, { tag, cut }: BlockOptions): string {
  const part = cut ? ` shown="${cutSentence(cut)}"` : '';
  const opening = `<${tag} kind="${escapeName(kind)}" key="${escapeName(key)}" version="${version}"${part}>`;
  return `${opening}\n${shown}${shown === '' || shown.endsWith('\n') ? '' : '\n'}</${tag}>\n`;
}

export interface BlockOptions {
  /** See `frameTag`. */
  readonly tag: string;
  readonly cut: ContextCut | null;
}

/** Anything that might be taken for one of our tags, also with what nobody sees in it, and its number. */
const TAG = /<[\s\p{C}/\\]*document(?:-(\d{1,9}))?/giu;

/**
 * The name of the frame's tags: `document`, or for a text that holds such tags itself `document-2`, `document-3`, ...:
 * the first that it does not hold, as far as it can be shown. So no text can end its frame and pass for another document.
 */
export function frameTag(text: string): string {
  const taken = new Set<number>();
  let isTaken = false;
  for (const [, number] of text.slice(0, LIMITS.maxContextLength).matchAll(TAG)) {
    isTaken = true;
    if (number !== undefined) taken.add(Number(number));
  }
  if (!isTaken) return 'document';
  let free = 2;
  while (taken.has(free)) free += 1;
  return `document-${free}`;
}

function cutSentence({ characters, ofCharacters, lines, ofLines }: ContextCut): string {
  return `lines 1-${lines} of ${ofLines}, characters 1-${characters} of ${ofCharacters}`;
}

function escapeName(name: string): string {
  return name
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
