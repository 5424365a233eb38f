import { z } from 'zod';
import { idSchema, stepNameFields, timeSchema, versionSchema } from './common.ts';
import { exchangeStatusSchema } from './exchanges.ts';
import { LIMITS } from './limits.ts';
import { pageInput, pageOf } from './pages.ts';
import { exchangeNumbersFields } from './stats.ts';
import { identifierSchema } from './texts.ts';

export const promptUsageInput = z.strictObject({
  ...pageInput,
  name: identifierSchema,
  limit: z.int().min(1).max(LIMITS.maxUsagePageSize).default(20),
});
export const promptUsageSchema = z.strictObject({
  version: versionSchema,
  createdAt: timeSchema,
  /** The labels that point at it now. */
  labels: z.array(identifierSchema),
  /** When the newest exchange that was made from it was opened; null before the first. */
  lastUsedAt: timeSchema.nullable(),
  /** Whether only the newest exchanges, LIMITS.maxUsageExchanges of them, are in the numbers. */
  cut: z.boolean(),
  ...exchangeNumbersFields,
});
/** What came of one version of a prompt. */
export type PromptUsage = z.infer<typeof promptUsageSchema>;
export const promptUsagePageSchema = pageOf(promptUsageSchema);

export const promptUsesInput = z.strictObject({
  ...pageInput,
  name: identifierSchema,
  version: versionSchema,
});
export const promptUseSchema = z.strictObject({
  exchangeId: idSchema,
  run: z.strictObject({ id: idSchema, key: identifierSchema }),
  step: z.strictObject(stepNameFields),
  status: exchangeStatusSchema,
  openedAt: timeSchema,
});
/** An exchange that was made from a version of a prompt, and where it was. */
export type PromptUse = z.infer<typeof promptUseSchema>;
export const promptUsePageSchema = pageOf(promptUseSchema);
