import type { Blob, BlobEncoding } from '@stepledger/contract';
import type { CallOptions } from '../calls/features.ts';
import { toStepledgerError } from '../errors/to-stepledger-error.ts';
import { openDeadline } from '../retries/deadline.ts';
import type { BlobTransport } from './blob-transport.ts';

/** Stored bytes by their names: large texts, and bodies that are no text. */
export interface Blobs {
  /**
   * Stores bytes and answers their name, which may stand as `{ blob }` wherever a text or body may.
   *
   * The same bytes are stored once, so a retry is safe. At most 16 MiB.
   */
  put(bytes: Uint8Array, options?: CallOptions & { encoding?: BlobEncoding }): Promise<Blob>;
  /** Reads bytes by the name that `content.id` or `response.id` gives. */
  get(id: string, options?: CallOptions): Promise<Uint8Array>;
}

export function createBlobs(
  transport: BlobTransport,
  defaults: { url: string; timeoutMs: number; signal?: AbortSignal | undefined },
): Blobs {
  const within = async <T>(options: CallOptions, send: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const timeoutMs = options.timeoutMs ?? defaults.timeoutMs;
    const deadline = openDeadline({ timeoutMs, signals: [defaults.signal, options.signal] });
    try {
      if (deadline.signal.aborted) throw deadline.error();
      return await send(deadline.signal);
    } catch (error) {
      throw deadline.signal.aborted ? deadline.error() : toStepledgerError(error, defaults.url);
    } finally {
      deadline.close();
    }
  };
  return {
    put: (bytes, { encoding = 'binary', ...options } = {}) =>
      within(options, (signal) => transport.put({ encoding, bytes }, signal)),
    get: (id, options = {}) => within(options, (signal) => transport.get(id, signal)),
  };
}
