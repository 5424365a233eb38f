import type { JsonObject } from '@stepledger/client';
import { z } from 'zod';

/** What the ledger has no field for, and how much of the conversation was new: enough to tell the line again. */
export const exchangeMetadataSchema = z.strictObject({
  at: z.string().optional(),
  recordedInCommit: z.string().optional(),
  promptTemplate: z.string().optional(),
  history: z.int().optional(),
  toolCalls: z.array(z.json()).optional(),
  derivedFrom: z.array(z.tuple([z.string(), z.int()])).optional(),
  /** Whether this exchange itself named the system prompt, and did not only send it again. */
  ownSystem: z.literal(true).optional(),
  /** What was said of each new message beside role and content, where there was more than one. */
  newMessages: z.array(z.record(z.string(), z.json())).optional(),
  /** When each failed attempt was recorded. */
  attemptTimes: z.array(z.string().nullable()).optional(),
});
export type ExchangeMetadata = z.infer<typeof exchangeMetadataSchema>;

export const runMetadataSchema = z.strictObject({
  name: z.string(),
  source: z.record(z.string(), z.string()),
  status: z.string().nullable().optional(),
  /** How each step's exchanges belong together, by its place in the run. */
  conversations: z.array(z.string().nullable()).optional(),
});

const jsonObjectSchema = z.record(z.string(), z.json());

/** The same as plain JSON: fields that are undefined are absent. */
export function toMetadata(fields: object): JsonObject {
  return jsonObjectSchema.parse(JSON.parse(JSON.stringify(fields)));
}
