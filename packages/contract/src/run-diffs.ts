import { z } from 'zod';
import { asOfInput } from './as-of.ts';
import { blobSchema } from './blobs.ts';
import { idSchema, revisionSchema, stepRefSchema, versionSchema } from './common.ts';
import { exchangeStatusSchema } from './exchanges.ts';
import { cursorSchema, pageInput } from './pages.ts';
import { parseStatusSchema } from './parses.ts';
import { runStatusSchema } from './runs.ts';
import { stepStatusSchema } from './steps.ts';
import { errorTextSchema, identifierSchema, metadataSchema, noteSchema } from './texts.ts';
import { versionRefSchema } from './version-refs.ts';

export const diffedPartSchema = z.enum(['run', 'step', 'exchange', 'document']);
/** What of a run can differ. */
export type DiffedPart = z.infer<typeof diffedPartSchema>;

const diffSideSchema = z.strictObject({ runId: idSchema, ...asOfInput });
export const diffRunsInput = z.strictObject({
  ...pageInput,
  /** Two runs, or one at two revisions; without `asOf` as it is now. */
  from: diffSideSchema,
  to: diffSideSchema,
  /** Only differences of these; all when left out. */
  what: z.array(diffedPartSchema).min(1).max(diffedPartSchema.options.length).optional(),
  /** Whether texts of documents come with what changed in them. */
  withPatches: z.boolean().default(true),
});

/** `added` is only there in `to`, `removed` only in `from`. */
const changeSchema = z.enum(['added', 'removed', 'changed']);

/** The two sides of a difference; null where there is nothing. */
function sidesOf<Side extends z.ZodType>(side: Side) {
  return { from: side.nullable(), to: side.nullable() };
}

/** Names of what differs. Null when both sides together are too large to be compared name by name. */
const namesSchema = z.array(z.string()).nullable();

const promptSchema = z.strictObject({ name: identifierSchema, version: versionSchema });

const runSideSchema = z.strictObject({
  status: runStatusSchema,
  goal: noteSchema.nullable(),
  metadata: metadataSchema,
});
export const runDifferenceSchema = z.strictObject({
  what: z.literal('run'),
  change: z.literal('changed'),
  differs: z.array(runSideSchema.keyof()),
  from: runSideSchema,
  to: runSideSchema,
});

export const stepSideSchema = z.strictObject({
  stepId: idSchema,
  /** The run's revision at which it began. */
  revision: revisionSchema,
  status: stepStatusSchema,
  error: errorTextSchema.nullable(),
  parent: stepRefSchema.nullable(),
});
export const stepDifferenceSchema = z.strictObject({
  what: z.literal('step'),
  change: changeSchema,
  step: stepRefSchema,
  /** Empty when one side is not there. */
  differs: z.array(z.enum(['status', 'error', 'parent'])),
  ...sidesOf(stepSideSchema),
});
/** A step, by name and key, that is not the same on both sides. */
export type StepDifference = z.infer<typeof stepDifferenceSchema>;

/** Versions of the document of one kind and key; null where a side has none. */
export const documentPairSchema = z.strictObject({
  kind: identifierSchema,
  key: identifierSchema,
  ...sidesOf(versionRefSchema),
});
export type DocumentPair = z.infer<typeof documentPairSchema>;

/** What can differ between two exchanges, most upstream first. */
export const exchangeAspectSchema = z.enum([
  'prompt',
  'variables',
  'uses',
  'messages',
  'provider',
  'model',
  'parameters',
  /** The raw response. */
  'answer',
  'status',
  'error',
  /** The last parser's name or version. */
  'parser',
  /** How the last parse ended, or the documents that it read. */
  'parsed',
]);
export type ExchangeAspect = z.infer<typeof exchangeAspectSchema>;

export const exchangeSideSchema = z.strictObject({
  exchangeId: idSchema,
  /** The run's revision at which it was opened. */
  revision: revisionSchema,
  status: exchangeStatusSchema,
  prompt: promptSchema.nullable(),
  provider: identifierSchema.nullable(),
  model: identifierSchema.nullable(),
  response: blobSchema.nullable(),
  /** The last parse. */
  parse: z
    .strictObject({
      id: idSchema,
      parser: identifierSchema,
      parserVersion: identifierSchema,
      status: parseStatusSchema,
    })
    .nullable(),
  /** What was purged is not compared: prompt text, variables, response, error. */
  purged: z.boolean(),
});
export const exchangeDifferenceSchema = z.strictObject({
  what: z.literal('exchange'),
  change: changeSchema,
  step: stepRefSchema,
  /** Empty when one side is not there. */
  differs: z.array(exchangeAspectSchema),
  ...sidesOf(exchangeSideSchema),
  /** The variables that differ, by name. */
  variables: namesSchema,
  /** The parameters that differ, by name. */
  parameters: namesSchema,
  /** The used documents whose texts differ: by kind, key and text, whatever their ids. */
  uses: z.array(documentPairSchema),
  /** The documents read out of the response that differ. */
  parsed: z.array(documentPairSchema),
  /** Whether one of these lists was cut at LIMITS.maxDiffDetails. */
  cut: z.boolean(),
});
/** The n-th exchange of a step that is not the same on both sides. */
export type ExchangeDifference = z.infer<typeof exchangeDifferenceSchema>;

