import type { ExchangeNumbers } from '@stepledger/contract';

/** SQL of the columns of the exchange `e` that its numbers are made of. */
export const NUMBER_COLUMNS = `e.id, e.status, e.usage, e.total_ms, e.first_byte_ms, e.parse_count, e.parsed_revision`;

const TOKENS = ['inputTokens', 'outputTokens', 'totalTokens'] as const;

/** An exchange says itself how its parses ended, unless there are several and one succeeded. */
const LAST_PARSE = `CASE WHEN e.parse_count = 0 THEN NULL WHEN e.parsed_revision IS NULL THEN 'failed'
  WHEN e.parse_count = 1 THEN 'completed'
  ELSE (SELECT p.status FROM parse p
    WHERE p.project_id = $1 AND p.exchange_id = e.id AND p.attempt = e.parse_count) END`;
const FAILED_PARSES = `CASE WHEN e.parsed_revision IS NULL THEN e.parse_count WHEN e.parse_count = 1 THEN 0
  ELSE (SELECT count(*)::int FROM parse p
    WHERE p.project_id = $1 AND p.exchange_id = e.id AND p.status = 'failed') END`;

const count = (condition: string) => `count(*) FILTER (WHERE ${condition})::float8`;
const sum = (value: string) => `coalesce(sum(${value}), 0)::float8`;
const percentiles = (column: string) =>
  `percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY e.${column}) AS ${column}`;

/** SQL that sums exchanges `e` up, given as rows of `NUMBER_COLUMNS` of the project $1. */
export const SUM_NUMBERS = [
  `${count('true')} AS exchanges`,
  `${count(`e.status = 'completed'`)} AS completed`,
  `${count(`e.status = 'failed'`)} AS failed`,
  `${count(`${LAST_PARSE} = 'completed'`)} AS parsed`,
  `${count(`${LAST_PARSE} = 'failed'`)} AS parse_failed`,
  `${sum('e.parse_count')} AS parses`,
  `${sum(FAILED_PARSES)} AS failed_parses`,
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
