import type { Services } from '@stepledger/contract';
import { ANYTHING } from './load.ts';

type Query = Parameters<Services['search']['query']>[0];

export interface NamedQuery {
  readonly name: string;
  readonly query: Query;
}

/** How often a word must stand in documents to count as what it is called, as a share of them. */
const COMMON = 1 / 25;

/** Chooses words by how often they stand in some documents, so that every corpus is asked for what it has. */
export function chooseQueries(sample: readonly string[]): {
  rare: string;
  common: string;
  phrase: string;
  path: string;
  name: string;
} {
  const counts = new Map<string, number>();
  const pairs = new Map<string, number>();
  for (const text of sample) {
    const words = text.toLowerCase().match(/\b[a-z]{5,12}\b/g) ?? [];
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const said = text.toLowerCase().matchAll(/\b([a-z]{4,10}) (?=([a-z]{4,10})\b)/g);
    for (const pair of new Set(Array.from(said, ([, a, b]) => `${a} ${b}`)))
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  const nearest = (table: Map<string, number>, share: number) =>
    [...table].reduce((best, next) =>
      Math.abs(next[1] / sample.length - share) < Math.abs(best[1] / sample.length - share) ? next : best,
    )[0];
  const isCommon = (word: string) => (counts.get(word) ?? 0) / sample.length > COMMON / 2;
  const commonPairs = new Map([...pairs].filter(([pair]) => pair.split(' ').every(isCommon)));
  const joined = sample.join('\n');
  return {
    rare: nearest(counts, 3 / sample.length),
    common: nearest(counts, COMMON),
    phrase: [...commonPairs].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '',
    path: /(?<=[\s'"`])[a-z]{3,}\/[a-z]{3,}\/[a-z]{3,}(?=[\s'"`])/.exec(joined)?.[0] ?? '',
    name: /\b[a-z]{3,}[A-Z][a-z]{3,}[A-Z][a-z]{3,}\b/.exec(joined)?.[0] ?? '',
  };
}

export function toQueries(chosen: ReturnType<typeof chooseQueries>, run: string): NamedQuery[] {
  const typo = `${chosen.common.slice(0, 2)}${chosen.common.slice(3)}`;
  const texts: [string, string, Partial<Query>][] = [
    [`rare word (${chosen.rare})`, chosen.rare, {}],
    [`common word (${chosen.common})`, chosen.common, {}],
    [`phrase ("${chosen.phrase}")`, `"${chosen.phrase}"`, {}],
    [`path (${chosen.path})`, chosen.path, {}],
    [`identifier (${chosen.name})`, chosen.name, { mode: 'exact' }],
    [`typo (${typo})`, typo, { mode: 'fuzzy' }],
    ['no match', 'qzxwvutsrq', {}],
  ];
  const filters: [string, Query['filter']][] = [
    ['', {}],
    [', in a run', { run }],
    [', in a step', { step: 'design_step' }],
    [', of a kind', { kind: 'review' }],
  ];
  return texts.flatMap(([name, text, more]) =>
    filters.map(([filtered, filter]) => ({
      name: `${name}${filtered}`,
      query: { ...ANYTHING, ...more, text, filter },
    })),
  );
}
