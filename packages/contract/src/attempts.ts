import { z } from 'zod';
import { blobSchema, bodyContentSchema, streamedBodySchema } from './blobs.ts';
import { idSchema, mutationInput } from './common.ts';
import { LIMITS } from './limits.ts';
import { responseHeadersSchema } from './response-headers.ts';
import { errorTextSchema, identifierSchema } from './texts.ts';
import { storedTimingFields, timingFields } from './timings.ts';

export const attemptNumberSchema = z.int().min(1).max(LIMITS.maxAttempts);

const attemptFields = {
  status: z.enum(['completed', 'failed']),
  httpStatus: z.int().min(100).max(599).optional(),
  /** Where it was sent, without credentials: the client takes user, password and key parameters out. */
  url: z.string().max(LIMITS.maxUrlLength).optional(),
  /** The content type of the response. */
  contentType: identifierSchema.optional(),
  /**
   * The headers of the response; left out when they are not known. A `fetch` shows them sorted, those of one name joined.
   *
   * Those that may hold credentials, and secrets in URLs, are left out by the client, and by the server when another
   * client sends them (`toSafeHeaders`): in the ledger they would be in each fork, export and backup. They are not
   * refused, since the call that they came with has been made and its record would be lost.
   */
  headers: responseHeadersSchema.optional(),
  request: bodyContentSchema.optional(),
  /** The body that came back: given, or what was appended to the exchange for this attempt. */
  response: z.union([bodyContentSchema, streamedBodySchema]).optional(),
  error: errorTextSchema.optional(),
  ...timingFields,
};

/** One HTTP attempt of an exchange; failed ones keep their bodies. */
export const attemptInputSchema = z.strictObject({
  /** Its number; without one, attempts are counted from 1 in the order given. One that is stored already is kept. */
  attempt: attemptNumberSchema.optional(),
  ...attemptFields,
});

/** A finished attempt of an exchange that is still open; it takes no revision. */
export const recordAttemptInput = z.strictObject({
  ...mutationInput,
  exchangeId: idSchema,
  attempt: attemptNumberSchema,
  ...attemptFields,
});
export const recordedAttemptSchema = z.strictObject({ exchangeId: idSchema, attempt: attemptNumberSchema });
export type RecordedAttempt = z.infer<typeof recordedAttemptSchema>;

export const attemptSchema = z.strictObject({
  attempt: z.int().min(1),
  status: z.enum(['completed', 'failed']),
  httpStatus: z.int().nullable(),
  url: z.string().nullable(),
  contentType: identifierSchema.nullable(),
  /** The headers of the response without those that may hold credentials; null when they were not recorded. */
  headers: responseHeadersSchema.nullable(),
  request: blobSchema.nullable(),
  response: blobSchema.nullable(),
  error: errorTextSchema.nullable(),
  ...storedTimingFields,
});
export type Attempt = z.infer<typeof attemptSchema>;
