import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { textSchema } from './texts.ts';

/**
 * How a blob's bytes are to be read: `utf8` and `utf16le` are texts, `binary` is a captured body that is
 * never decoded for storage.
 */
export const blobEncodingSchema = z.enum(['utf8', 'utf16le', 'binary']);
export type BlobEncoding = z.infer<typeof blobEncodingSchema>;

/** The name of a stored blob, `<sha256 of its bytes>.<encoding>`; it stands in `PUT /raw` and `GET /raw/{blob}`. */
export const blobIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}\.(utf8|utf16le|binary)$/, 'must be <sha256>.<utf8|utf16le|binary>');

export const blobSchema = z.strictObject({
  id: blobIdSchema,
  encoding: blobEncodingSchema,
  size: z.int().min(0),
});
/** A stored body: its name and the size of its bytes. */
export type Blob = z.infer<typeof blobSchema>;

const blobRefSchema = z.strictObject({ blob: blobIdSchema });

/** A text in the call itself, or the name of one that `PUT /raw` stored before. */
export const textContentSchema = z.union([
  textSchema,
  blobRefSchema.refine(({ blob }) => !blob.endsWith('.binary'), 'must name a text, not a binary body'),
]);
export type TextContent = z.infer<typeof textContentSchema>;

/** A body: a text, up to 1 MiB of bytes as base64, or the name of one that `PUT /raw` stored before. */
export const bodyContentSchema = z.union([
  textSchema,
  z.strictObject({ base64: z.base64().max(Math.ceil(LIMITS.maxBase64Bytes / 3) * 4) }),
  blobRefSchema,
]);
export type BodyContent = z.infer<typeof bodyContentSchema>;

/** The body that was appended to an open exchange, and how many bytes of it there must be. */
export const streamedBodySchema = z.strictObject({ streamed: z.int().min(0).max(LIMITS.maxTextBytes) });
export type StreamedBody = z.infer<typeof streamedBodySchema>;

export interface BlobsService {
  /** Stores bytes and answers their name; the same bytes are stored once. */
  put(input: { encoding: BlobEncoding; bytes: Uint8Array }): Promise<Blob>;
  get(input: { id: string }): Promise<{ encoding: BlobEncoding; bytes: Uint8Array }>;
}
