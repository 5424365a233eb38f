import type { ExchangeNumbers } from '@stepledger/client';
import type { STATS_MEASURES } from '../../app/search-params.ts';
import { formatDuration, formatNumber } from '../../lib/words/format.ts';

export type Measure = (typeof STATS_MEASURES)[number];

interface Series {
  label: string;
  toValue: (numbers: ExchangeNumbers) => number;
  /** Tells the series apart where there are two. */
  color: string;
}

export interface ShownMeasure {
  label: string;
  /** `stacked`: the parts of a sum. `beside`: each stands for itself. */
  kind: 'stacked' | 'beside';
  series: readonly Series[];
  format: (value: number) => string;
}

const FIRST = 'bg-primary';
const SECOND = 'bg-warning';

/** What the chart can show of each group. */
export const MEASURES: Readonly<Record<Measure, ShownMeasure>> = {
  tokens: {
    label: 'Tokens',
    kind: 'stacked',
    series: [
      { label: 'input', toValue: ({ inputTokens }) => inputTokens, color: FIRST },
      { label: 'output', toValue: ({ outputTokens }) => outputTokens, color: SECOND },
    ],
    format: formatNumber,
  },
  latency: {
    label: 'Latency',
    kind: 'beside',
    series: [
      { label: 'p50', toValue: ({ totalMs }) => totalMs?.p50 ?? 0, color: FIRST },
      { label: 'p95', toValue: ({ totalMs }) => totalMs?.p95 ?? 0, color: SECOND },
    ],
    format: formatDuration,
  },
  parses: {
    label: 'Parse failures',
    kind: 'beside',
    series: [
      { label: 'not parsed in the end', toValue: ({ parseFailed }) => parseFailed, color: FIRST },
      {
        label: 'failed parses, with those made good',
        toValue: ({ failedParses }) => failedParses,
        color: SECOND,
      },
    ],
    format: formatNumber,
  },
  exchanges: {
    label: 'Exchanges',
    kind: 'stacked',
    series: [
      { label: 'not failed', toValue: ({ exchanges, failed }) => exchanges - failed, color: FIRST },
      { label: 'failed', toValue: ({ failed }) => failed, color: SECOND },
    ],
    format: formatNumber,
  },
};

/** Of the responses that were given to a parser, the share that none could read: `2.5 %`; null when none was given. */
export function formatUnparsed({ parsed, parseFailed }: ExchangeNumbers): string | null {
  const seen = parsed + parseFailed;
  return seen === 0 ? null : `${Math.round((parseFailed / seen) * 1000) / 10} %`;
}
