import { z } from 'zod';
import { asOfInput } from './as-of.ts';
import { idSchema, revisionSchema, sha256Schema, stepRefSchema, versionSchema } from './common.ts';
import { LIMITS } from './limits.ts';
import { identifierSchema, textSchema } from './texts.ts';
import { versionRefSchema } from './version-refs.ts';

/** A public encoding whose vocabulary comes with the server. */
export const tokenEncodingSchema = z.enum(['o200k_base', 'cl100k_base']);
export type TokenEncoding = z.infer<typeof tokenEncodingSchema>;

/**
 * How tokens are counted: by an encoding, or as a model does. What models are said to have reported as usage in this run
 * goes before what is known of their encodings.
 */
export const tokenizerSchema = z.union([
  tokenEncodingSchema,
  z.strictObject({
    /** As exchanges name it: `gpt-5`, `claude-sonnet-4-5`, `llama3.1`, ... */
    model: identifierSchema,
  }),
]);

/** A document that must be in: an exact version, or the head of one in the run. */
const contextPinSchema = z.union([
  z.strictObject({
    documentId: idSchema,
    /** Needed for a document of another run, since that run's head does not follow this run's revisions. */
    version: versionSchema.optional(),
  }),
  z.strictObject({
    kind: identifierSchema,
    /** The kind itself when left out. */
    key: identifierSchema.optional(),
    version: versionSchema.optional(),
  }),
]);
export type ContextPin = z.infer<typeof contextPinSchema>;

const kindsSchema = z
  .array(identifierSchema)
  .min(1)
  .max(LIMITS.maxContextKinds)
  .refine((kinds) => new Set(kinds).size === kinds.length, 'must not hold a kind twice');

export const buildContextInput = z.strictObject({
  runId: idSchema,
  /** The step that the prompt is for: what its documents are built on, and then they themselves, go before others. */
  step: stepRefSchema.optional(),
  /** Only documents of these kinds, those of the first kind first. */
  kinds: kindsSchema.optional(),
  /** What must be in, in this order; also of other kinds, and exact versions also of other runs. */
  pins: z.array(contextPinSchema).max(LIMITS.maxContextPins).default([]),
  /** Tokens that `text` may have, at most. */
  budget: z.int().min(1).max(LIMITS.maxContextTokens),
  tokenizer: tokenizerSchema,
  ...asOfInput,
});

/** Which part of a text is in: its beginning, up to a character. */
export const contextCutSchema = z.strictObject({
  /** UTF-16 code units that are in, and of how many. */
  characters: z.int().min(1),
  ofCharacters: z.int().min(1),
  /** Lines that are in, the last of them in part when the cut is inside it, and of how many. */
  lines: z.int().min(1),
  ofLines: z.int().min(1),
});
/** Where a text was cut. */
export type ContextCut = z.infer<typeof contextCutSchema>;

export const contextDocumentSchema = z.strictObject({
  ...versionRefSchema.shape,
  kind: identifierSchema,
  key: identifierSchema,
  /**
   * Why it was looked at. `linked`: a pinned document, or one that the step wrote, is linked to it by `used`,
   * `derived_from` or `depends_on`, or an exchange of the step was built on it. `written`: by the step. `kind`: of a
   * kind that was asked for. `recent`: one of the run.
   */
  why: z.enum(['pinned', 'linked', 'written', 'kind', 'recent']),
  /** How much of its text is in. */
  shown: z.enum(['whole', 'cut', 'none']),
  /** Tokens of what is in, with its frame. */
  tokens: z.int().min(0),
  /** Where it was cut; null unless it was. */
  cut: contextCutSchema.nullable(),
  /**
   * Why it is not in, or not whole. `budget`: of tokens. `length`: `text` would be too long. `count`: too many documents
   * are in. `purged`, `deleted`: it has no text. `dropped`: that is its status, and it is not pinned.
   */
  leftOut: z.enum(['budget', 'length', 'count', 'purged', 'deleted', 'dropped']).nullable(),
});
/** What became of one document that a context was chosen from. */
export type ContextDocument = z.infer<typeof contextDocumentSchema>;

export const contextManifestSchema = z.strictObject({
  runId: idSchema,
  /** Building again with `asOf` this revision gives the same bytes. */
  revision: revisionSchema,
  budget: z.int().min(1).max(LIMITS.maxContextTokens),
  /** Tokens of `text` as a whole; those of documents are rounded up one by one. Never more than `budget`. */
  tokens: z.int().min(0).max(LIMITS.maxContextTokens),
  tokenizer: z.strictObject({
    encoding: tokenEncodingSchema,
    model: identifierSchema.nullable(),
    /**
     * What tokens are counted by. `encoding`: exactly. `provider_usage`: the encoding's count times the greatest ratio
     * that usage reported in this run has to it. `estimate`: times a safety margin, as the model's encoding is not public.
     */
    basis: z.enum(['encoding', 'provider_usage', 'estimate']),
    ratio: z.number().min(0.001).max(1000),
  }),
  /** Whether `tokens` is not exact: not by `encoding`, or some long run of letters or signs was counted from above. */
  estimated: z.boolean(),
  /** SHA-256 of `text`, as UTF-8, or as UTF-16LE where it has NUL or lone surrogates. */
  textSha256: sha256Schema,
  /** Every document that was looked at, once, in the order of choice. */
  documents: z.array(contextDocumentSchema).max(LIMITS.maxContextDocuments + LIMITS.maxContextPins),
  /** Documents beyond those, which were not looked at; counted up to LIMITS.maxContextCounted. */
  more: z.int().min(0),
});
/** What a context was made of, and why. */
export type ContextManifest = z.infer<typeof contextManifestSchema>;

/** A context as the exchange that used it keeps it. */
export const contextRefSchema = z.strictObject({
  /** SHA-256 of the manifest as canonical JSON, which covers the text by its own hash. */
  hash: sha256Schema,
  manifest: contextManifestSchema,
});
export type ContextRef = z.infer<typeof contextRefSchema>;

export const contextPartSchema = z.strictObject({
  ...versionRefSchema.shape,
  kind: identifierSchema,
  key: identifierSchema,
  /** The stored text, or its beginning when it was cut. */
  text: textSchema,
  cut: contextCutSchema.nullable(),
});
export type ContextPart = z.infer<typeof contextPartSchema>;

export const builtContextSchema = z.strictObject({
  ...contextRefSchema.shape,
  /** All parts, each in a frame that says what it is and that its own text cannot close; made to be put into a prompt. */
  text: textSchema,
  /** The documents that are in, in order, for a framing of one's own. */
  parts: z.array(contextPartSchema),
});
/** Documents chosen, ordered and cut for the next prompt. */
export type BuiltContext = z.infer<typeof builtContextSchema>;

export interface ContextService {
  build(input: z.output<typeof buildContextInput>): Promise<BuiltContext>;
}
