import type { RowLineOf } from '@stepledger/contract';
import { toBase64 } from '../blobs/encoding.ts';
import { ledgerError } from '../errors/client-errors.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import type { TransferCalls } from './transfer-calls.ts';

/** Names that one call asks for. */
const MAX_IDS = 500;

type BlobLine = RowLineOf<'blob'>;

/** The texts that lines name, read ahead in the order in which they are needed, at most an answer of them. */
export class BlobSource {
  readonly #calls: TransferCalls;
  readonly #wanted: string[];
  readonly #read = new Map<string, BlobLine>();
  readonly #large = new Set<string>();
  #next = 0;

  /** @param wanted each once, in the order in which they will be taken. */
  constructor(calls: TransferCalls, wanted: string[]) {
    this.#calls = calls;
    this.#wanted = wanted;
  }

  /** @throws UNAVAILABLE for one that was purged since its line was read */
  async take(id: string): Promise<BlobLine> {
    try {
      return await this.#take(id);
    } catch (error) {
      if (!isLedgerError(error, 'NOT_FOUND')) throw error;
      const reason = 'A text was purged while it was exported; go on with what is there, or export anew';
      throw ledgerError('UNAVAILABLE', { reason }, error);
    }
  }

  async #take(id: string): Promise<BlobLine> {
    while (this.#next < this.#wanted.length && !this.#read.has(id) && !this.#large.has(id))
      await this.#readAhead();
    const line = this.#read.get(id);
    if (line) {
      this.#read.delete(id);
      return line;
    }
    const bytes = await this.#calls.blobs.get(id, this.#calls.options);
    if (!id.endsWith('.utf8')) return { type: 'blob', id, base64: toBase64(bytes) };
    return {
      type: 'blob',
      id,
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    };
  }

  async #readAhead(): Promise<void> {
    const ids = this.#wanted.slice(this.#next, this.#next + MAX_IDS);
    const { blobs, large } = await this.#calls.features.transfers.blobs({ ids }, this.#calls.options);
    for (const blob of blobs) this.#read.set(blob.id, blob);
    for (const id of large) this.#large.add(id);
    this.#next += blobs.length + large.length;
  }
}
