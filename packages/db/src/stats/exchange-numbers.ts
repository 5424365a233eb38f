import type { ExchangeNumbers } from '@stepledger/contract';
import { failedParsesOf, lastParseOf } from '../parses/parses-of-exchange.ts';

const TOKENS = ['inputTokens', 'outputTokens', 'totalTokens'] as const;

/** SQL of what the numbers of the exchange `e`, of the project $1, are made of: worked out once, however often summed. */
export const NUMBER_COLUMNS = [
  'e.status',
  'e.total_ms',
  'e.first_byte_ms',
  'e.parse_count AS parses',
  `${failedParsesOf('e')} AS failed_parses`,
  `${lastParseOf('e')} AS last_parse`,
  ...TOKENS.map((field) => `(e.usage ->> '${field}')::float8 AS "${field}"`),
].join(', ');

const count = (condition: string) => `count(*) FILTER (WHERE ${condition})::float8`;
const sum = (column: string) => `coalesce(sum(${column}), 0)::float8 AS ${column.replace('e.', '')}`;
const percentiles = (column: string) =>
  `percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY e.${column}) AS ${column}`;
const REPORTED = TOKENS.map((field) => `e."${field}"`).join(', ');

/** SQL that sums exchanges `e` up, given as rows of `NUMBER_COLUMNS`. */
export const SUM_NUMBERS = [
  `${count('true')} AS exchanges`,
  `${count(`e.status = 'completed'`)} AS completed`,
  `${count(`e.status = 'failed'`)} AS failed`,
  `${count(`e.last_parse = 'completed'`)} AS parsed`,
  `${count(`e.last_parse = 'failed'`)} AS parse_failed`,
  sum('e.parses'),
  sum('e.failed_parses'),
  ...TOKENS.map((field) => sum(`e."${field}"`)),
  `${count(`e.status = 'completed' AND coalesce(${REPORTED}) IS NULL`)} AS without_usage`,
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
