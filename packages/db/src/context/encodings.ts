import type { TokenEncoding } from '@stepledger/contract';

/** Counts the tokens of a text, in time that grows with the square of its longest run without a boundary. */
export type CountTokens = (text: string) => number;

/** Words that are kept with their tokens, of `MAX_RUN` code units at most each. */
const MAX_CACHED_WORDS = 4000;
/** What looks like a control token of a model is text like any other. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

const LOADERS = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
} satisfies Record<TokenEncoding, () => Promise<unknown>>;

/** Loads an encoding's vocabulary when it is first asked for: half a second, and some 20 MB from then on. */
export async function loadEncoding(name: TokenEncoding): Promise<CountTokens> {
  const { countTokens, setMergeCacheSize } = await LOADERS[name]();
  setMergeCacheSize(MAX_CACHED_WORDS);
  return (text) => countTokens(text, AS_TEXT);
}