export const documentTextDiffSchema = z.strictObject({
  /** Lines added and removed; null when `patch` is. */
  added: z.int().min(0).nullable(),
  removed: z.int().min(0).nullable(),
  /** A unified diff that makes exactly the text of `to` out of that of `from`; a side that is not there is empty. */
  patch: z.string().nullable(),
  /**
   * Why there is no patch. `too_different`: the texts could not be compared in LIMITS.maxDiffMs, or have too many lines.
   * `purged`: whether they differ at all is no longer known. `not_asked`: by `withPatches`.
   */
  reason: z.enum(['too_different', 'purged', 'not_asked']).nullable(),
});
export type DocumentTextDiff = z.infer<typeof documentTextDiffSchema>;

export const documentDifferenceSchema = z.strictObject({
  what: z.literal('document'),
  change: changeSchema,
  /** A deleted document counts as one that is not there. */
  ...documentPairSchema.shape,
  /** Attributes that differ; empty when one side is not there. */
  attributes: z.array(z.enum(['title', 'status', 'tags', 'metadata'])),
  /** Null when both sides have the same text. */
  text: documentTextDiffSchema.nullable(),
});
/** A document, by kind and key, that is not the same on both sides. */
export type DocumentDifference = z.infer<typeof documentDifferenceSchema>;

export const runDiffItemSchema = z.discriminatedUnion('what', [
  runDifferenceSchema,
  stepDifferenceSchema,
  exchangeDifferenceSchema,
  documentDifferenceSchema,
]);
export type RunDiffItem = z.infer<typeof runDiffItemSchema>;

/** Why two runs went apart, most upstream first. */
export const divergenceCauseSchema = z.enum([
  /** The other run does not have this step or exchange. */
  'missing',
  /** A version of a document that no exchange wrote. */
  'edit',
  'prompt',
  'variables',
  'uses',
  /** The messages as sent, though prompt, variables and used documents are the same. */
  'messages',
  'provider',
  'model',
  'parameters',
  /** Asked the same, the LLM answered something else: sampling. */
  'answer',
  /** The same response was read otherwise. */
  'parser',
]);
export type DivergenceCause = z.infer<typeof divergenceCauseSchema>;

const causesSchema = z.array(divergenceCauseSchema).min(1);
const editSideSchema = z.strictObject({ ...versionRefSchema.shape, revision: revisionSchema });

export const divergenceSchema = z.discriminatedUnion('what', [
  exchangeDifferenceSchema.extend({ causes: causesSchema }),
  stepDifferenceSchema.extend({ causes: causesSchema }),
  z.strictObject({
    what: z.literal('document'),
    causes: causesSchema,
    kind: identifierSchema,
    key: identifierSchema,
    /** The step in which it was written, if any. */
    step: stepRefSchema.nullable(),
    ...sidesOf(editSideSchema),
  }),
]);
/** The first thing in which two runs differ that followed from nothing before. */
export type Divergence = z.infer<typeof divergenceSchema>;

const endSchema = z.strictObject({ runId: idSchema, revision: revisionSchema });

export const runDiffSchema = z.strictObject({
  from: endSchema,
  to: endSchema,
  /** Null between two revisions of one run, and where two runs did the same. Only the first page tells it. */
  divergence: divergenceSchema.nullable(),
  /**
   * The run, then steps, exchanges and documents. Each of these first as `from` has them, then what only `to` has; only
   * exchanges are merged, in the order of their ledgers. A page ends early rather than carry more than 8 MiB of compared
   * texts or compare for longer than about a second, each time for what `from` has and for what only `to` has.
   */
  items: z.array(runDiffItemSchema),
  nextCursor: cursorSchema.nullable(),
});
/** What differs between two runs, or between two revisions of one. */
export type RunDiff = z.infer<typeof runDiffSchema>;
