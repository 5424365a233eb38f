import { z } from 'zod';
import { asOfInput, asOfNeedsRun } from './as-of.ts';
import { blobSchema, textContentSchema } from './blobs.ts';
import {
  expectedVersionSchema,
  idSchema,
  mutationInput,
  receiptFields,
  revisionSchema,
  stepNameFields,
  stepRefSchema,
  timeSchema,
  versionSchema,
} from './common.ts';
import type { TextDiff } from './diffs.ts';
import { LIMITS } from './limits.ts';
import { orderInput, type Page, pageInput, pageOf } from './pages.ts';
import type {
  ClaimDocument,
  ClaimLease,
  claimDocumentInput,
  HeldClaim,
  listClaimsInput,
  ReleasedClaim,
  readyDocumentsInput,
  releaseClaimInput,
  renewClaimInput,
} from './subtasks.ts';
import { identifierSchema, metadataSchema, noteSchema, textSchema } from './texts.ts';
import { linkRelationSchema, versionRefSchema } from './version-refs.ts';

export const documentChangeSchema = z.enum(['create', 'text', 'attributes', 'restore', 'delete']);

/** Names a claim: the revision at which it was taken. */
export const claimSchema = revisionSchema;

const attributeFields = {
  title: identifierSchema.nullable().optional(),
  /** The caller's own word. `open`, `in_progress`, `done` and `dropped` mean something to `ready` and `claim`. */
  status: identifierSchema.nullable().optional(),
  tags: z
    .array(identifierSchema)
    .max(LIMITS.maxTags)
    .refine((tags) => new Set(tags).size === tags.length, 'must not hold a tag twice')
    .optional(),
  metadata: metadataSchema.optional(),
};
const authorFields = {
  author: identifierSchema.optional(),
  /** Why this version was written. */
  note: noteSchema.optional(),
};

/**
 * What the caller read to write this: versions of documents of the same run, refused with INPUTS_MOVED unless each is
 * the head. They are no links.
 */
const basedOnSchema = z.array(versionRefSchema).max(LIMITS.maxLinks);

/** A document to save: the next version of the one with this kind and key in the run, or its first. */
export const documentWriteSchema = z.strictObject({
  kind: identifierSchema,
  /** Unique with the kind in its run; the kind itself when left out. */
  key: identifierSchema.optional(),
  text: textContentSchema,
  /** Attributes left out stay as they are. */
  ...attributeFields,
  ...authorFields,
  /** The head that the caller saw, 0 for "does not exist": else VERSION_CONFLICT. */
  expectedVersion: expectedVersionSchema,
  basedOn: basedOnSchema.optional(),
  /** Lineage of this version: what it used, derives from or depends on. */
  links: z
    .array(z.strictObject({ relation: linkRelationSchema, to: versionRefSchema }))
    .max(LIMITS.maxLinks)
    .default([]),
});
export type DocumentWrite = z.infer<typeof documentWriteSchema>;

export const writtenDocumentSchema = z.strictObject({
  documentId: idSchema,
  kind: identifierSchema,
  key: identifierSchema,
  version: versionSchema,
});
/** What a write answers: which version of which document it made. */
export type WrittenDocument = z.infer<typeof writtenDocumentSchema>;

export const documentReceiptSchema = z.strictObject({ ...receiptFields, ...writtenDocumentSchema.shape });
export type DocumentReceipt = z.infer<typeof documentReceiptSchema>;

const putTarget = { ...mutationInput, runId: idSchema, step: stepRefSchema.optional() };
export const createDocumentInput = documentWriteSchema.omit({ expectedVersion: true }).extend(putTarget);
export const putDocumentInput = documentWriteSchema.extend(putTarget);
export const putManyDocumentsInput = z.strictObject({
  ...putTarget,
  documents: z.array(documentWriteSchema).min(1).max(LIMITS.maxDocuments),
});
export const putManyDocumentsSchema = z.strictObject({
  ...receiptFields,
  documents: z.array(writtenDocumentSchema),
});
export type PutManyDocuments = z.infer<typeof putManyDocumentsSchema>;

