import { z } from 'zod';
import { idSchema, stepNameFields, timeSchema } from './common.ts';
import { workSchema } from './comparisons.ts';
import { LIMITS } from './limits.ts';
import { pageOf } from './pages.ts';
import { listRunsInput, runSchema } from './runs.ts';

/**
 * `newest` and `oldest` by when runs were started, `changed` by the minute of their last entry, the latest first.
 *
 * By what was counted, such as tokens, there is no order: no index could serve it.
 */
export const runOrderSchema = z.enum(['newest', 'oldest', 'changed']);
export type RunOrder = z.infer<typeof runOrderSchema>;

export const overviewRunsInput = listRunsInput.extend({
  order: runOrderSchema.default('newest'),
  limit: z.int().min(1).max(LIMITS.maxPageSize).default(50),
});

export const summedWorkSchema = workSchema.extend({
  /** Whether only the newest rows were summed up: the run may have more than these numbers say. */
  cut: z.boolean(),
});
/** What was done in a run, what came with a fork included, as far as it was looked at. */
export type SummedWork = z.infer<typeof summedWorkSchema>;

export const runOverviewSchema = runSchema.extend({
  /** Of the steps that are running the one that began last; of a finished run the one that it was left in. */
  currentStep: z.strictObject({ ...stepNameFields, startedAt: timeSchema }).nullable(),
  /** From its start to its finish, in milliseconds; null while it is running. A fork starts with the run it came from. */
  durationMs: z.number().min(0).nullable(),
  work: summedWorkSchema,
});
/** A run with what a table of runs shows of it. */
export type RunOverview = z.infer<typeof runOverviewSchema>;
export const runOverviewPageSchema = pageOf(runOverviewSchema);

export const runsWorkInput = z.strictObject({
  runIds: z
    .array(idSchema)
    .min(1)
    .max(LIMITS.maxWorkRuns)
    .refine(
      (ids) => new Set(ids.map((id) => id.toLowerCase())).size === ids.length,
      'must not name a run twice',
    ),
});
export const runsWorkSchema = z.strictObject({
  /** In the order in which they were asked for. */
  runs: z.array(summedWorkSchema.extend({ runId: idSchema })),
});
export type RunsWork = z.infer<typeof runsWorkSchema>;
