import type { Work } from '@stepledger/client';

/** All tokens of some work. Some providers report their sum, some only its parts, and some both. */
export function tokensOf(work: Pick<Work, 'inputTokens' | 'outputTokens' | 'totalTokens'>): number {
  return Math.max(work.totalTokens, work.inputTokens + work.outputTokens);
}