const byId = {
  ...mutationInput,
  documentId: idSchema,
  /** The step in which this is done, if any. */
  step: stepRefSchema.optional(),
  expectedVersion: versionSchema.optional(),
  ...authorFields,
};
export const updateDocumentInput = z
  .strictObject({
    ...byId,
    text: textContentSchema.optional(),
    ...attributeFields,
    basedOn: basedOnSchema.optional(),
    /** The caller's claim on this document: refused with CLAIM_LOST when it is no longer held. */
    claim: claimSchema.optional(),
  })
  .refine(
    ({ text, title, status, tags, metadata }) =>
      [text, title, status, tags, metadata].some((field) => field !== undefined),
    'must change the text or an attribute',
  );
export const restoreDocumentInput = z.strictObject({
  ...byId,
  /** The version whose text and attributes become the new head. */
  version: versionSchema,
});
export const deleteDocumentInput = z.strictObject(byId);
export const undeleteDocumentInput = z.strictObject(byId);
export const purgeDocumentInput = z.strictObject({
  ...mutationInput,
  documentId: idSchema,
  /** The versions to purge; all when left out. */
  versions: z.array(versionSchema).min(1).max(LIMITS.maxDocuments).optional(),
  /** Also purges the exchanges that these versions came from and those whose prompts were built on them. */
  cascade: z.boolean().default(false),
});
export const purgedDocumentSchema = z.strictObject({
  ...receiptFields,
  documentId: idSchema,
  versions: z.array(versionSchema),
  exchangeIds: z.array(idSchema),
});
export type PurgedDocument = z.infer<typeof purgedDocumentSchema>;

