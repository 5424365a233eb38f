import { z } from 'zod';
import { idSchema, mutationInput, timeSchema, versionSchema } from './common.ts';
import type { TextDiff } from './diffs.ts';
import { LIMITS } from './limits.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import type { PromptUsage, PromptUse, promptUsageInput, promptUsesInput } from './prompt-usage.ts';
import {
  identifierSchema,
  metadataSchema,
  noteSchema,
  storedTextBytes,
  textSchema,
  variablesSchema,
} from './texts.ts';

/** One message of a template; its text is opaque and comes back as it went in. */
export const promptMessageSchema = z.strictObject({ role: identifierSchema, text: textSchema });
export type PromptMessage = z.infer<typeof promptMessageSchema>;

/**
 * The syntaxes that `prompts.render` knows; templates in any other are stored and returned as they are.
 *
 * `literal`, by its older name `none`, is a text without any syntax.
 */
export const RENDERED_SYNTAXES = ['mustache', 'literal', 'none'] as const;

const templateSchema = z
  .union([
    textSchema.transform((text): PromptMessage[] => [{ role: 'user', text }]),
    z.array(promptMessageSchema).min(1).max(LIMITS.maxPromptMessages),
  ])
  .refine(
    (messages) =>
      messages.reduce((bytes, { text }) => bytes + storedTextBytes(text), 0) <= LIMITS.maxTextBytes,
    `must be at most ${LIMITS.maxTextBytes} bytes together`,
  );

export const promptSchema = z.strictObject({
  id: idSchema,
  name: identifierSchema,
  version: versionSchema,
  /** Empty when it was not asked for. */
  template: z.array(promptMessageSchema),
  syntax: identifierSchema,
  parameters: z.array(identifierSchema),
  note: noteSchema.nullable(),
  metadata: metadataSchema,
  createdAt: timeSchema,
  /** The labels that point at this version now. */
  labels: z.array(identifierSchema),
});
/** One immutable version of a predefined template. */
export type Prompt = z.infer<typeof promptSchema>;

export const putPromptInput = z.strictObject({
  ...mutationInput,
  name: identifierSchema,
  /** One text, which is then the only `user` message, or messages by role. */
  template: templateSchema,
  /** Names how the template is written; `mustache` and `literal` can be rendered. */
  syntax: identifierSchema.default('mustache'),
  /** The variables that the template needs. */
  parameters: z.array(identifierSchema).max(LIMITS.maxPromptParameters).default([]),
  note: noteSchema.optional(),
  metadata: metadataSchema.optional(),
  /** The newest version that the caller knows, 0 for none: refused with VERSION_CONFLICT when it has moved. */
  expectedVersion: z.int().min(0).optional(),
});
export const savedPromptSchema = z.strictObject({
  id: idSchema,
  name: identifierSchema,
  version: versionSchema,
  /** False when the newest version is the same: nothing was written. */
  created: z.boolean(),
});
export type SavedPrompt = z.infer<typeof savedPromptSchema>;

/** Names a version by number or by label; without either the newest is meant. */
const versionOrLabel = { version: versionSchema.optional(), label: identifierSchema.optional() };
const notBoth = (ref: { version?: number | undefined; label?: string | undefined }) =>
  ref.version === undefined || ref.label === undefined;
const NOT_BOTH = 'must name a version or a label, not both';

/**
 * A predefined prompt as an exchange names it.
 *
 * A run pins a label to its version at first use. With both, the label is pinned to the version named, which is what
 * the messages were rendered from.
 */
export const promptRefSchema = z.strictObject({ name: identifierSchema, ...versionOrLabel });
export type PromptRef = z.infer<typeof promptRefSchema>;

const runId = {
  /** The run that the prompt is for: a label that it has pinned means the pinned version. */
  runId: idSchema.optional(),
};
export const getPromptInput = promptRefSchema.extend(runId).refine(notBoth, NOT_BOTH);
const withTemplate = {
  /** Whether the templates come along, which may be large. */
  withTemplate: z.boolean().default(true),
};
export const listPromptsInput = z.strictObject({ ...pageInput, ...withTemplate });
export const promptHistoryInput = z.strictObject({ ...pageInput, name: identifierSchema, ...withTemplate });
export const diffPromptInput = z.strictObject({
  name: identifierSchema,
  from: versionSchema,
  to: versionSchema,
});
export const setPromptLabelInput = z.strictObject({
  ...mutationInput,
  name: identifierSchema,
  label: identifierSchema,
  version: versionSchema,
});
export const removePromptLabelInput = z.strictObject({
  ...mutationInput,
  name: identifierSchema,
  label: identifierSchema,
});
export const promptLabelSchema = z.strictObject({
  name: identifierSchema,
  label: identifierSchema,
  /** The version that the label points at; null once removed. */
  version: versionSchema.nullable(),
});
export type PromptLabel = z.infer<typeof promptLabelSchema>;

export const renderPromptInput = z
  .strictObject({
    name: identifierSchema,
    ...versionOrLabel,
    variables: variablesSchema.default({}),
    ...runId,
  })
  .refine(notBoth, NOT_BOTH);
export const renderedPromptSchema = z.strictObject({
  name: identifierSchema,
  version: versionSchema,
  messages: z.array(promptMessageSchema),
});
export type RenderedPrompt = z.infer<typeof renderedPromptSchema>;

export const deletePromptInput = z.strictObject({ ...mutationInput, name: identifierSchema });
export const deletedPromptSchema = z.strictObject({ id: idSchema, name: identifierSchema });
export const promptPageSchema = pageOf(promptSchema);

export interface PromptsService {
  put(input: z.output<typeof putPromptInput>): Promise<SavedPrompt>;
  get(input: z.output<typeof getPromptInput>): Promise<Prompt>;
  list(input: z.output<typeof listPromptsInput>): Promise<Page<Prompt>>;
  history(input: z.output<typeof promptHistoryInput>): Promise<Page<Prompt>>;
  diff(input: z.output<typeof diffPromptInput>): Promise<TextDiff>;
  setLabel(input: z.output<typeof setPromptLabelInput>): Promise<PromptLabel>;
  removeLabel(input: z.output<typeof removePromptLabelInput>): Promise<PromptLabel>;
  usage(input: z.output<typeof promptUsageInput>): Promise<Page<PromptUsage>>;
  uses(input: z.output<typeof promptUsesInput>): Promise<Page<PromptUse>>;
  render(input: z.output<typeof renderPromptInput>): Promise<RenderedPrompt>;
  delete(input: z.output<typeof deletePromptInput>): Promise<z.infer<typeof deletedPromptSchema>>;
}
