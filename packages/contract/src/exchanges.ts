import { z } from 'zod';
import { asOfInput, asOfNeedsRun } from './as-of.ts';
import {
  attemptInputSchema,
  attemptNumberSchema,
  attemptSchema,
  type RecordedAttempt,
  type recordAttemptInput,
} from './attempts.ts';
import {
  blobIdSchema,
  blobSchema,
  bodyContentSchema,
  streamedBodySchema,
  textContentSchema,
} from './blobs.ts';
import {
  idSchema,
  mutationInput,
  receiptFields,
  revisionSchema,
  sha256Schema,
  stepNameFields,
  stepRefSchema,
  timeSchema,
  versionSchema,
} from './common.ts';
import { contextRefSchema } from './context.ts';
import { documentWriteSchema, writtenDocumentSchema } from './documents.ts';
import { LIMITS } from './limits.ts';
import { orderInput, type Page, pageInput, pageOf } from './pages.ts';
import { parseFields, parseSchema, parseStatusSchema } from './parses.ts';
import { promptRefSchema } from './prompts.ts';
import { errorTextSchema, identifierSchema, metadataSchema, textSchema, variablesSchema } from './texts.ts';
import { millisecondsSchema, storedTimingFields, timingFields } from './timings.ts';
import { versionRefSchema } from './version-refs.ts';

export const exchangeStatusSchema = z.enum(['pending', 'streaming', 'completed', 'failed', 'interrupted']);
/** `interrupted` is a pending or streaming exchange whose writer let its lease run out. */
export type ExchangeStatus = z.infer<typeof exchangeStatusSchema>;

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

