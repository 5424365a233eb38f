import { z } from 'zod';
import { idSchema, mutationInput, receiptFields, revisionSchema, stepRefSchema } from './common.ts';
import { identifierSchema, metadataSchema, noteSchema } from './texts.ts';

/** Where a run was forked from: what it has up to this revision is a copy of what that run had. */
export const runOriginSchema = z.strictObject({
  /** The run may have been deleted since. */
  runId: idSchema,
  revision: revisionSchema,
});
export type RunOrigin = z.infer<typeof runOriginSchema>;

export const forkRunInput = z
  .strictObject({
    ...mutationInput,
    runId: idSchema,
    /** The last revision that the fork has of the run; its newest when neither this nor `step` is given. */
    revision: revisionSchema.optional(),
    /** Forks from right before this step began, so that it is done anew; from revision 1 when the run began with it. */
    step: stepRefSchema.optional(),
    /** The fork's key; ALREADY_EXISTS when a run has it. */
    key: identifierSchema,
    /** Take the place of the run's own; null takes the goal away. */
    goal: noteSchema.nullable().optional(),
    metadata: metadataSchema.optional(),
  })
  .refine(({ revision, step }) => revision === undefined || step === undefined, {
    path: ['step'],
    message: 'must not stand beside revision',
  });

export const forkedRunSchema = z.strictObject({
  /** Of the fork: its first own revision, which is the one after that of `origin`. */
  ...receiptFields,
  key: identifierSchema,
  status: z.literal('running'),
  origin: runOriginSchema,
});
export type ForkedRun = z.infer<typeof forkedRunSchema>;
