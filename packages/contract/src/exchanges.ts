import { z } from 'zod';
import { blobSchema, bodyContentSchema, textContentSchema } from './blobs.ts';
import {
  idSchema,
  mutationInput,
  receiptFields,
  revisionSchema,
  stepNameFields,
  stepRefSchema,
  timeSchema,
  versionSchema,
} from './common.ts';
import { documentWriteSchema, writtenDocumentSchema } from './documents.ts';
import { LIMITS } from './limits.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import { parseFields, parseSchema } from './parses.ts';
import { promptRefSchema } from './prompts.ts';
import { errorTextSchema, identifierSchema, metadataSchema, textSchema, variablesSchema } from './texts.ts';

export const exchangeStatusSchema = z.enum(['pending', 'streaming', 'completed', 'failed', 'interrupted']);
/** `interrupted` is a pending or streaming exchange whose writer let its lease run out. */
export type ExchangeStatus = z.infer<typeof exchangeStatusSchema>;

const millisecondsSchema = z.int().min(0).max(2_147_483_647);

export const messageInputSchema = z.strictObject({
  role: identifierSchema,
  content: textContentSchema,
  /** `json` when the content is the provider's own JSON, kept as the text that was sent. */
  format: z.enum(['text', 'json']).default('text'),
});
export const messageSchema = z.strictObject({
  role: identifierSchema,
  content: textSchema,
  format: z.enum(['text', 'json']),
});
/** One message as it was sent to the LLM. */
export type Message = z.infer<typeof messageSchema>;

/** Token counts as the provider reported them. */
export const usageSchema = z.strictObject({
  inputTokens: z.int().min(0).optional(),
  outputTokens: z.int().min(0).optional(),
  totalTokens: z.int().min(0).optional(),
  cachedInputTokens: z.int().min(0).optional(),
  reasoningTokens: z.int().min(0).optional(),
});
export type Usage = z.infer<typeof usageSchema>;

const timingFields = {
  /** When the caller sent the request, by its own clock. */
  startedAt: timeSchema.optional(),
  firstByteMs: millisecondsSchema.optional(),
  totalMs: millisecondsSchema.optional(),
};

/** One HTTP attempt of an exchange; failed ones keep their bodies. */
export const attemptInputSchema = z.strictObject({
  status: z.enum(['completed', 'failed']),
  httpStatus: z.int().min(100).max(599).optional(),
  request: bodyContentSchema.optional(),
  response: bodyContentSchema.optional(),
  error: errorTextSchema.optional(),
  ...timingFields,
});

const openFields = {
  step: stepRefSchema,
  /** The messages exactly as sent, the whole conversation each time: what was stored before costs nothing again. */
  messages: z.array(messageInputSchema).min(1).max(LIMITS.maxMessages),
  /** The predefined prompt that the messages were made from. */
  prompt: promptRefSchema.optional(),
  variables: variablesSchema.optional(),
  provider: identifierSchema.optional(),
  model: identifierSchema.optional(),
  /** The model's parameters as declared: temperature, seed, ... */
  parameters: metadataSchema.optional(),
  metadata: metadataSchema.optional(),
};

const closeFields = {
  attempts: z.array(attemptInputSchema).max(LIMITS.maxAttempts).default([]),
  /** The model that the provider says has answered. */
  responseModel: identifierSchema.optional(),
  usage: usageSchema.optional(),
  ...timingFields,
};

export const openExchangeInput = z.strictObject({
  ...mutationInput,
  runId: idSchema,
  ...openFields,
  /** How long the writer may be silent before the exchange counts as interrupted. */
  leaseSeconds: z.int().min(1).max(86_400).default(900),
});
export const openedExchangeSchema = z.strictObject({
  ...receiptFields,
  exchangeId: idSchema,
  stepId: idSchema,
  /** The prompt version that the reference came to; null without one. */
  promptVersion: versionSchema.nullable(),
});
export type OpenedExchange = z.infer<typeof openedExchangeSchema>;

export const completeExchangeInput = z.strictObject({
  ...mutationInput,
  exchangeId: idSchema,
  /** The raw response before parsing. */
  response: bodyContentSchema,
  ...closeFields,
});
export const failExchangeInput = z.strictObject({
  ...mutationInput,
  exchangeId: idSchema,
  error: errorTextSchema,
  /** What arrived before it failed. */
  response: bodyContentSchema.optional(),
  ...closeFields,
});
export const closedExchangeSchema = z.strictObject({
  ...receiptFields,
  exchangeId: idSchema,
  status: exchangeStatusSchema,
});
export type ClosedExchange = z.infer<typeof closedExchangeSchema>;

