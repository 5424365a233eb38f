import { z } from 'zod';
import { idSchema, mutationInput, timeSchema, versionSchema } from './common.ts';
import { LIMITS } from './limits.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import { identifierSchema, metadataSchema, noteSchema } from './texts.ts';

export const workflowStepSchema = z.strictObject({
  name: identifierSchema,
  /** The predefined prompt that this step sends. */
  prompt: identifierSchema.optional(),
  /** The kinds of document that this step yields. */
  kinds: z.array(identifierSchema).max(LIMITS.maxTags).default([]),
});
export type WorkflowStep = z.infer<typeof workflowStepSchema>;

const stepsSchema = z
  .array(workflowStepSchema)
  .min(1)
  .max(LIMITS.maxWorkflowSteps)
  .refine(
    (steps) => new Set(steps.map(({ name }) => name)).size === steps.length,
    'must not name a step twice',
  );

export const workflowSchema = z.strictObject({
  id: idSchema,
  name: identifierSchema,
  version: versionSchema,
  steps: z.array(workflowStepSchema),
  note: noteSchema.nullable(),
  metadata: metadataSchema,
  createdAt: timeSchema,
});
/** One immutable version of a named definition: ordered steps with their predefined prompts. */
export type Workflow = z.infer<typeof workflowSchema>;

export const defineWorkflowInput = z.strictObject({
  ...mutationInput,
  name: identifierSchema,
  steps: stepsSchema,
  note: noteSchema.optional(),
  metadata: metadataSchema.optional(),
  /** The newest version that the caller knows, 0 for none: refused with VERSION_CONFLICT when it has moved. */
  expectedVersion: z.int().min(0).optional(),
});
export const definedWorkflowSchema = z.strictObject({
  id: idSchema,
  name: identifierSchema,
  version: versionSchema,
  /** False when the newest version has the same steps and metadata: nothing was written. */
  created: z.boolean(),
});
export type DefinedWorkflow = z.infer<typeof definedWorkflowSchema>;

export const getWorkflowInput = z.strictObject({ name: identifierSchema, version: versionSchema.optional() });
export const listWorkflowsInput = z.strictObject({ ...pageInput });
export const workflowHistoryInput = z.strictObject({ ...pageInput, name: identifierSchema });
export const workflowPageSchema = pageOf(workflowSchema);

export interface WorkflowsService {
  define(input: z.output<typeof defineWorkflowInput>): Promise<DefinedWorkflow>;
  get(input: z.output<typeof getWorkflowInput>): Promise<Workflow>;
  list(input: z.output<typeof listWorkflowsInput>): Promise<Page<Workflow>>;
  history(input: z.output<typeof workflowHistoryInput>): Promise<Page<Workflow>>;
}
