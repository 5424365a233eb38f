import type { ContextManifest, ContextService, TokenEncoding } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { openTokenCounter, type TokenCounter } from './token-counter.ts';
import { findUsageRatio } from './usage-ratio.ts';

type Input = Parameters<ContextService['build']>[0];

/** A counter, and what its counts are worth in tokens of the model, in thousandths. */
export interface Tokenizer extends Pick<ContextManifest['tokenizer'], 'encoding' | 'model' | 'basis'> {
  readonly counter: TokenCounter;
  readonly thousandths: number;
}

/** Models whose encoding is public, by the beginnings of their names. The first that fits counts. */
const PUBLIC_ENCODINGS: readonly [RegExp, TokenEncoding][] = [
  [/^(gpt-4o|gpt-4\.[15]|gpt-[5-9]|gpt-oss|chatgpt-4o|codex|o[134](-|$))/, 'o200k_base'],
  [/^(gpt-4|gpt-3\.5|text-embedding-)/, 'cl100k_base'],
];

/**
 * The encoding by which models without a public one are estimated, and by how much more they may take: of prose and code
 * in English it is a third too much for most, of some newer ones next to nothing.
 */
const ESTIMATE = { encoding: 'cl100k_base', thousandths: 1500 } as const;

/** Chooses how tokens are counted; by a model, what its provider reported in the run up to the revision goes first. */
export async function openTokenizer(
  context: StoreContext,
  { runId, tokenizer }: Pick<Input, 'runId' | 'tokenizer'>,
  revision: number,
): Promise<Tokenizer> {
  if (typeof tokenizer === 'string') {
    const counter = await openTokenCounter(tokenizer);
    return { encoding: tokenizer, model: null, basis: 'encoding', counter, thousandths: 1000 };
  }
  const { model } = tokenizer;
  const known = encodingOf(model);
  const encoding = known ?? ESTIMATE.encoding;
  const counter = await openTokenCounter(encoding);
  const reported = await findUsageRatio(context, { runId, model, revision, encoding, counter });
  if (reported !== null) return { encoding, model, basis: 'provider_usage', counter, thousandths: reported };
  if (known) return { encoding, model, basis: 'encoding', counter, thousandths: 1000 };
  return { encoding, model, basis: 'estimate', counter, thousandths: ESTIMATE.thousandths };
}

/** Routers put the provider before the model's name: `openai/gpt-5`. */
function encodingOf(model: string): TokenEncoding | null {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return PUBLIC_ENCODINGS.find(([names]) => names.test(name))?.[1] ?? null;
}

/** Tokens of the model that a count is worth, rounded up. */
export function toModelTokens(count: number, { thousandths }: Pick<Tokenizer, 'thousandths'>): number {
  return Math.ceil((count * thousandths) / 1000);
}

/** The greatest count that is worth no more than a budget. */
export function toCountBudget(budget: number, { thousandths }: Pick<Tokenizer, 'thousandths'>): number {
  return Math.floor((budget * 1000) / thousandths);
}
