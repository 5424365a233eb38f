import type { Blob, BlobEncoding } from '@stepledger/contract';

/** How bytes get to the store and back, beside the JSON calls. */
export interface BlobTransport {
  put(body: { encoding: BlobEncoding; bytes: Uint8Array }, signal: AbortSignal): Promise<Blob>;
  get(id: string, signal: AbortSignal): Promise<Uint8Array>;
}
