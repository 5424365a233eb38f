import { LIMITS, type Usage } from '@stepledger/contract';
import { at } from './json.ts';
import { toIdentifier } from './sent-request.ts';

/** A failure that a provider reports is a sentence; what is longer says no more. */
const MAX_FAILURE_LENGTH = 4000;

/** What was read of an answer so far. Its text is cut where it would become longer than LIMITS.maxTextBytes. */
export class Answer {
  /** The end mark has arrived. */
  isEnded = false;
  /** Nothing more is to be said, though the end mark may follow: a body that ends now is whole. */
  isSaid = false;
  failure: string | undefined;
  model: string | undefined;
  usage: Usage | undefined;
  #pieces: string[] | null = null;
  #length = 0;
  #isCut = false;

  get text(): string | null {
    return this.#pieces?.join('') ?? null;
  }

  /** Adds to the text, if it is one. */
  say(text: unknown): void {
    if (typeof text !== 'string') return;
    this.#isCut ||= this.#length + text.length > LIMITS.maxTextBytes;
    if (this.#isCut) return;
    this.#pieces ??= [];
    if (text !== '') this.#pieces.push(text);
    this.#length += text.length;
  }

  /** Says it anew: the whole text stands where only pieces of it stood before. */
  sayAgain(texts: readonly unknown[]): void {
    if (!texts.some((text) => typeof text === 'string')) return;
    this.#pieces = null;
    this.#length = 0;
    this.#isCut = false;
    for (const text of texts) this.say(text);
  }

  setModel(model: unknown): void {
    this.model = toIdentifier(model) ?? this.model;
  }

  /** Takes over the counts that are counts; what is reported later counts. */
  setUsage(counts: { [K in keyof Usage]: unknown }): void {
    for (const name of Object.keys(counts) as (keyof Usage)[]) {
      const count = counts[name];
      if (Number.isSafeInteger(count) && (count as number) >= 0) {
        this.usage = { ...this.usage, [name]: count as number };
      }
    }
  }

  /** Takes over what the provider says went wrong: the first counts. */
  fail(error: unknown): void {
    const said = [error, at(error, 'message'), at(error, 'code'), at(error, 'type')];
    const text = said.find((part) => typeof part === 'string' && part !== '') ?? 'no reason given';
    this.failure ??= String(text).slice(0, MAX_FAILURE_LENGTH);
  }
}
