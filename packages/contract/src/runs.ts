import { z } from 'zod';
import { asOfInput } from './as-of.ts';
import {
  idSchema,
  mutationInput,
  receiptFields,
  revisionSchema,
  timeSchema,
  versionSchema,
} from './common.ts';
import type { compareRunsInput, RunComparison } from './comparisons.ts';
import { type ForkedRun, type forkRunInput, runOriginSchema } from './forks.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import type { diffRunsInput, RunDiff } from './run-diffs.ts';
import type { overviewRunsInput, RunOverview, RunsWork, runsWorkInput } from './run-overviews.ts';
import { identifierSchema, metadataSchema, noteSchema } from './texts.ts';

export const runStatusSchema = z.enum(['running', 'completed', 'failed', 'cancelled']);
export type RunStatus = z.infer<typeof runStatusSchema>;

const workflowRefSchema = z.strictObject({ name: identifierSchema, version: versionSchema.optional() });

export const runSchema = z.strictObject({
  id: idSchema,
  key: identifierSchema,
  workflow: z.strictObject({ name: identifierSchema, version: versionSchema }).nullable(),
  goal: noteSchema.nullable(),
  status: runStatusSchema,
  /** The number of the last entry of this run's ledger. */
  revision: revisionSchema,
  metadata: metadataSchema,
  createdAt: timeSchema,
  /** When the last entry was written. */
  updatedAt: timeSchema,
  /** The revision at which the run last left `running`; null while it runs. */
  finishedRevision: revisionSchema.nullable(),
  /** The run that it was forked from; null when it was started. */
  origin: runOriginSchema.nullable(),
});
/** One execution of a workflow for one goal: a ledger of gapless revisions. */
export type Run = z.infer<typeof runSchema>;

export const startRunInput = z.strictObject({
  ...mutationInput,
  /** The caller's own name for the run: the same key finds it again. */
  key: identifierSchema,
  /** A run with a workflow refuses steps that it does not have, unless `strict` is false. */
  workflow: z
    .union([
      identifierSchema.transform((name): z.infer<typeof workflowRefSchema> => ({ name })),
      workflowRefSchema,
    ])
    .optional(),
  strict: z.boolean().default(true),
  goal: noteSchema.optional(),
  metadata: metadataSchema.optional(),
});
export const startedRunSchema = z.strictObject({
  ...receiptFields,
  key: identifierSchema,
  status: runStatusSchema,
  /** False when the key was taken: the run is then the one that was there, unchanged. */
  created: z.boolean(),
});
export type StartedRun = z.infer<typeof startedRunSchema>;

export const getRunInput = z.union([
  z.strictObject({ runId: idSchema, ...asOfInput }),
  z.strictObject({ key: identifierSchema, ...asOfInput }),
]);
export const listRunsInput = z.strictObject({
  ...pageInput,
  workflow: identifierSchema.optional(),
  status: runStatusSchema.optional(),
  /** Only the forks of this run, not those of its forks. */
  originRunId: idSchema.optional(),
});
export const updateRunInput = z.strictObject({
  ...mutationInput,
  runId: idSchema,
  goal: noteSchema.nullable().optional(),
  metadata: metadataSchema.optional(),
  /** Refused with VERSION_CONFLICT when the run is no longer at this revision. */
  expectedVersion: revisionSchema.optional(),
});
export const completeRunInput = z.strictObject({
  ...mutationInput,
  runId: idSchema,
  /** `running` takes a finished run up again. */
  status: runStatusSchema.default('completed'),
});
export const changedRunSchema = z.strictObject({ ...receiptFields, status: runStatusSchema });
export type ChangedRun = z.infer<typeof changedRunSchema>;

export const deleteRunInput = z.strictObject({ ...mutationInput, runId: idSchema });
export const deletedRunSchema = z.strictObject({ runId: idSchema, key: identifierSchema });
export const runPageSchema = pageOf(runSchema);

export interface RunsService {
  start(input: z.output<typeof startRunInput>): Promise<StartedRun>;
  get(input: z.output<typeof getRunInput>): Promise<Run>;
  list(input: z.output<typeof listRunsInput>): Promise<Page<Run>>;
  overview(input: z.output<typeof overviewRunsInput>): Promise<Page<RunOverview>>;
  work(input: z.output<typeof runsWorkInput>): Promise<RunsWork>;
  update(input: z.output<typeof updateRunInput>): Promise<ChangedRun>;
  complete(input: z.output<typeof completeRunInput>): Promise<ChangedRun>;
  diff(input: z.output<typeof diffRunsInput>): Promise<RunDiff>;
  fork(input: z.output<typeof forkRunInput>): Promise<ForkedRun>;
  compare(input: z.output<typeof compareRunsInput>): Promise<RunComparison>;
  delete(input: z.output<typeof deleteRunInput>): Promise<z.infer<typeof deletedRunSchema>>;
}
