import { z } from 'zod';
import { asOfInput } from './as-of.ts';
import { idSchema, revisionSchema, timeSchema, versionSchema } from './common.ts';
import { cursorSchema, orderInput, type Page, pageInput, pageOf } from './pages.ts';
import { errorTextSchema, identifierSchema, keySchema } from './texts.ts';

export const changeDetailSchema = z.strictObject({
  /** The step in which it was done; null outside of steps. */
  step: z.strictObject({ name: identifierSchema, key: keySchema }).nullable(),
  /** Of a document, a link or a claim: the document's kind and key. */
  document: z.strictObject({ kind: identifierSchema, key: identifierSchema }).nullable(),
  /** What the step, exchange, parse or version of a document was then; null where there is none. */
  status: z.string().nullable(),
  /** Why a step, exchange or parse had failed then: the beginning, at most 1,000 code units. */
  error: errorTextSchema.nullable(),
});
/** What the id of a change stands for. */
export type ChangeDetail = z.infer<typeof changeDetailSchema>;

export const changeSchema = z.strictObject({
  /** What was changed: `run`, `step`, `exchange`, `parse`, `document`, `link` or `claim`, whose id is its document's. */
  what: z.string(),
  id: z.string(),
  /** What was done to it: `create`, `text`, `complete`, `purge`, ... */
  change: z.string(),
  /** The version that this made, of a document. */
  version: versionSchema.optional(),
  /** Only where it was asked for, and not of a run. */
  detail: changeDetailSchema.optional(),
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
  ...orderInput,
  runId: idSchema,
  /** The lowest revision to answer. */
  fromRevision: revisionSchema.default(1),
  /** Whether each change says what its id stands for, as of its revision. */
  withDetails: z.boolean().optional(),
  ...asOfInput,
});
export const entryPageSchema = pageOf(entrySchema);

export const subscribeEntriesInput = z
  .strictObject({
    /** The run to follow; all runs of the project when left out. */
    runId: idSchema.optional(),
    /** The first revision of the run to send; 1 when left out. */
    fromRevision: revisionSchema.optional(),
    /** Whether to leave out what is there already. */
    fromNow: z.boolean().default(false),
    /** The cursor of the last entry that was received: goes on behind it, whatever `fromRevision` and `fromNow` say. */
    lastEventId: cursorSchema.optional(),
  })
  .refine(({ runId, fromRevision }) => fromRevision === undefined || runId !== undefined, {
    path: ['fromRevision'],
    message: 'must be left out without a runId: revisions are numbers of one run',
  })
  .refine(({ fromRevision, fromNow }) => fromRevision === undefined || !fromNow, {
    path: ['fromNow'],
    message: 'must not stand beside fromRevision',
  });

export const liveEntrySchema = entrySchema.extend({
  /** Where to go on after this entry: the `lastEventId` of another subscription. */
  cursor: cursorSchema,
});
/** An entry as a subscription sends it. */
export type LiveEntry = z.infer<typeof liveEntrySchema>;

/** One event of a subscription: the entries that are next, none where only the place to go on from is told. */
export const liveEntriesSchema = z.strictObject({ items: z.array(liveEntrySchema) });

export interface LiveEntries {
  items: LiveEntry[];
  /** Where to go on after these. */
  cursor: string;
}

export interface EntriesService {
  list(input: z.output<typeof listEntriesInput>): Promise<Page<Entry>>;
  /**
   * Answers once input and run are found to be right, then page by page what is there and what comes, until the signal
   * fires. The next page is read when it is asked for.
   */
  subscribe(
    input: z.output<typeof subscribeEntriesInput>,
    signal: AbortSignal,
  ): Promise<AsyncIterable<LiveEntries>>;
}
