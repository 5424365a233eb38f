import { z } from 'zod';
import {
  idSchema,
  mutationInput,
  revisionSchema,
  stepNameFields,
  timeSchema,
  versionSchema,
} from './common.ts';
import { LIMITS } from './limits.ts';
import { cursorSchema, pageInput } from './pages.ts';
import { identifierSchema } from './texts.ts';

/** What can be looked through: parsed documents, prompts (templates, and messages as sent), and raw responses. */
export const searchSourceSchema = z.enum(['documents', 'prompts', 'responses']);
export type SearchSource = z.infer<typeof searchSourceSchema>;

/**
 * How the text is understood. `full`: words in any form, identifiers by their parts, CJK by substring. `exact`: the
 * text as it is written, letter by letter, from the border of a word to the border of a word. `fuzzy`: as `full`, and
 * each word also finds the words that are a typo or two away.
 */
export const searchModeSchema = z.enum(['full', 'exact', 'fuzzy']);

/** `newest`: what was written last comes first. `ranked`: the best of the newest 200 matches comes first. */
export const searchOrderSchema = z.enum(['newest', 'ranked']);

/** All that is given must hold. */
export const searchFilterSchema = z.strictObject({
  /** The name of a workflow; what no run of it holds is left out. */
  workflow: identifierSchema.optional(),
  /** The id of a run. */
  run: idSchema.optional(),
  /** The name of a step, in any run; a message belongs to the step that sent it first in its run. */
  step: identifierSchema.optional(),
  /** The next three are of documents: prompts and responses have none and are left out. */
  kind: identifierSchema.optional(),
  /** Tags that a document must have, all of them. */
  tags: z.array(identifierSchema).min(1).max(LIMITS.maxTags).optional(),
  /** The caller's own word on a document. */
  status: identifierSchema.optional(),
  /** Written at this time or later. */
  since: timeSchema.optional(),
  /** Written before this time. */
  until: timeSchema.optional(),
});
export type SearchFilter = z.infer<typeof searchFilterSchema>;

export const searchInput = z.strictObject({
  /** What people type: words, "phrases", -not, OR. Any text is a search; what holds no word finds nothing. */
  text: z.string().max(LIMITS.maxSearchLength),
  /** All sources when left out. */
  in: z.array(searchSourceSchema).min(1).max(3).default(['documents', 'prompts', 'responses']),
  filter: searchFilterSchema.default({}),
  mode: searchModeSchema.default('full'),
  order: searchOrderSchema.default('newest'),
  /** `all` also finds versions that are not the head any more, those of deleted documents among them. */
  versions: z.enum(['head', 'all']).default('head'),
  /** Whether matches are counted by type, kind, step and workflow. */
  facets: z.boolean().default(true),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(LIMITS.maxSearchPageSize).default(20),
});

/** A piece of the text around what matched; plain text, to be escaped like any other. */
export const snippetSchema = z.strictObject({
  text: z.string(),
  /** Where it matched: [start, end) in UTF-16 code units of this snippet's text, in order, none overlapping. */
  matches: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
});
export type Snippet = z.infer<typeof snippetSchema>;

const hitFields = {
  /** The document's title or key, the prompt's name, or the name of the exchange's step. */
  title: z.string(),
  snippet: snippetSchema,
  /** How well it matches; only to compare with others of the same search. */
  rank: z.number(),
  at: timeSchema,
};
const runFields = {
  run: z.strictObject({ id: idSchema, key: identifierSchema }),
  step: z.strictObject(stepNameFields).nullable(),
};

