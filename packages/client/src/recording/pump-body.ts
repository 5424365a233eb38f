import { LIMITS } from '@stepledger/contract';
import type { ByteLog } from './byte-log.ts';
import { unref } from './timers.ts';

/** How far a body is read ahead of a consumer that does not read. */
const MAX_AHEAD_BYTES = LIMITS.maxTextBytes;
/** How long bytes may still come after the end of the answer: between two of them, and altogether. */
const TAIL_QUIET_MS = 1000;
const MAX_TAIL_MS = 10_000;

/** How a body ended: by itself, by its consumer, by an error, or by silence after the answer's end. */
export type BodyEnd = { how: 'closed' | 'cancelled' | 'quiet' } | { how: 'broken'; error: unknown };

export interface PumpOptions {
  /** Takes the bytes on their way. */
  log: ByteLog;
  /** The signal of the request: its abort reaches the consumer also when all bytes are here already. */
  signal: AbortSignal | null;
  /** Whether the answer has come to its end by what it says, so that nothing more has to arrive. */
  isOver(): boolean;
  /** Told of each chunk before the consumer can read it, and of the pieces in which it is kept. */
  onArrival(chunk: Uint8Array, kept: Uint8Array[]): void;
  /** Called once; `onArrival` is not called after it. */
  onEnd(end: BodyEnd): void;
}

/**
 * Reads a body eagerly, whether its consumer reads or not, and answers the stream that the consumer reads.
 *
 * It is never more than 16 MiB and one chunk ahead of the consumer. Cancelling the stream cancels the body, unless the
 * answer is over: then what still comes within a second is taken in first. An error reaches the consumer as it is,
 * after the bytes that came before it; an abort at once.
 */
export function pumpBody(body: ReadableStream<Uint8Array>, options: PumpOptions): ReadableStream<Uint8Array> {
  return new BodyPump(body.getReader(), options).stream;
}

class BodyPump {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #options: PumpOptions;
  #controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array> | null = null;
  /** Answers the consumer's pending read. */
  #answer: (() => void) | null = null;
  /** Lets the pump go on that waits for the consumer. */
  #resume: (() => void) | null = null;
  #consumer: 'reading' | 'gone' = 'reading';
  #ended = false;
  /** What is left for the consumer once it has read everything. */
  #last: BodyEnd | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #overAt: number | null = null;

  constructor(body: ReadableStreamDefaultReader<Uint8Array>, options: PumpOptions) {
    this.#body = body;
    this.#options = options;
    this.stream = createByteStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#pull(),
      cancel: (reason) => this.#cancel(reason),
    });
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        await this.#room();
        const { done, value } = await this.#body.read();
        if (done) return this.#stop({ how: 'closed' });
        this.#arrive(value);
      }
    } catch (error) {
      this.#stop({ how: 'broken', error });
    }
  }

  async #room(): Promise<void> {
    while (this.#options.log.ahead >= MAX_AHEAD_BYTES) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
    }
  }

  #arrive(chunk: Uint8Array): void {
    const { log, onArrival, isOver } = this.#options;
    const kept = log.append(chunk);
    if (!this.#ended) {
      onArrival(chunk, kept);
      // An answer of several candidates may turn out not to be over.
      clearTimeout(this.#timer);
      if (isOver()) this.#awaitTail();
    }
    if (this.#consumer === 'gone') log.skip();
    else this.#feed();
  }

  /** Ends the recording when nothing comes for a while: clients and servers leave connections open after an answer. */
  #awaitTail(): void {
    const now = performance.now();
    this.#overAt ??= now;
    const leftMs = this.#overAt + MAX_TAIL_MS - now;
    this.#timer = unref(setTimeout(() => this.#onQuiet(), Math.min(TAIL_QUIET_MS, Math.max(leftMs, 0))));
  }

  #onQuiet(): void {
    this.#end({ how: 'quiet' });
    if (this.#consumer === 'gone') this.#drop();
  }

  #end(end: BodyEnd): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(end);
    this.#options.log.release();
  }

  /** The body has no more bytes. */
  #stop(last: BodyEnd): void {
    const { log, signal } = this.#options;
    this.#end(last);
    this.#last = last;
    if (this.#consumer === 'gone') return;
    // An aborted fetch does not hand out what it has.
    if (last.how === 'broken' && signal?.aborted) log.skip();
    if (log.ahead > 0) signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#feed();
    if (this.#last !== null && log.ahead === 0) this.#finish(this.#last);
  }

  readonly #onAbort = (): void => {
    this.#options.log.skip();
    this.#finish({ how: 'broken', error: this.#options.signal?.reason });
  };

  #pull(): Promise<void> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#feed();
    });
  }

  /** Gives the consumer what there is, if it waits for it. */
  #feed(): void {
    if (this.#answer === null) return;
    const { log } = this.#options;
    if (log.ahead > 0) {
      this.#controller?.enqueue(log.take());
      this.#settlePull();
      this.#goOn();
    }
    if (log.ahead === 0 && this.#last !== null) this.#finish(this.#last);
  }

  /** Closes the consumer's stream, or breaks it. */
  #finish(last: BodyEnd): void {
    if (this.#consumer === 'gone') return;
    this.#consumer = 'gone';
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    if (last.how === 'broken') this.#controller?.error(last.error);
    else {
      this.#controller?.close();
      // A reader that brought its own buffer gets it back.
      if (this.#controller && 'byobRequest' in this.#controller) this.#controller.byobRequest?.respond(0);
    }
    this.#settlePull();
  }

  async #cancel(reason: unknown): Promise<void> {
    this.#consumer = 'gone';
    const { log, isOver, signal } = this.#options;
    signal?.removeEventListener('abort', this.#onAbort);
    log.skip();
    this.#settlePull();
    this.#goOn();
    if (this.#last !== null || (!this.#ended && isOver())) return;
    this.#end({ how: 'cancelled' });
    await this.#body.cancel(reason);
  }

  /** Closes a connection that nobody reads; the answer is over, so its errors say nothing. */
  #drop(): void {
    this.#body.cancel().catch(() => undefined);
  }

  #settlePull(): void {
    this.#answer?.();
    this.#answer = null;
  }

  #goOn(): void {
    this.#resume?.();
    this.#resume = null;
  }
}

interface ByteSource {
  start(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>): void;
  pull(): Promise<void>;
  cancel(reason: unknown): Promise<void>;
}

/** A stream that reads nothing ahead, for readers that bring their own buffers as well: the body of a fetch is one. */
function createByteStream(source: ByteSource): ReadableStream<Uint8Array> {
  try {
    return new ReadableStream({ ...source, type: 'bytes' });
  } catch {
    // Safari had no such streams for long, and its own bodies were none.
    return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
  }
}
