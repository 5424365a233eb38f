import { z } from 'zod';
import { blobIdSchema } from './blobs.ts';
import { idSchema, revisionSchema, sha256Schema, versionSchema } from './common.ts';
import { documentChangeSchema } from './documents.ts';
import { changeSchema } from './entries.ts';
import { usageSchema } from './exchanges.ts';
import { runOriginSchema } from './forks.ts';
import { LIMITS } from './limits.ts';
import { parseStatusSchema } from './parses.ts';
import { projectSlugSchema } from './projects.ts';
import { promptMessageSchema } from './prompts.ts';
import { responseHeadersSchema } from './response-headers.ts';
import { runStatusSchema } from './runs.ts';
import { stepStatusSchema } from './steps.ts';
import {
  errorTextSchema,
  identifierSchema,
  keySchema,
  metadataSchema,
  noteSchema,
  textSchema,
  variablesSchema,
} from './texts.ts';
import { storedTimingFields } from './timings.ts';
import { linkRelationSchema, versionRefSchema } from './version-refs.ts';
import { workflowStepSchema } from './workflows.ts';

/** The format of exported files, and its version: a reader refuses every other. */
export const TRANSFER_FORMAT = { name: 'stepledger', version: 1 } as const;

/** As ids are stored, so that one id has one form in a file. */
export const lineIdSchema = idSchema.refine((id) => id === id.toLowerCase(), 'must be in lower case');
/** A time as it is stored, to the microsecond. */
export const exactTimeSchema = z.iso
  .datetime({ precision: 6 })
  .refine((time) => !time.startsWith('0000'), 'must be of the year 1 or later');
/** A time of the ledger's own clock. What is searched is ordered by it, which neither end of the calendar must upset. */
export const ledgerTimeSchema = exactTimeSchema.refine(
  (time) => time >= '1970' && time < '2200',
  'must be of the years 1970 to 2199',
);
/** The name of a stored text. */
export const textIdSchema = blobIdSchema.refine(
  (id) => !id.endsWith('.binary'),
  'must name a text, not a binary body',
);
const numberSchema = z.int().min(0).max(2_147_483_647);
const roleSchema = identifierSchema;

export const transferScopeSchema = z.enum(['run', 'workflow', 'project', 'everything']);
export type TransferScope = z.infer<typeof transferScopeSchema>;

export const headerLineSchema = z.strictObject({
  type: z.literal('header'),
  format: z.literal(TRANSFER_FORMAT.name),
  version: z.literal(TRANSFER_FORMAT.version),
  scope: transferScopeSchema,
});
/** Stands before what is of a project, in a file of all projects. */
export const projectLineSchema = z.strictObject({
  type: z.literal('project'),
  slug: projectSlugSchema,
  name: identifierSchema,
});
export const endLineSchema = z.strictObject({
  type: z.literal('end'),
  /** How many lines of each type stand before this one. */
  counts: z.record(z.string(), z.int().min(1)),
  /** Over the bytes of all lines before this one, their line breaks included. */
  sha256: sha256Schema,
});

const contentHashesSchema = z.array(sha256Schema).max(LIMITS.maxTransferVersions);

export const workflowLineSchema = z.strictObject({
  type: z.literal('workflow'),
  id: lineIdSchema,
  name: identifierSchema,
  createdAt: ledgerTimeSchema,
  /** The hash of what each version holds, the first first. */
  versions: contentHashesSchema,
});
export const workflowVersionLineSchema = z.strictObject({
  type: z.literal('workflow_version'),
  version: versionSchema,
  at: ledgerTimeSchema,
  steps: z.array(workflowStepSchema).min(1).max(LIMITS.maxWorkflowSteps),
  note: noteSchema.nullable(),
  metadata: metadataSchema,
});

export const promptLineSchema = z.strictObject({
  type: z.literal('prompt'),
  id: lineIdSchema,
  name: identifierSchema,
  createdAt: ledgerTimeSchema,
  deletedAt: exactTimeSchema.nullable(),
  versions: contentHashesSchema,
});
export const promptVersionLineSchema = z.strictObject({
  type: z.literal('prompt_version'),
  version: versionSchema,
  at: ledgerTimeSchema,
  template: z.array(promptMessageSchema).min(1).max(LIMITS.maxPromptMessages),
  syntax: identifierSchema,
  parameters: z.array(identifierSchema).max(LIMITS.maxPromptParameters),
  note: noteSchema.nullable(),
  metadata: metadataSchema,
});
export const promptLabelLineSchema = z.strictObject({
  type: z.literal('prompt_label'),
  label: identifierSchema,
  version: versionSchema,
  at: ledgerTimeSchema,
});

