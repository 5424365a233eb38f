import { type ContextDocument, type ContextPart, LIMITS } from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import type { StoreContext } from '../store-context.ts';
import type { Candidate } from './candidates.ts';
import { fitText, type Room } from './fit-text.ts';
import type { TokenCounter } from './token-counter.ts';

export interface FilledContext {
  readonly text: string;
  readonly parts: readonly ContextPart[];
  /** Of each candidate, in their order; tokens as counted. */
  readonly documents: readonly ContextDocument[];
  readonly tokens: number;
  readonly exact: boolean;
}

/** A document is left out rather than cut to less than so many tokens of its text, unless it is pinned. */
const MIN_CUT_TOKENS = 100;

type Tried = Awaited<ReturnType<typeof fitText>>;

/**
 * Fills a budget with documents, in their order.
 *
 * Pins share it: the shortest first, each gets an equal part of what is left, so that none is cut while a longer one is
 * whole. The others follow for as long as they fit whole; the first that does not is cut to what is left, or left out
 * when that is too little, and so is all that comes after it.
 */
export async function fillContext(
  context: StoreContext,
  candidates: readonly Candidate[],
  { counter, budget }: { counter: TokenCounter; budget: number },
): Promise<FilledContext> {
  const filling = new Filling(counter, budget);
  const withText = candidates.filter(({ blob }) => blob !== null);
  const pins = withText.filter(({ why }) => why === 'pinned');
  const others = withText.filter(({ why }) => why !== 'pinned');
  const bySize = [...pins].sort((a, b) => (a.blob?.size ?? 0) - (b.blob?.size ?? 0));

  let waiting = bySize.length;
  const tooLong: Candidate[] = [];
  for await (const [pin, text] of readInPages(context, bySize, filling)) {
    if (!(await filling.tryPin(pin, text, waiting))) tooLong.push(pin);
    waiting -= 1;
  }
  // One whose share did not even hold its frame may fit into what the others have left.
  for await (const [pin, text] of readInPages(
    context,
    pins.filter((pin) => tooLong.includes(pin)),
    filling,
  )) {
    await filling.tryPin(pin, text, 1);
  }
  for await (const [candidate, text] of readInPages(context, others, filling)) {
    if (!(await filling.tryNext(candidate, text))) break;
  }
  return filling.toContext(candidates);
}

class Filling {
  readonly #counter: TokenCounter;
  readonly #tried = new Map<Candidate, Tried>();
  #room: Room;
  #count = 0;
  /** What the documents that were not looked at any more lack. */
  #short: 'budget' | 'length' | 'count' = 'budget';

  constructor(counter: TokenCounter, budget: number) {
    this.#counter = counter;
    this.#room = { tokens: budget, length: LIMITS.maxContextLength };
  }

  get room(): Room {
    return this.#room;
  }

  /** @returns whether it is in, whole or cut. */
  async tryPin(pin: Candidate, text: string, waiting: number): Promise<boolean> {
    const room = {
      tokens: Math.floor(this.#room.tokens / waiting),
      length: Math.floor(this.#room.length / waiting),
    };
    return this.#place(pin, await fitText(pin, text, { counter: this.#counter, room, minCutTokens: 1 }));
  }

  /** @returns whether there may be room for one more. */
  async tryNext(candidate: Candidate, text: string): Promise<boolean> {
    if (this.#count >= LIMITS.maxLinks) {
      this.#short = 'count';
      return false;
    }
    const options = { counter: this.#counter, room: this.#room, minCutTokens: MIN_CUT_TOKENS };
    const tried = await fitText(candidate, text, options);
    this.#place(candidate, tried);
    if (tried.short === null) return true;
    this.#short = tried.short;
    return false;
  }

  #place(candidate: Candidate, tried: Tried): boolean {
    const { fitted } = tried;
    this.#tried.set(candidate, tried);
    if (!fitted) return false;
    const { tokens, length } = this.#room;
    this.#room = { tokens: tokens - fitted.tokens, length: length - fitted.block.length };
    this.#count += 1;
    return true;
  }

  toContext(candidates: readonly Candidate[]): FilledContext {
    const blocks: string[] = [];
    const parts: ContextPart[] = [];
    let tokens = 0;
    let exact = true;
    const documents = candidates.map((candidate) => {
      const { documentId, version, kind, key, why } = candidate;
      const named = { documentId, version, kind, key };
      const tried = this.#tried.get(candidate);
      if (!tried?.fitted) {
        const leftOut = candidate.leftOut ?? tried?.short ?? this.#short;
        return { ...named, why, shown: 'none', tokens: 0, cut: null, leftOut } as const;
      }
      const { block, shown, cut, ...count } = tried.fitted;
      blocks.push(block);
      parts.push({ ...named, text: shown, cut });
      tokens += count.tokens;
      exact &&= count.exact;
      return {
        ...named,
        why,
        shown: cut ? 'cut' : 'whole',
        tokens: count.tokens,
        cut,
        leftOut: tried.short,
      } as const;
    });
    return { text: blocks.join(''), parts, documents, tokens, exact };
  }
}

/** Documents whose texts are read at once. */
const PAGE = 500;
/** Bytes that a token of prose or code seldom has: so much is read ahead for the room that there is. */
const BYTES_AHEAD = 8;
const MIN_PAGE_BYTES = 64 * 1024;

/** Reads texts a page at a time, as much as may still fit; of one document at least, and of 8 MiB at most beyond that. */
async function* readInPages(
  context: StoreContext,
  candidates: readonly Candidate[],
  filling: { readonly room: Room },
): AsyncGenerator<[Candidate, string]> {
  for (let start = 0; start < candidates.length; ) {
    const ahead = Math.max(filling.room.tokens * BYTES_AHEAD, MIN_PAGE_BYTES);
    const page = takePage(candidates, start, Math.min(ahead, LIMITS.maxPageTextBytes));
    start += page.length;
    const blobs = page.map(({ blob }) => blob ?? NO_BLOB);
    const texts = await readTexts(context, blobs);
    for (const [index, candidate] of page.entries()) yield [candidate, texts(blobs[index] ?? NO_BLOB) ?? ''];
  }
}

const NO_BLOB = { sha256: null, encoding: null };

function takePage(candidates: readonly Candidate[], start: number, maxBytes: number): Candidate[] {
  const page: Candidate[] = [];
  let bytes = 0;
  for (const candidate of candidates.slice(start, start + PAGE)) {
    bytes += candidate.blob?.size ?? 0;
    if (page.length > 0 && bytes > maxBytes) break;
    page.push(candidate);
  }
  return page;
}
