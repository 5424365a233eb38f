import { LIMITS } from '@stepledger/contract';
import { toBase64 } from '../blobs/encoding.ts';
import { joinBytes } from '../blobs/join-bytes.ts';
import type { Features } from '../calls/features.ts';
import { unref } from './timers.ts';

/**
 * How long bytes are gathered before they are appended, in milliseconds: often enough that little is lost with the
 * process, and seldom enough that a stream of 100,000 chunks makes a few calls. An answer that is whole before the
 * first turn is not appended at all, but sent with the call that closes its exchange.
 */
const GATHER_MS = 300;
const APPEND_TIMEOUT_MS = 10_000;

/** Appends the bytes of an answer to its exchange while they arrive; a failure only ends the appending. */
export class StreamAppender {
  readonly #features: Features;
  readonly #exchangeId: string;
  #attempt = 1;
  #stored = 0;
  #queue: Uint8Array[] = [];
  /** Nothing more of this attempt is appended. */
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sending: Promise<void> | null = null;

  constructor(features: Features, exchangeId: string) {
    this.#features = features;
    this.#exchangeId = exchangeId;
  }

  /**
   * Takes bytes that follow those before. Of several attempts at once only the latest is appended: an earlier one
   * travels whole when the exchange is closed.
   */
  push(attempt: number, bytes: Uint8Array): void {
    if (attempt > this.#attempt) {
      this.#attempt = attempt;
      this.#stored = 0;
      this.#queue = [];
      this.#isOver = false;
    }
    if (attempt < this.#attempt || this.#isOver || bytes.length === 0) return;
    this.#queue.push(bytes);
    if (this.#timer === null && this.#sending === null) this.#schedule();
  }

  /** Stops appending and answers how many bytes of the attempt are stored; null when it is not all of them. */
  async finish(attempt: number): Promise<number | null> {
    if (attempt !== this.#attempt) return null;
    this.#clearTimer();
    await this.#sending;
    // Bytes of another attempt may begin while this one is sent.
    if (attempt === this.#attempt && this.#stored === 0) this.stop();
    while (attempt === this.#attempt && this.#queue.length > 0) {
      this.#clearTimer();
      await this.#start();
    }
    if (attempt !== this.#attempt || this.#isOver) return null;
    this.#isOver = true;
    return this.#stored;
  }

  /** Stops appending, whatever is left. */
  stop(): void {
    this.#clearTimer();
    this.#queue = [];
    this.#isOver = true;
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.#timer = unref(
      setTimeout(() => {
        this.#timer = null;
        void this.#start();
      }, GATHER_MS),
    );
  }

  #start(): Promise<void> {
    this.#sending = this.#send().finally(() => {
      this.#sending = null;
      if (this.#queue.length > 0) this.#schedule();
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    const attempt = this.#attempt;
    const bytes = this.#take(LIMITS.maxBase64Bytes);
    const input = {
      exchangeId: this.#exchangeId,
      attempt,
      offset: this.#stored,
      bytes: { base64: toBase64(bytes) },
    };
    try {
      const { size } = await this.#features.exchanges.append(input, { timeoutMs: APPEND_TIMEOUT_MS });
      if (attempt === this.#attempt) this.#stored = size;
    } catch {
      // What could not be appended travels whole when the exchange is closed, which reports what fails then.
      if (attempt === this.#attempt) this.stop();
    }
  }

  /** Takes the next bytes off the queue, at most so many. */
  #take(maxBytes: number): Uint8Array {
    const taken: Uint8Array[] = [];
    let length = 0;
    let used = 0;
    for (const piece of this.#queue) {
      const part = piece.subarray(0, maxBytes - length);
      taken.push(part);
      length += part.length;
      if (part.length < piece.length) {
        this.#queue[used] = piece.subarray(part.length);
        break;
      }
      used += 1;
      if (length === maxBytes) break;
    }
    this.#queue.splice(0, used);
    return joinBytes(taken);
  }
}
