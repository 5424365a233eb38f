import { z } from 'zod';
import { idSchema, revisionSchema } from './common.ts';
import { runOriginSchema } from './forks.ts';
import { LIMITS } from './limits.ts';
import { runStatusSchema } from './runs.ts';
import { stepStatusSchema } from './steps.ts';
import { identifierSchema, keySchema } from './texts.ts';

const countSchema = z.number().min(0);

const workFields = {
  exchanges: countSchema,
  /** Those of them that failed. */
  failedExchanges: countSchema,
  parses: countSchema,
  failedParses: countSchema,
  /** Messages sent, the whole conversation counted with each exchange. */
  messages: countSchema,
  /** Stored bytes of the raw responses, of failed exchanges too. */
  responseBytes: countSchema,
  /** Documents with a version that was written there. */
  documents: countSchema,
  /** Stored bytes of the texts of all those versions; one that only changed attributes brought none. */
  documentBytes: countSchema,
  /** Sums of what providers reported. */
  inputTokens: countSchema,
  outputTokens: countSchema,
  totalTokens: countSchema,
  /** Completed exchanges whose provider reported none of the three. */
  withoutUsage: countSchema,
  /** How long the exchanges took by the clocks of their callers, in milliseconds, as far as they said so. */
  exchangeMs: countSchema,
};

export const workSchema = z.strictObject(workFields);
/** What was done in a run or a step, in numbers; what was purged counts with 0 bytes. */
export type Work = z.infer<typeof workSchema>;

export const comparedStepSchema = z.strictObject({
  id: idSchema,
  status: stepStatusSchema,
  /** Whether nothing of it was done in this run: all of it came with the fork. */
  inherited: z.boolean(),
  /** From its beginning to its end, in milliseconds; null while it is running. */
  durationMs: countSchema.nullable(),
  ...workFields,
});
export type ComparedStep = z.infer<typeof comparedStepSchema>;

export const comparedRunSchema = z.strictObject({
  id: idSchema,
  key: identifierSchema,
  status: runStatusSchema,
  revision: revisionSchema,
  origin: runOriginSchema.nullable(),
  /** Everything that the run shows, what came with the fork included. */
  total: workSchema,
  /** What was done since the fork; the same as `total` in a run that is none. */
  own: workSchema,
});
export type ComparedRun = z.infer<typeof comparedRunSchema>;

export const compareRunsInput = z.strictObject({
  runIds: z
    .array(idSchema)
    .min(2)
    .max(LIMITS.maxComparedRuns)
    .refine(
      (ids) => new Set(ids.map((id) => id.toLowerCase())).size === ids.length,
      'must not name a run twice',
    ),
});
export const runComparisonSchema = z.strictObject({
  /** In the order in which they were asked for. */
  runs: z.array(comparedRunSchema),
  /** The steps of all of them, by the earliest revision at which one of them began. */
  steps: z.array(
    z.strictObject({
      name: identifierSchema,
      key: keySchema,
      /** One for each run, in their order; null in a run that has no such step. */
      runs: z.array(comparedStepSchema.nullable()),
    }),
  ),
  /** Whether there are more steps than LIMITS.maxComparedSteps. */
  cut: z.boolean(),
});
/** Runs side by side, such as the forks of one run. */
export type RunComparison = z.infer<typeof runComparisonSchema>;