export const documentHitSchema = z.strictObject({
  type: z.literal('document'),
  ...hitFields,
  ...runFields,
  documentId: idSchema,
  version: versionSchema,
  /** Whether this version is the head of a document that is not deleted. */
  head: z.boolean(),
  revision: revisionSchema,
  kind: identifierSchema,
  key: identifierSchema,
});
export const promptHitSchema = z.strictObject({
  type: z.literal('prompt'),
  ...hitFields,
  name: identifierSchema,
  version: versionSchema,
  head: z.boolean(),
});
export const messageHitSchema = z.strictObject({
  type: z.literal('message'),
  ...hitFields,
  ...runFields,
  /** The exchange of the run that sent the message first. */
  exchangeId: idSchema,
  /** Its place among the messages of the exchange, counted from 0. */
  position: z.int().min(0),
});
export const responseHitSchema = z.strictObject({
  type: z.literal('response'),
  ...hitFields,
  ...runFields,
  exchangeId: idSchema,
});
export const searchHitSchema = z.discriminatedUnion('type', [
  documentHitSchema,
  promptHitSchema,
  messageHitSchema,
  responseHitSchema,
]);
/** Something that was found; `in: ['prompts']` finds both `prompt` (templates) and `message` (as sent). */
export type SearchHit = z.infer<typeof searchHitSchema>;

const countsSchema = z.array(z.strictObject({ value: z.string(), count: z.int().min(1) }));

export const searchFacetsSchema = z.strictObject({
  /** Matches that were counted: the newest ones, at most 200. */
  counted: z.int().min(0),
  /** True when there are more matches than were counted, so that the counts are those of a sample. */
  estimated: z.boolean(),
  /** The most frequent values, at most 20 each, by descending count. */
  type: countsSchema,
  kind: countsSchema,
  step: countsSchema,
  workflow: countsSchema,
});
export type SearchFacets = z.infer<typeof searchFacetsSchema>;

export const searchPageSchema = z.strictObject({
  items: z.array(searchHitSchema),
  /** Null at the end. A page may have few hits or none and go on, when there is much to look through. */
  nextCursor: cursorSchema.nullable(),
  /** Null on all pages but the first, and when they were not asked for. */
  facets: searchFacetsSchema.nullable(),
  /** Of order `ranked`: how many of the newest matches were compared, and whether these are all. */
  ranking: z.strictObject({ compared: z.int().min(0), complete: z.boolean() }).nullable(),
  /** Of mode `fuzzy`: which words of the project each word of the text was also taken for. */
  corrections: z.array(z.strictObject({ word: z.string(), taken: z.array(z.string()) })),
  /** False while texts from before the index was there are still being indexed: older matches may be missing. */
  complete: z.boolean(),
});
export type SearchPage = z.infer<typeof searchPageSchema>;

export const verifySearchInput = z.strictObject(pageInput);
export const searchFaultSchema = z.strictObject({
  /** `missing` from the index, or `orphan`: indexed although it is gone. */
  fault: z.enum(['missing', 'orphan']),
  type: z.enum(['document', 'prompt', 'message', 'response']),
  /** Of the document, prompt or exchange. */
  id: idSchema,
  /** Of a document or prompt; of a message its place counted from 0. */
  version: z.int().min(0).nullable(),
});
export type SearchFault = z.infer<typeof searchFaultSchema>;
export const verifySearchSchema = z.strictObject({
  items: z.array(searchFaultSchema),
  nextCursor: cursorSchema.nullable(),
  /** Sources that this page looked at. */
  checked: z.int().min(0),
  /** Commits that wait to be indexed; what they wrote is no fault. */
  pending: z.int().min(0),
});
export type VerifySearch = z.infer<typeof verifySearchSchema>;

export const rebuildSearchInput = z.strictObject({
  ...mutationInput,
  /** Where to go on; left out, a rebuild begins. */
  cursor: cursorSchema.optional(),
  /** Sources at most that this call indexes. */
  limit: z.int().min(1).max(LIMITS.maxRebuiltSources).default(200),
});
export const rebuildSearchSchema = z.strictObject({
  /** Sources that this call has indexed anew. */
  indexed: z.int().min(0),
  /** Sources that the rebuild has been through, of about how many. */
  done: z.int().min(0),
  total: z.int().min(0),
  /** Null when everything has been indexed anew. */
  nextCursor: cursorSchema.nullable(),
});
export type RebuildSearch = z.infer<typeof rebuildSearchSchema>;

export interface SearchService {
  query(input: z.output<typeof searchInput>): Promise<SearchPage>;
  verify(input: z.output<typeof verifySearchInput>): Promise<VerifySearch>;
  rebuild(input: z.output<typeof rebuildSearchInput>): Promise<RebuildSearch>;
}
