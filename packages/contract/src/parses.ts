import { z } from 'zod';
import { asOfInput } from './as-of.ts';
import { idSchema, mutationInput, receiptFields, revisionSchema, timeSchema } from './common.ts';
import { documentWriteSchema, stepFilterSchema, writtenDocumentSchema } from './documents.ts';
import { LIMITS } from './limits.ts';
import { orderInput, type Page, pageInput, pageOf } from './pages.ts';
import { errorTextSchema, identifierSchema } from './texts.ts';

export const parseStatusSchema = z.enum(['completed', 'failed']);

/** What a caller says of one attempt to read a response. */
export const parseFields = {
  /** The parser's name and version: the same response may be read again by a better one. */
  parser: identifierSchema.default('unnamed'),
  parserVersion: identifierSchema.default('1'),
  status: parseStatusSchema.default('completed'),
  error: errorTextSchema.optional(),
  /** Where in the response the parser gave up, in its own unit. */
  errorOffset: z.int().min(0).max(2_147_483_647).optional(),
};

export const parseSchema = z.strictObject({
  id: idSchema,
  exchangeId: idSchema,
  parser: identifierSchema,
  parserVersion: identifierSchema,
  /** Numbers the parses of one exchange, from 1. */
  attempt: z.int().min(1),
  status: parseStatusSchema,
  error: errorTextSchema.nullable(),
  errorOffset: z.int().min(0).nullable(),
  revision: revisionSchema,
  at: timeSchema,
});
/** One attempt to turn a raw response into documents. */
export type Parse = z.infer<typeof parseSchema>;

export const recordParseInput = z
  .strictObject({
    ...mutationInput,
    /** The exchange whose response was read; documents go into its step. */
    exchangeId: idSchema,
    ...parseFields,
    documents: z.array(documentWriteSchema).max(LIMITS.maxDocuments).default([]),
  })
  .refine(({ status, documents }) => status === 'completed' || documents.length === 0, {
    path: ['documents'],
    message: 'must be empty when the parse failed',
  });
export const recordedParseSchema = z.strictObject({
  ...receiptFields,
  parseId: idSchema,
  attempt: z.int().min(1),
  documents: z.array(writtenDocumentSchema),
});
export type RecordedParse = z.infer<typeof recordedParseSchema>;

export const listParsesInput = z
  .strictObject({
    ...pageInput,
    ...orderInput,
    exchangeId: idSchema.optional(),
    runId: idSchema.optional(),
    /** The step of the exchange whose response was read. Needs `runId`. */
    step: stepFilterSchema.optional(),
    parser: identifierSchema.optional(),
    parserVersion: identifierSchema.optional(),
    status: parseStatusSchema.optional(),
    ...asOfInput,
  })
  .refine(
    ({ asOf, runId, exchangeId }) => asOf === undefined || runId !== undefined || exchangeId !== undefined,
    { path: ['asOf'], message: 'needs runId or exchangeId' },
  )
  .refine(({ step, runId }) => step === undefined || runId !== undefined, {
    path: ['step'],
    message: 'needs runId',
  });
export const listedParseSchema = parseSchema.extend({
  runId: idSchema,
  /** The versions that it made, in their order. */
  documents: z.array(writtenDocumentSchema),
});
/** A parse with the documents that came of it. */
export type ListedParse = z.infer<typeof listedParseSchema>;
export const parsePageSchema = pageOf(listedParseSchema);

export interface ParsesService {
  record(input: z.output<typeof recordParseInput>): Promise<RecordedParse>;
  list(input: z.output<typeof listParsesInput>): Promise<Page<ListedParse>>;
}
