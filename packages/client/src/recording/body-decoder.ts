import { LIMITS } from '@stepledger/contract';
import { joinBytes } from '../blobs/join-bytes.ts';

/** Undoes a content-encoding while the bytes of a body arrive. */
export interface BodyDecoder {
  /** Takes the next bytes as they travelled; they must not be changed. */
  push(bytes: Uint8Array): void;
  /** Says that no more come, and answers, once all was told, whether it could all be decoded; never rejects. */
  end(): Promise<boolean>;
}

/** Makes a decoder that tells of decoded bytes; null for an encoding that it does not know. */
export type CreateBodyDecoder = (
  contentEncoding: string,
  onBytes: (bytes: Uint8Array) => void,
) => BodyDecoder | null;

/** The bytes of a body without its content-encoding; null when they cannot be had, or are more than 16 MiB. */
export async function decodeBody(
  body: Uint8Array,
  contentEncoding: string,
  createDecoder: CreateBodyDecoder,
): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const decoder = createDecoder(contentEncoding, (bytes) => {
    size += bytes.length;
    if (size <= LIMITS.maxTextBytes) pieces.push(bytes);
  });
  decoder?.push(body);
  const isWhole = (await decoder?.end()) ?? false;
  return isWhole && size <= LIMITS.maxTextBytes ? joinBytes(pieces) : null;
}
