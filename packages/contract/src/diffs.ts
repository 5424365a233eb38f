import { z } from 'zod';
import { versionSchema } from './common.ts';

export const textDiffSchema = z.strictObject({
  from: versionSchema,
  to: versionSchema,
  /** Lines added and removed; null when `patch` is. */
  added: z.int().min(0).nullable(),
  removed: z.int().min(0).nullable(),
  /** A unified diff; empty when the texts are equal, null when they are too different to compare in a second. */
  patch: z.string().nullable(),
});
/** What changed between two versions of a text. */
export type TextDiff = z.infer<typeof textDiffSchema>;
