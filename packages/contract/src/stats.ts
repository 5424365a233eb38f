import { z } from 'zod';
import { idSchema, timeSchema, versionSchema } from './common.ts';
import { LIMITS } from './limits.ts';
import { identifierSchema } from './texts.ts';

/** Not an integer as others, since sums may be larger than those are exact. */
const countSchema = z.number().min(0);

const percentilesSchema = z.strictObject({ p50: countSchema, p95: countSchema });

/** How some exchanges went, in numbers. */
export const exchangeNumbersFields = {
  exchanges: countSchema,
  completed: countSchema,
  failed: countSchema,
  /** Exchanges whose response was read: how the last parse of each ended. */
  parsed: countSchema,
  parseFailed: countSchema,
  /** Every parse of theirs, also those that a later one made good. */
  parses: countSchema,
  failedParses: countSchema,
  /** Sums of what providers reported. */
  inputTokens: countSchema,
  outputTokens: countSchema,
  totalTokens: countSchema,
  /** Completed exchanges whose provider reported none of the three. */
  withoutUsage: countSchema,
  /**
   * How long they took, and how long until the first byte came, in milliseconds by the clocks of their callers: values
   * that half and 95 % of them did not exceed. Null when nobody said.
   */
  totalMs: percentilesSchema.nullable(),
  firstByteMs: percentilesSchema.nullable(),
};
const exchangeNumbersSchema = z.strictObject(exchangeNumbersFields);
export type ExchangeNumbers = z.infer<typeof exchangeNumbersSchema>;

export const exchangeStatsInput = z.strictObject({
  /** What to group by: the step's name, the model, the prompt's version, the day in UTC; no groups when left out. */
  by: z.enum(['step', 'model', 'prompt', 'day']).optional(),
  /** Exchanges that were opened from this time on; 30 days before `to` when left out. */
  from: timeSchema.optional(),
  /** And before this time; now when left out. At most LIMITS.maxStatsDays after `from`. */
  to: timeSchema.optional(),
  runId: idSchema.optional(),
  /** The workflow of the run. */
  workflow: identifierSchema.optional(),
  /** Groups at most, the largest first; those beyond are summed up in `others`. Days are all shown. */
  limit: z.int().min(1).max(LIMITS.maxStatsGroups).default(50),
});

export const exchangeStatsSchema = z.strictObject({
  from: timeSchema,
  to: timeSchema,
  /**
   * The time from which on all were counted, when there were more than LIMITS.maxStatsExchanges to look at: of those
   * before it none was. Null when all of the window were.
   */
  cutAt: timeSchema.nullable(),
  total: exchangeNumbersSchema,
  /** By number of exchanges, the most first; days in their order, those without an exchange left out. */
  groups: z.array(
    z.strictObject({
      /** The step's name, the model, the prompt's name or the day, as `2026-01-31`; null of those that have none. */
      name: z.string().nullable(),
      /** The version of the prompt; null when not grouped by it. */
      version: versionSchema.nullable(),
      ...exchangeNumbersFields,
    }),
  ),
  /** All groups that are not shown; null when there are none. */
  others: z.strictObject({ groups: countSchema, ...exchangeNumbersFields }).nullable(),
});
/** How the exchanges of a time went. */
export type ExchangeStats = z.infer<typeof exchangeStatsSchema>;

export interface StatsService {
  exchanges(input: z.output<typeof exchangeStatsInput>): Promise<ExchangeStats>;
}