export const runLineSchema = z.strictObject({
  type: z.literal('run'),
  id: lineIdSchema,
  key: identifierSchema,
  createdAt: ledgerTimeSchema,
  /** The last revision that follows. */
  revision: revisionSchema,
  workflow: z.strictObject({ name: identifierSchema, version: versionSchema }).nullable(),
  /** The steps that it is confined to; null when it takes any. */
  steps: z.array(identifierSchema).max(LIMITS.maxWorkflowSteps).nullable(),
  origin: runOriginSchema.nullable(),
  /** The prompts that its exchanges name. */
  prompts: z.array(identifierSchema).max(LIMITS.maxTransferPrompts),
});

/** A text or a body, before the first line that names it in a run. */
export const blobLineSchema = z
  .strictObject({
    type: z.literal('blob'),
    id: blobIdSchema,
    /** Of `utf8`; every other encoding is given by its bytes. */
    text: textSchema.optional(),
    base64: z
      .base64()
      .max(Math.ceil(LIMITS.maxTextBytes / 3) * 4)
      .optional(),
  })
  .refine(
    ({ id, text, base64 }) =>
      id.endsWith('.utf8')
        ? text !== undefined && base64 === undefined
        : base64 !== undefined && text === undefined,
    'must have text when it is utf8, else base64',
  );
/** A message of a conversation; its hash covers the one before. */
export const messageLineSchema = z.strictObject({
  type: z.literal('message'),
  hash: sha256Schema,
  parent: sha256Schema.nullable(),
  role: roleSchema,
  format: z.enum(['text', 'json']),
  content: textIdSchema,
});