/** A whole step in one call: prompt sent, raw response, parse, documents with their links. All or nothing. */
export const recordExchangeInput = z
  .strictObject({
    ...mutationInput,
    runId: idSchema,
    ...openFields,
    /** The raw response; absent only with `error`. */
    response: bodyContentSchema.optional(),
    /** Why the call failed; the exchange is then stored as failed. */
    error: errorTextSchema.optional(),
    ...closeFields,
    /** How the response was read. Left out with documents, a parse by `unnamed` is stored. */
    parse: z.strictObject(parseFields).optional(),
    documents: z.array(documentWriteSchema).max(LIMITS.maxDocuments).default([]),
  })
  .refine(({ response, error }) => response !== undefined || error !== undefined, {
    path: ['response'],
    message: 'must be given unless `error` is',
  })
  .refine(({ parse, documents }) => parse?.status !== 'failed' || documents.length === 0, {
    path: ['documents'],
    message: 'must be empty when the parse failed',
  });
export const recordedExchangeSchema = z.strictObject({
  ...receiptFields,
  exchangeId: idSchema,
  stepId: idSchema,
  promptVersion: versionSchema.nullable(),
  parseId: idSchema.nullable(),
  documents: z.array(writtenDocumentSchema),
});
export type RecordedExchange = z.infer<typeof recordedExchangeSchema>;

export const attemptSchema = z.strictObject({
  attempt: z.int().min(1),
  status: z.enum(['completed', 'failed']),
  httpStatus: z.int().nullable(),
  request: blobSchema.nullable(),
  response: blobSchema.nullable(),
  error: errorTextSchema.nullable(),
  startedAt: timeSchema.nullable(),
  firstByteMs: millisecondsSchema.nullable(),
  totalMs: millisecondsSchema.nullable(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** What lists show of an exchange: everything but its texts. */
export const exchangeSummarySchema = z.strictObject({
  id: idSchema,
  runId: idSchema,
  step: z.strictObject(stepNameFields),
  status: exchangeStatusSchema,
  prompt: z.strictObject({ name: identifierSchema, version: versionSchema }).nullable(),
  provider: identifierSchema.nullable(),
  model: identifierSchema.nullable(),
  responseModel: identifierSchema.nullable(),
  messageCount: z.int().min(0),
  /** The name and size of the raw response; null while there is none. */
  response: blobSchema.nullable(),
  usage: usageSchema.nullable(),
  error: errorTextSchema.nullable(),
  openedRevision: revisionSchema,
  closedRevision: revisionSchema.nullable(),
  openedAt: timeSchema,
  closedAt: timeSchema.nullable(),
  startedAt: timeSchema.nullable(),
  firstByteMs: millisecondsSchema.nullable(),
  totalMs: millisecondsSchema.nullable(),
  metadata: metadataSchema,
});
export type ExchangeSummary = z.infer<typeof exchangeSummarySchema>;

export const exchangeSchema = exchangeSummarySchema.extend({
  messages: z.array(messageSchema),
  variables: variablesSchema.nullable(),
  parameters: metadataSchema.nullable(),
  /** The raw response as text; null when there is none or when it is binary: then read it by `response.id`. */
  responseText: textSchema.nullable(),
  attempts: z.array(attemptSchema),
  parses: z.array(parseSchema),
});
/** One call to an LLM: the messages as sent and the raw response as received, before parsing. */
export type Exchange = z.infer<typeof exchangeSchema>;

export const getExchangeInput = z.strictObject({ exchangeId: idSchema });
export const listExchangesInput = z.strictObject({
  ...pageInput,
  runId: idSchema.optional(),
  /** Needs `runId`. */
  step: z
    .strictObject({ name: identifierSchema, key: stepRefSchema.shape.key.unwrap().optional() })
    .optional(),
  /** `unparsed` are completed exchanges that no parse has succeeded on. */
  status: z.enum([...exchangeStatusSchema.options, 'unparsed']).optional(),
});
export const exchangePageSchema = pageOf(exchangeSummarySchema);

export interface ExchangesService {
  open(input: z.output<typeof openExchangeInput>): Promise<OpenedExchange>;
  complete(input: z.output<typeof completeExchangeInput>): Promise<ClosedExchange>;
  fail(input: z.output<typeof failExchangeInput>): Promise<ClosedExchange>;
  record(input: z.output<typeof recordExchangeInput>): Promise<RecordedExchange>;
  get(input: z.output<typeof getExchangeInput>): Promise<Exchange>;
  list(input: z.output<typeof listExchangesInput>): Promise<Page<ExchangeSummary>>;
}