const openFields = {
  step: stepRefSchema,
  /** The messages exactly as sent, the whole conversation each time: what was stored before costs nothing again. */
  messages: z.array(messageInputSchema).min(1).max(LIMITS.maxMessages),
  /** The predefined prompt that the messages were made from. */
  prompt: promptRefSchema.optional(),
  variables: variablesSchema.optional(),
  /**
   * The document versions that the messages were built on, as far as the caller says so. The documents that are read out
   * of the response are linked to them by `used`. NOT_FOUND when one of them does not exist.
   */
  uses: z.array(versionRefSchema).max(LIMITS.maxLinks).optional(),
  /**
   * The context that the messages were built with: hash and manifest, as `context.build` answered them, else BAD_INPUT.
   * The documents in it count as used only as far as `uses` says so; the client's handles do.
   */
  context: contextRefSchema.optional(),
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

export const openExchangeInput = z
  .strictObject({
    ...mutationInput,
    runId: idSchema,
    /** Made by a caller who must name the exchange before the server has answered: a UUIDv7 of now. */
    exchangeId: z.uuidv7().optional(),
    ...openFields,
    /** How long the writer may be silent before the exchange counts as interrupted; fractions are allowed. */
    leaseSeconds: z.number().min(0.1).max(86_400).default(900),
    /**
     * Says what the exchange is asked for, together with `uses`. At most one exchange of a step that has not failed holds
     * a key with the same `uses`, in whatever order: a second call with both answers that exchange, `created: false`, and
     * stores nothing. One whose lease ran out is closed as failed first, with what had arrived.
     */
    memoKey: sha256Schema.optional(),
    /** Opens a new exchange all the same and gives it the memo key; the old one stays without it. */
    force: z.boolean().default(false),
  })
  .refine(({ memoKey, force }) => !force || memoKey !== undefined, {
    path: ['force'],
    message: 'needs memoKey',
  });
export const openedExchangeSchema = z.strictObject({
  ...receiptFields,
  exchangeId: idSchema,
  stepId: idSchema,
  /** False when another exchange holds the memo key; revision and time are then those of its opening. */
  created: z.boolean(),
  status: exchangeStatusSchema,
  /** How long the writer of an open exchange may still be silent, in milliseconds; null once it is closed. */
  leaseRemainingMs: millisecondsSchema.nullable(),
  /** The prompt version that the reference came to; null without one. */
  promptVersion: versionSchema.nullable(),
});
export type OpenedExchange = z.infer<typeof openedExchangeSchema>;

/** Bytes of a response as they arrive. They take no revision; closing the exchange makes them its response. */
export const appendExchangeInput = z.strictObject({
  ...mutationInput,
  exchangeId: idSchema,
  /** The HTTP attempt that the bytes belong to; a later one begins at offset 0 again. */
  attempt: attemptNumberSchema.default(1),
  /** Where the bytes begin, in bytes; what is stored already may be sent again. */
  offset: z.int().min(0).max(LIMITS.maxTextBytes),
  bytes: z.strictObject({ base64: z.base64().max(Math.ceil(LIMITS.maxBase64Bytes / 3) * 4) }),
});
export const appendedExchangeSchema = z.strictObject({
  exchangeId: idSchema,
  attempt: attemptNumberSchema,
  /** The bytes that are stored of this attempt. */
  size: z.int().min(0),
});
export type AppendedExchange = z.infer<typeof appendedExchangeSchema>;

export const heartbeatExchangeInput = z.strictObject({ ...mutationInput, exchangeId: idSchema });
export const exchangeLeaseSchema = z.strictObject({
  exchangeId: idSchema,
  status: exchangeStatusSchema,
  leaseRemainingMs: millisecondsSchema,
});
export type ExchangeLease = z.infer<typeof exchangeLeaseSchema>;

export const receivedExchangeInput = z.strictObject({
  exchangeId: idSchema,
  offset: z.int().min(0).max(LIMITS.maxTextBytes).default(0),
});
export const receivedExchangeSchema = z.strictObject({
  exchangeId: idSchema,
  status: exchangeStatusSchema,
  attempt: attemptNumberSchema,
  offset: z.int().min(0),
  /** At most 1 MiB from `offset` on. */
  bytes: z.strictObject({ base64: z.base64() }),
  /** All that has arrived of this attempt, in bytes. */
  size: z.int().min(0),
});
/** What has arrived of the response of an open exchange. */
export type ReceivedExchange = z.infer<typeof receivedExchangeSchema>;

export const completeExchangeInput = z.strictObject({
  ...mutationInput,
  exchangeId: idSchema,
  /** The raw response before parsing: given, or what was appended for the last attempt. */
  response: z.union([bodyContentSchema, streamedBodySchema]),
  ...closeFields,
});
export const failExchangeInput = z.strictObject({
  ...mutationInput,
  exchangeId: idSchema,
  error: errorTextSchema,
  /** What arrived before it failed; what was appended for the last attempt when left out. */
  response: z.union([bodyContentSchema, streamedBodySchema]).optional(),
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
    attempts: z
      .array(attemptInputSchema.extend({ response: bodyContentSchema.optional() }))
      .max(LIMITS.maxAttempts)
      .default([]),
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
  /** HTTP attempts that are stored; of the past of an open exchange none are known. */
  attemptCount: z.int().min(0),
  /** The name and size of the raw response; null while there is none. */
  response: blobSchema.nullable(),
  /** The bytes that have arrived of an open exchange; `exchanges.received` reads them. Null once it is closed. */
  receivedBytes: z.int().min(0).nullable(),
  usage: usageSchema.nullable(),
  error: errorTextSchema.nullable(),
  openedRevision: revisionSchema,
  closedRevision: revisionSchema.nullable(),
  openedAt: timeSchema,
  closedAt: timeSchema.nullable(),
  ...storedTimingFields,
  metadata: metadataSchema,
});
export type ExchangeSummary = z.infer<typeof exchangeSummarySchema>;

export const exchangeSchema = exchangeSummarySchema.extend({
  /** Empty when the prompt was not asked for; `messageCount` tells how many there are. */
  messages: z.array(messageSchema),
  /** Null without any, and when the prompt was not asked for. */
  variables: variablesSchema.nullable(),
  /** The document versions that the messages were built on. */
  uses: z.array(versionRefSchema),
  /** The context that the messages were built with; null without one, and when the prompt was not asked for. */
  context: contextRefSchema.nullable(),
  parameters: metadataSchema.nullable(),
  /** What `exchanges.open` was asked for; null without one, and once a forced exchange took it. */
  memoKey: sha256Schema.nullable(),
  /**
   * The raw response as text; null when there is none, when it was not asked for, and when it is binary: then read it by
   * `response.id`.
   */
  responseText: textSchema.nullable(),
  attempts: z.array(attemptSchema),
  parses: z.array(parseSchema),
});
/** One call to an LLM: the messages as sent and the raw response as received, before parsing. */
export type Exchange = z.infer<typeof exchangeSchema>;

export const getExchangeInput = z.strictObject({
  exchangeId: idSchema,
  /** Whether messages, variables and context come along, which may be large. */
  withPrompt: z.boolean().default(true),
  /** Whether the text of the response comes along; `response` always names it. */
  withResponse: z.boolean().default(true),
  ...asOfInput,
});
export const listExchangesInput = z
  .strictObject({
    ...pageInput,
    ...orderInput,
    runId: idSchema.optional(),
    /** The workflow of the run. */
    workflow: identifierSchema.optional(),
    step: z
      .strictObject({ name: identifierSchema, key: stepRefSchema.shape.key.unwrap().optional() })
      .optional(),
    /** How and by which parser the response was read last. */
    lastParse: z
      .strictObject({
        parser: identifierSchema.optional(),
        parserVersion: identifierSchema.optional(),
        status: parseStatusSchema.optional(),
      })
      .optional(),
    /** `unparsed` are completed exchanges that no parse has succeeded on. */
    status: z.enum([...exchangeStatusSchema.options, 'unparsed']).optional(),
    /** An exchange that was open then shows nothing but that: it is pending. */
    ...asOfInput,
  })
  .refine(...asOfNeedsRun)
  .refine(({ asOf, status }) => asOf === undefined || (status !== 'streaming' && status !== 'interrupted'), {
    path: ['status'],
    message: 'must be another with asOf: of the past is only known that an exchange was open, as pending',
  });
export const exchangePageSchema = pageOf(exchangeSummarySchema);

export const findResponseInput = z.strictObject({
  /** The SHA-256 of the exact request body. */
  requestSha256: sha256Schema,
  /** Only of exchanges that a parse has succeeded on. */
  parsed: z.boolean().default(true),
});
export const foundResponseSchema = z.strictObject({
  /** The newest answer with an HTTP status of 2xx that an equal request got; null when there is none. */
  found: z
    .strictObject({
      exchangeId: idSchema,
      attempt: attemptNumberSchema,
      httpStatus: z.int(),
      contentType: identifierSchema.nullable(),
      response: blobIdSchema,
    })
    .nullable(),
});
export type FoundResponse = z.infer<typeof foundResponseSchema>;

export interface ExchangesService {
  open(input: z.output<typeof openExchangeInput>): Promise<OpenedExchange>;
  append(input: z.output<typeof appendExchangeInput>): Promise<AppendedExchange>;
  heartbeat(input: z.output<typeof heartbeatExchangeInput>): Promise<ExchangeLease>;
  attempt(input: z.output<typeof recordAttemptInput>): Promise<RecordedAttempt>;
  complete(input: z.output<typeof completeExchangeInput>): Promise<ClosedExchange>;
  fail(input: z.output<typeof failExchangeInput>): Promise<ClosedExchange>;
  record(input: z.output<typeof recordExchangeInput>): Promise<RecordedExchange>;
  get(input: z.output<typeof getExchangeInput>): Promise<Exchange>;
  list(input: z.output<typeof listExchangesInput>): Promise<Page<ExchangeSummary>>;
  received(input: z.output<typeof receivedExchangeInput>): Promise<ReceivedExchange>;
  findResponse(input: z.output<typeof findResponseInput>): Promise<FoundResponse>;
}