export const stateLineSchema = z.strictObject({
  type: z.literal('state'),
  status: runStatusSchema,
  goal: noteSchema.nullable(),
  metadata: metadataSchema,
  finishedRevision: revisionSchema.nullable(),
});
export const pinLineSchema = z.strictObject({
  type: z.literal('pin'),
  prompt: identifierSchema,
  label: identifierSchema,
  version: versionSchema,
});
export const stepLineSchema = z.strictObject({
  type: z.literal('step'),
  id: lineIdSchema,
  name: identifierSchema,
  key: keySchema,
  startedAt: ledgerTimeSchema,
  originId: lineIdSchema.nullable(),
});
export const stepStateLineSchema = z.strictObject({
  type: z.literal('step_state'),
  stepId: lineIdSchema,
  status: stepStatusSchema,
  error: errorTextSchema.nullable(),
  parentStepId: lineIdSchema.nullable(),
  finishedRevision: revisionSchema.nullable(),
  finishedAt: exactTimeSchema.nullable(),
});
export const exchangeLineSchema = z.strictObject({
  type: z.literal('exchange'),
  id: lineIdSchema,
  stepId: lineIdSchema,
  openedAt: ledgerTimeSchema,
  prompt: z.strictObject({ name: identifierSchema, version: versionSchema }).nullable(),
  variables: variablesSchema.nullable(),
  uses: z.array(versionRefSchema).max(LIMITS.maxLinks),
  context: textIdSchema.nullable(),
  /** The last message that was sent, of a chain of so many; null once purged. */
  message: sha256Schema.nullable(),
  messageCount: numberSchema,
  memoKey: sha256Schema.nullable(),
  memoLostRevision: revisionSchema.nullable(),
  provider: identifierSchema.nullable(),
  model: identifierSchema.nullable(),
  parameters: metadataSchema.nullable(),
  metadata: metadataSchema,
  purgedRevision: revisionSchema.nullable(),
  originId: lineIdSchema.nullable(),
});
const timings = { ...storedTimingFields, startedAt: exactTimeSchema.nullable() };
export const attemptLineSchema = z.strictObject({
  type: z.literal('attempt'),
  exchangeId: lineIdSchema,
  attempt: z.int().min(1).max(LIMITS.maxAttempts),
  status: z.enum(['completed', 'failed']),
  httpStatus: z.int().min(100).max(599).nullable(),
  url: z.string().max(LIMITS.maxUrlLength).nullable(),
  contentType: identifierSchema.nullable(),
  /** Left out when they were not recorded, as of attempts that were stored before headers were. */
  headers: responseHeadersSchema.optional(),
  request: blobIdSchema.nullable(),
  response: blobIdSchema.nullable(),
  error: errorTextSchema.nullable(),
  ...timings,
});
export const closeLineSchema = z.strictObject({
  type: z.literal('close'),
  exchangeId: lineIdSchema,
  status: z.enum(['completed', 'failed']),
  closedAt: ledgerTimeSchema,
  response: blobIdSchema.nullable(),
  responseModel: identifierSchema.nullable(),
  usage: usageSchema.nullable(),
  error: errorTextSchema.nullable(),
  ...timings,
});
export const parseLineSchema = z.strictObject({
  type: z.literal('parse'),
  id: lineIdSchema,
  exchangeId: lineIdSchema,
  attempt: z.int().min(1).max(2_147_483_647),
  at: ledgerTimeSchema,
  parser: identifierSchema,
  parserVersion: identifierSchema,
  status: parseStatusSchema,
  error: errorTextSchema.nullable(),
  errorOffset: numberSchema.nullable(),
  originId: lineIdSchema.nullable(),
});
export const documentLineSchema = z.strictObject({
  type: z.literal('document'),
  id: lineIdSchema,
  kind: identifierSchema,
  key: keySchema,
  createdAt: ledgerTimeSchema,
  originId: lineIdSchema.nullable(),
});
export const versionLineSchema = z.strictObject({
  type: z.literal('version'),
  documentId: lineIdSchema,
  version: versionSchema,
  position: numberSchema,
  at: ledgerTimeSchema,
  change: documentChangeSchema,
  stepId: lineIdSchema.nullable(),
  exchangeId: lineIdSchema.nullable(),
  parseId: lineIdSchema.nullable(),
  title: identifierSchema.nullable(),
  status: identifierSchema.nullable(),
  tags: z.array(identifierSchema).max(LIMITS.maxTags),
  metadata: metadataSchema,
  author: identifierSchema.nullable(),
  note: noteSchema.nullable(),
  text: textIdSchema.nullable(),
  purgedRevision: revisionSchema.nullable(),
});
/** Links of one version that began at one revision. */
export const linksLineSchema = z.strictObject({
  type: z.literal('links'),
  documentId: lineIdSchema,
  version: versionSchema,
  to: z
    .array(z.tuple([linkRelationSchema, lineIdSchema, versionSchema]))
    .min(1)
    .max(LIMITS.maxLinks),
});
/** The same, of links that ended. */
export const unlinksLineSchema = linksLineSchema.extend({ type: z.literal('unlinks') });
export const acceptLineSchema = z.strictObject({
  type: z.literal('accept'),
  documentId: lineIdSchema,
  version: versionSchema,
  input: versionRefSchema,
});
/** Ends what belongs to a revision. */
export const entryLineSchema = z.strictObject({
  type: z.literal('entry'),
  revision: revisionSchema,
  at: ledgerTimeSchema,
  actor: identifierSchema,
  kind: identifierSchema,
  changes: z.array(changeSchema.omit({ detail: true }).extend({ id: idSchema })),
});

export const unitLineSchema = z.discriminatedUnion('type', [
  workflowLineSchema,
  promptLineSchema,
  runLineSchema,
]);
/** What a file holds one after the other: a workflow, a prompt or a run. */
export type UnitLine = z.infer<typeof unitLineSchema>;

/** The lines that follow a unit. */
export const rowLineSchema = z.discriminatedUnion('type', [
  workflowVersionLineSchema,
  promptVersionLineSchema,
  promptLabelLineSchema,
  blobLineSchema,
  messageLineSchema,
  stateLineSchema,
  pinLineSchema,
  stepLineSchema,
  stepStateLineSchema,
  exchangeLineSchema,
  attemptLineSchema,
  closeLineSchema,
  parseLineSchema,
  documentLineSchema,
  versionLineSchema,
  linksLineSchema,
  unlinksLineSchema,
  acceptLineSchema,
  entryLineSchema,
]);
export type RowLine = z.infer<typeof rowLineSchema>;
export type RowLineOf<Type extends RowLine['type']> = Extract<RowLine, { type: Type }>;

/** Any line of an exported file. */
export const transferLineSchema = z.discriminatedUnion('type', [
  headerLineSchema,
  projectLineSchema,
  ...unitLineSchema.options,
  ...rowLineSchema.options,
  endLineSchema,
]);
export type TransferLine = z.infer<typeof transferLineSchema>;