export const documentSchema = z.strictObject({
  id: idSchema,
  runId: idSchema,
  kind: identifierSchema,
  key: identifierSchema,
  /** Starts at 1 and grows by 1 with each saved change. */
  version: versionSchema,
  /** The newest version there is. */
  headVersion: versionSchema,
  /** The run's revision at which this version was written, and its place among the writes of that revision. */
  revision: revisionSchema,
  position: z.int().min(0),
  change: documentChangeSchema,
  /** Whether this version says that the document is gone. */
  deleted: z.boolean(),
  purged: z.boolean(),
  /** The step in which this version was written. */
  step: z.strictObject(stepNameFields).nullable(),
  title: identifierSchema.nullable(),
  status: identifierSchema.nullable(),
  tags: z.array(identifierSchema),
  metadata: metadataSchema,
  author: identifierSchema.nullable(),
  note: noteSchema.nullable(),
  /** The exchange whose response this version was parsed from, and by which parse. */
  exchangeId: idSchema.nullable(),
  parseId: idSchema.nullable(),
  /** Name and size of the stored text; null once purged. */
  content: blobSchema.nullable(),
  /** The exact text; null when it was not asked for, was purged, or when this version deletes the document. */
  text: textSchema.nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
/** One version of a parsed, pure-text document with what is known of it. */
export type Document = z.infer<typeof documentSchema>;

export const withText = {
  /** Whether the texts come along. A page then ends early rather than carry more than 8 MiB of them. */
  withText: z.boolean().default(true),
};
export const stepFilterSchema = z.strictObject({
  name: identifierSchema,
  /** All steps of this name when left out. */
  key: stepRefSchema.shape.key.unwrap().optional(),
});

export const getDocumentInput = z.union([
  z.strictObject({
    documentId: idSchema,
    /** The head when left out. */
    version: versionSchema.optional(),
    ...withText,
    includeDeleted: z.boolean().default(false),
    ...asOfInput,
  }),
  z.strictObject({
    runId: idSchema,
    kind: identifierSchema,
    key: identifierSchema.optional(),
    version: versionSchema.optional(),
    ...withText,
    includeDeleted: z.boolean().default(false),
    ...asOfInput,
  }),
]);
export const listDocumentsInput = z
  .strictObject({
    ...pageInput,
    ...orderInput,
    ...withText,
    runId: idSchema.optional(),
    /** The step that wrote the head. Needs `runId`; across runs use `byStep`. */
    step: stepFilterSchema.optional(),
    kind: identifierSchema.optional(),
    /** Documents that hold all of these. */
    tags: z.array(identifierSchema).max(LIMITS.maxTags).default([]),
    status: identifierSchema.optional(),
    includeDeleted: z.boolean().default(false),
    ...asOfInput,
  })
  .refine(({ step, runId }) => step === undefined || runId !== undefined, {
    path: ['step'],
    message: 'needs runId; across runs use documents.byStep',
  })
  .refine(...asOfNeedsRun);
export const documentsByStepInput = z
  .strictObject({
    ...pageInput,
    ...orderInput,
    ...withText,
    step: stepFilterSchema,
    /** All runs of the project when left out. */
    runId: idSchema.optional(),
    kind: identifierSchema.optional(),
    /** `written`: the newest version that the step wrote. `head`: the newest version there is. */
    at: z.enum(['written', 'head']).default('written'),
    includeDeleted: z.boolean().default(false),
    ...asOfInput,
  })
  .refine(...asOfNeedsRun);
export const documentsByParseInput = z.strictObject({ ...pageInput, ...withText, parseId: idSchema });
export const documentHistoryInput = z.strictObject({
  ...pageInput,
  documentId: idSchema,
  withText: z.boolean().default(false),
});
export const diffDocumentInput = z.strictObject({
  documentId: idSchema,
  from: versionSchema,
  /** The head when left out. */
  to: versionSchema.optional(),
});
export const documentPageSchema = pageOf(documentSchema);

export interface DocumentsService {
  create(input: z.output<typeof createDocumentInput>): Promise<DocumentReceipt>;
  put(input: z.output<typeof putDocumentInput>): Promise<DocumentReceipt>;
  putMany(input: z.output<typeof putManyDocumentsInput>): Promise<PutManyDocuments>;
  update(input: z.output<typeof updateDocumentInput>): Promise<DocumentReceipt>;
  get(input: z.output<typeof getDocumentInput>): Promise<Document>;
  list(input: z.output<typeof listDocumentsInput>): Promise<Page<Document>>;
  /**
   * In the order of writing, which moves: what the step writes again while pages are read goes to the newest end. Pages
   * as of a revision (`asOf`) stay as they are.
   */
  byStep(input: z.output<typeof documentsByStepInput>): Promise<Page<Document>>;
  /** Exactly the versions that a parse made, in their order. */
  byParse(input: z.output<typeof documentsByParseInput>): Promise<Page<Document>>;
  /** Every version, oldest first. */
  history(input: z.output<typeof documentHistoryInput>): Promise<Page<Document>>;
  diff(input: z.output<typeof diffDocumentInput>): Promise<TextDiff>;
  restore(input: z.output<typeof restoreDocumentInput>): Promise<DocumentReceipt>;
  delete(input: z.output<typeof deleteDocumentInput>): Promise<DocumentReceipt>;
  undelete(input: z.output<typeof undeleteDocumentInput>): Promise<DocumentReceipt>;
  purge(input: z.output<typeof purgeDocumentInput>): Promise<PurgedDocument>;
  ready(input: z.output<typeof readyDocumentsInput>): Promise<Page<Document>>;
  claims(input: z.output<typeof listClaimsInput>): Promise<Page<HeldClaim>>;
  claim(input: z.output<typeof claimDocumentInput>): Promise<ClaimDocument>;
  renew(input: z.output<typeof renewClaimInput>): Promise<ClaimLease>;
  release(input: z.output<typeof releaseClaimInput>): Promise<ReleasedClaim>;
}
