import { z } from 'zod';
import { idSchema, revisionSchema, timeSchema, versionSchema } from './common.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import { identifierSchema } from './texts.ts';

export const changeSchema = z.strictObject({
  /** What was changed: `run`, `step`, `exchange`, `parse`, `document` or `link`. */
  what: z.string(),
  id: z.string(),
  /** What was done to it: `create`, `text`, `complete`, `purge`, ... */
  change: z.string(),
  /** The version that this made, of a document. */
  version: versionSchema.optional(),
});
export type Change = z.infer<typeof changeSchema>;

export const entrySchema = z.strictObject({
  runId: idSchema,
  revision: revisionSchema,
  /** Never earlier than the entry before. */
  at: timeSchema,
  /** Who did it: the name of the API key, or what the caller said. */
  actor: identifierSchema,
  /** The procedure that wrote it, such as `documents.put`. */
  kind: z.string(),
  changes: z.array(changeSchema),
});
/** One line of a run's ledger: one atomic call. */
export type Entry = z.infer<typeof entrySchema>;

export const listEntriesInput = z.strictObject({
  ...pageInput,
  runId: idSchema,
  /** The first revision to answer. */
  fromRevision: revisionSchema.default(1),
});
export const entryPageSchema = pageOf(entrySchema);

export interface EntriesService {
  list(input: z.output<typeof listEntriesInput>): Promise<Page<Entry>>;
}
