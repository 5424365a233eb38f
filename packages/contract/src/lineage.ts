import { z } from 'zod';
import {
  idSchema,
  mutationInput,
  receiptFields,
  revisionSchema,
  timeSchema,
  versionSchema,
} from './common.ts';
import { LIMITS } from './limits.ts';
import { identifierSchema, variablesSchema } from './texts.ts';
import { linkRelationSchema, versionRefSchema } from './version-refs.ts';

export const linkGraphInput = z.strictObject({
  documentId: idSchema,
  /** Where the walk starts; the head when left out. */
  version: versionSchema.optional(),
  /** `up`: what it builds on. `down`: what builds on it. */
  direction: z.enum(['up', 'down', 'both']).default('both'),
  /** Links that are followed; all when left out. */
  relations: z.array(linkRelationSchema).min(1).max(linkRelationSchema.options.length).optional(),
  /** Links from the start to the farthest node, at most. */
  depth: z.int().min(1).max(LIMITS.maxGraphDepth).default(10),
  /** Links at most; edges of `same_text` come on top. */
  limit: z.int().min(1).max(LIMITS.maxGraphEdges).default(500),
});

export const graphNodeSchema = z.strictObject({
  documentId: idSchema,
  version: versionSchema,
  /** These three are null when the document is gone with its whole run, and the link to it is all that is left. */
  kind: identifierSchema.nullable(),
  key: identifierSchema.nullable(),
  runId: idSchema.nullable(),
});
export const graphEdgeSchema = z.strictObject({
  from: versionRefSchema,
  /**
   * `same_text` leads from a version that only changed attributes, or restored, to the one that its text came with: what
   * is linked to the one counts for the other.
   */
  relation: z.enum([...linkRelationSchema.options, 'same_text']),
  to: versionRefSchema,
});
export const linkGraphSchema = z.strictObject({
  /** Breadth first; the first one is the start. */
  nodes: z.array(graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  /** Whether there is more than `depth` or `limit` let through. */
  cut: z.boolean(),
});
/** What a document builds on and what builds on it, across runs. */
export type LinkGraph = z.infer<typeof linkGraphSchema>;

export const staleLinksInput = z.strictObject({
  runId: idSchema,
  /** Only this document of the run. */
  documentId: idSchema.optional(),
  limit: z.int().min(1).max(LIMITS.maxPageSize).default(LIMITS.maxPageSize),
});
export const staleInputSchema = z.strictObject({
  /** The version that was built on. */
  documentId: idSchema,
  version: versionSchema,
  /** Its head now; null when it is gone with its whole run. */
  headVersion: versionSchema.nullable(),
  deleted: z.boolean(),
});
export const staleDocumentSchema = z.strictObject({
  documentId: idSchema,
  /** The head, which was built on what has moved. */
  version: versionSchema,
  kind: identifierSchema,
  key: identifierSchema,
  /**
   * The shortest way from this version to the nearest input that moved, both included. Of one longer than
   * LIMITS.maxStalePath the middle is left out.
   */
  path: z.array(versionRefSchema),
  /** Every input that moved, nearest first; LIMITS.maxMovedInputs at most. */
  moved: z.array(staleInputSchema),
});
/** A document whose head was built on a version that is no longer what its document says. */
export type StaleDocument = z.infer<typeof staleDocumentSchema>;
export const staleDocumentsSchema = z.strictObject({
  /** In the order in which the documents came to be. */
  documents: z.array(staleDocumentSchema),
  /** Whether there may be more than `documents` tells: more than `limit`, or lineage too large to be looked at whole. */
  cut: z.boolean(),
});
export type StaleDocuments = z.infer<typeof staleDocumentsSchema>;

const accepted = {
  documentId: idSchema,
  /** The version that is fine as it is. */
  version: versionSchema,
  /** The inputs as they are now, at the versions that were looked at. */
  inputs: z.array(versionRefSchema).min(1).max(LIMITS.maxMovedInputs),
};
export const acceptLinksInput = z.strictObject({ ...mutationInput, ...accepted });
export const acceptedLinksSchema = z.strictObject({ ...receiptFields, ...accepted });
export type AcceptedLinks = z.infer<typeof acceptedLinksSchema>;

export const blameInput = z.strictObject({
  documentId: idSchema,
  /** The head when left out. */
  version: versionSchema.optional(),
  /** Only this line, counted from 1; all when left out. */
  line: z.int().min(1).max(2_147_483_647).optional(),
});
export const blamedLinesSchema = z.strictObject({
  /** The first and the last line, counted from 1. */
  from: z.int().min(1),
  to: z.int().min(1),
  /** The version that wrote them; null where that was not found out, for the reason that `unknown` tells. */
  version: versionSchema.nullable(),
});
export const blamedVersionSchema = z.strictObject({
  version: versionSchema,
  revision: revisionSchema,
  at: timeSchema,
  author: identifierSchema.nullable(),
  step: z.strictObject({ name: identifierSchema, key: z.string() }).nullable(),
  parse: z
    .strictObject({ id: idSchema, parser: identifierSchema, parserVersion: identifierSchema })
    .nullable(),
  exchangeId: idSchema.nullable(),
  prompt: z.strictObject({ name: identifierSchema, version: versionSchema }).nullable(),
  /** What the prompt was filled with; null without any, when purged, and beyond LIMITS.maxPageTextBytes of all of them. */
  variables: variablesSchema.nullable(),
  model: identifierSchema.nullable(),
  /** Purged versions right before this one: what is said to be written by it may be theirs. */
  purgedBefore: z.array(versionSchema),
});
export const blameSchema = z.strictObject({
  documentId: idSchema,
  version: versionSchema,
  /** Neighbours that one version wrote are one item. */
  lines: z.array(blamedLinesSchema),
  /** The versions that `lines` names, newest first. */
  versions: z.array(blamedVersionSchema),
  /**
   * Why some lines have no version. `too_different`: two versions could not be compared within LIMITS.maxDiffMs, or have
   * too many lines. `too_long`: the lines are older than the newest LIMITS.maxBlameVersions texts.
   */
  unknown: z.enum(['too_different', 'too_long']).nullable(),
});
/** Which version wrote each line, and out of which parse, exchange and prompt it came. */
export type Blame = z.infer<typeof blameSchema>;

export interface LineageService {
  graph(input: z.output<typeof linkGraphInput>): Promise<LinkGraph>;
  stale(input: z.output<typeof staleLinksInput>): Promise<StaleDocuments>;
  accept(input: z.output<typeof acceptLinksInput>): Promise<AcceptedLinks>;
  blame(input: z.output<typeof blameInput>): Promise<Blame>;
}
