import { z } from 'zod';
import { asOfInput } from './as-of.ts';
import {
  idSchema,
  mutationInput,
  receiptFields,
  revisionSchema,
  stepRefSchema,
  timeSchema,
} from './common.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import { errorTextSchema, identifierSchema, keySchema } from './texts.ts';

export const stepStatusSchema = z.enum(['running', 'completed', 'failed']);
export type StepStatus = z.infer<typeof stepStatusSchema>;

export const stepSchema = z.strictObject({
  id: idSchema,
  runId: idSchema,
  name: identifierSchema,
  key: keySchema,
  /** Numbers the steps of one name in a run, from 1, in the order in which they began. */
  occurrence: z.int().min(1),
  parentStepId: idSchema.nullable(),
  status: stepStatusSchema,
  error: errorTextSchema.nullable(),
  startedRevision: revisionSchema,
  finishedRevision: revisionSchema.nullable(),
  startedAt: timeSchema,
  finishedAt: timeSchema.nullable(),
});
/** One step of a run; `run`, `name` and `key` are its identity, the same in every process. */
export type Step = z.infer<typeof stepSchema>;

const stepTarget = { ...mutationInput, runId: idSchema, step: stepRefSchema };
export const startStepInput = z.strictObject({
  ...stepTarget,
  /** The step that this one is part of. */
  parent: stepRefSchema.optional(),
});
export const completeStepInput = z.strictObject(stepTarget);
export const failStepInput = z.strictObject({ ...stepTarget, error: errorTextSchema });
export const changedStepSchema = z.strictObject({
  ...receiptFields,
  stepId: idSchema,
  status: stepStatusSchema,
});
export type ChangedStep = z.infer<typeof changedStepSchema>;

export const getStepInput = z.strictObject({ runId: idSchema, step: stepRefSchema, ...asOfInput });
export const listStepsInput = z.strictObject({
  ...pageInput,
  runId: idSchema,
  name: identifierSchema.optional(),
  status: stepStatusSchema.optional(),
  ...asOfInput,
});
export const stepPageSchema = pageOf(stepSchema);

export interface StepsService {
  /** Starts a step, or takes it up again; both are an entry. */
  start(input: z.output<typeof startStepInput>): Promise<ChangedStep>;
  complete(input: z.output<typeof completeStepInput>): Promise<ChangedStep>;
  fail(input: z.output<typeof failStepInput>): Promise<ChangedStep>;
  get(input: z.output<typeof getStepInput>): Promise<Step>;
  list(input: z.output<typeof listStepsInput>): Promise<Page<Step>>;
}
