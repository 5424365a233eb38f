import type { ExchangeNumbers } from '@stepledger/contract';
import { failedParsesOf, lastParseOf } from '../parses/parses-of-exchange.ts';

/** SQL of the columns of the exchange `e` that its numbers are made of. */
export const NUMBER_COLUMNS = `e.id, e.status, e.usage, e.total_ms, e.first_byte_ms, e.parse_count, e.parsed_revision`;

const TOKENS = ['inputTokens', 'outputTokens', 'totalTokens'] as const;

const count = (condition: string) => `count(*) FILTER (WHERE ${condition})::float8`;
const sum = (value: string) => `coalesce(sum(${value}), 0)::float8`;
const percentiles = (column: string) =>
  `percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY e.${column}) AS ${column}`;

/** SQL that sums exchanges `e` up, given as rows of `NUMBER_COLUMNS` of the project $1. */
export const SUM_NUMBERS = [
  `${count('true')} AS exchanges`,
  `${count(`e.status = 'completed'`)} AS completed`,
  `${count(`e.status = 'failed'`)} AS failed`,
  `${count(`${lastParseOf('e')} = 'completed'`)} AS parsed`,
  `${count(`${lastParseOf('e')} = 'failed'`)} AS parse_failed`,
  `${sum('e.parse_count')} AS parses`,
  `${sum(failedParsesOf('e'))} AS failed_parses`,
  ...TOKENS.map((field) => `${sum(`(e.usage ->> '${field}')::float8`)} AS "${field}"`),
  `${count(`e.status = 'completed' AND NOT coalesce(e.usage ?| '{${TOKENS.join(',')}}', false)`)} AS without_usage`,
  percentiles('total_ms'),
  percentiles('first_byte_ms'),
].join(', ');

export interface NumbersRow {
  exchanges: number;
  completed: number;
  failed: number;
  parsed: number;
  parse_failed: number;
  parses: number;
  failed_parses: number;
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
  without_usage: number;
  total_ms: (number | null)[] | null;
  first_byte_ms: (number | null)[] | null;
}

export const NO_NUMBERS: NumbersRow = {
  exchanges: 0,
  completed: 0,
  failed: 0,
  parsed: 0,
  parse_failed: 0,
  parses: 0,
  failed_parses: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  without_usage: 0,
  total_ms: null,
  first_byte_ms: null,
};

export function toNumbers(row: NumbersRow): ExchangeNumbers {
  const { exchanges, completed, failed, parsed, parses, inputTokens, outputTokens, totalTokens } = row;
  return {
    exchanges,
    completed,
    failed,
    parsed,
    parseFailed: row.parse_failed,
    parses,
    failedParses: row.failed_parses,
    inputTokens,
    outputTokens,
    totalTokens,
    withoutUsage: row.without_usage,
    totalMs: toPercentiles(row.total_ms),
    firstByteMs: toPercentiles(row.first_byte_ms),
  };
}

/** Of no value at all, PostgreSQL answers NULL. */
function toPercentiles(values: (number | null)[] | null): ExchangeNumbers['totalMs'] {
  const [p50 = null, p95 = null] = values ?? [];
  return p50 === null || p95 === null ? null : { p50, p95 };
}
