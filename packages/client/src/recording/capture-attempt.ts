import { identifierSchema, LIMITS, type ResponseHeader } from '@stepledger/contract';
import type { FetchFunction } from '../http/checked-fetch.ts';
import type { AttemptOutcome, CapturedAttempt } from './attempt.ts';
import type { BodyDecoder, CreateBodyDecoder } from './body-decoder.ts';
import { ByteLog } from './byte-log.ts';
import { toFailureText } from './failure-text.ts';
import { type HeaderPairs, toStoredHeaders } from './header-pairs.ts';
import type { AnswerReader, Protocol } from './protocols/protocol.ts';
import { type BodyEnd, pumpBody } from './pump-body.ts';
import { isRetryable, readRetryAfterMs } from './retry-hints.ts';
import { pause } from './timers.ts';
import { isWrappable, wrapResponse } from './wrap-response.ts';

/** How long the body of a refusal is waited for before the response is handed on; SDKs do not read it, or in part. */
const REFUSAL_WAIT_MS = 2000;

export interface CaptureOptions {
  /** Sends the request; called once. */
  fetch: FetchFunction;
  input: Parameters<FetchFunction>[0];
  init: RequestInit | undefined;
  /** Null when it is not known: then an answer is whole when its body ends. */
  protocol: Protocol | null;
  /** For a `fetch` that hands out bodies as they travelled: reads those that have a `content-encoding`. */
  createDecoder?: CreateBodyDecoder | undefined;
  /** For a `fetch` that knows headers as they came, in place of the response's; what it throws is in the outcome. */
  readHeaders?: ((response: Response) => HeaderPairs) | undefined;
  /**
   * Told of each recorded piece as it arrives, in order, before the caller can read it; never after the end.
   *
   * The bytes never change and must not be changed. What it throws ends the telling and is in the outcome.
   */
  onBytes?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * Sends one request and records what comes back, without changing what its caller sees.
 *
 * The body is read at once and kept whether or not the caller reads it; only the body of a refusal (no 2xx) is waited
 * for, at most 2 s. An answer is completed when the protocol's own end mark has arrived, whatever the caller did to the
 * body. It ends with its body, or a second after the end mark.
 *
 * Holds at most 16 MiB that are recorded, once more while they are put together at the end, 16 MiB that the caller has
 * not read of a longer body, and what the protocol's reader holds.
 */
export function captureAttempt(options: CaptureOptions): CapturedAttempt {
  let settle: (outcome: AttemptOutcome) => void = () => undefined;
  const ended = new Promise<AttemptOutcome>((resolve) => {
    settle = resolve;
  });
  const response = new AttemptCapture(options, settle).run(ended);
  return { response, ended };
}

class AttemptCapture {
  readonly #options: CaptureOptions;
  readonly #settle: (outcome: AttemptOutcome) => void;
  readonly #startedAt = new Date().toISOString();
  readonly #clock = startClock();
  readonly #log = new ByteLog(LIMITS.maxTextBytes);
  #reader: AnswerReader | null = null;
  /** Stands before the reader where the body is encoded. */
  #decoder: BodyDecoder | null = null;
  #firstByteMs: number | undefined;
  #lastByteMs: number | undefined;
  #listenerError: unknown;

  constructor(options: CaptureOptions, settle: (outcome: AttemptOutcome) => void) {
    this.#options = options;
    this.#settle = settle;
  }

  async run(ended: Promise<unknown>): Promise<Response> {
    const response = await this.#send();
    const { body, ok } = response;
    if (ok) this.#prepareReading(response.headers);
    if (body === null) {
      this.#finish(response, { how: 'closed' });
      return response;
    }
    if (!isWrappable(response)) {
      this.#settle({ ...this.#describe(response), status: 'failed', error: NOT_READABLE, retryable: false });
      return response;
    }
    const stream = pumpBody(response.body, {
      log: this.#log,
      signal: signalOf(this.#options),
      isOver: () => this.#reader?.complete === true || this.#reader?.failure !== undefined,
      onArrival: (chunk, kept) => this.#onArrival(chunk, kept),
      onEnd: (end) => this.#finish(response, end),
    });
    const wrapped = wrapResponse(response, stream);
    if (!ok) await within(REFUSAL_WAIT_MS, ended);
    return wrapped;
  }

  /** An answer in an encoding that is not known is not read: it is whole when its body ends. */
  #prepareReading(headers: Headers): void {
    const { protocol, createDecoder } = this.#options;
    const reader = protocol?.createReader(headers.get('content-type') ?? '') ?? null;
    const encoding = createDecoder && headers.get('content-encoding');
    if (reader && encoding) this.#decoder = createDecoder(encoding, (bytes) => reader.push(bytes));
    this.#reader = encoding && this.#decoder === null ? null : reader;
  }

  async #send(): Promise<Response> {
    const { fetch, input, init } = this.#options;
    try {
      return await fetch(input, init);
    } catch (error) {
      const totalMs = this.#clock();
      const text = toFailureText(error);
      this.#settle({ status: 'failed', error: text, startedAt: this.#startedAt, totalMs, retryable: true });
      throw error;
    }
  }

  #onArrival(chunk: Uint8Array, kept: Uint8Array[]): void {
    this.#lastByteMs = this.#clock();
    this.#firstByteMs ??= this.#lastByteMs;
    (this.#decoder ?? this.#reader)?.push(chunk);
    const { onBytes } = this.#options;
    if (onBytes === undefined || this.#listenerError !== undefined) return;
    try {
      for (const bytes of kept) onBytes(bytes);
    } catch (error) {
      this.#listenerError = error ?? new Error('onBytes threw nothing');
    }
  }

  #finish(response: Response, end: BodyEnd): void {
    const { total, kept } = this.#log;
    const totalMs = end.how === 'quiet' ? this.#lastByteMs : undefined;
    // Taken now: the log keeps nothing beyond the end.
    const ended: EndedBody = {
      end,
      total,
      kept,
      isReadable: true,
      outcome: {
        ...this.#describe(response),
        ...(this.#isBrokenWhole(response, end) && { retryable: true }),
        ...(totalMs !== undefined && { totalMs }),
        response: this.#log.keptBytes(),
      },
    };
    if (this.#decoder === null) this.#conclude(response, ended);
    else {
      const decoded = this.#decoder.end();
      void decoded.then((isReadable) => this.#conclude(response, { ...ended, isReadable }));
    }
  }

  #conclude(response: Response, ended: EndedBody): void {
    if (ended.end.how === 'closed') this.#reader?.end();
    const error = this.#findFailure(response, ended);
    const { text, model, usage } = this.#reader ?? { text: null, model: undefined, usage: undefined };
    this.#settle({
      ...ended.outcome,
      status: error === undefined ? 'completed' : 'failed',
      ...(error !== undefined && { error: error.slice(0, LIMITS.maxErrorLength) }),
      ...(text !== null && { text }),
      ...(model !== undefined && { responseModel: model }),
      ...(usage && { usage }),
    });
  }

  /** Why the attempt is no success; undefined when it is one. */
  #findFailure({ ok, status, statusText }: Response, ended: EndedBody): string | undefined {
    const { end, total, kept, isReadable } = ended;
    if (!ok) {
      const text = `HTTP ${status} ${statusText}`.trimEnd();
      return end.how === 'broken' ? `${text}, and its body broke off: ${toFailureText(end.error)}` : text;
    }
    if (total > kept) return `The response has ${total} bytes, of which only the first ${kept} are stored`;
    const reader = this.#reader;
    if (reader?.complete) return undefined;
    if (reader?.failure !== undefined) return `The answer reports an error: ${reader.failure}`;
    if (end.how === 'broken') return toFailureText(end.error);
    if (end.how === 'cancelled') return 'The caller cancelled the answer before its end';
    if (!isReadable) return 'The answer could not be decoded as its content-encoding says';
    return reader ? 'The answer ended without its end mark' : undefined;
  }

  /** Whether an answer that the caller waits for as a whole broke off: that is tried again like one that never came. */
  #isBrokenWhole({ ok, headers }: Response, { how }: BodyEnd): boolean {
    const isStream = STREAMS.test(headers.get('content-type') ?? '');
    return ok && how === 'broken' && !isStream && signalOf(this.#options)?.aborted !== true;
  }

  /** What may read them is the caller's own, and must not break the call. */
  #readHeaders(response: Response): ResponseHeader[] | undefined {
    const { readHeaders = ({ headers }: Response) => headers } = this.#options;
    try {
      return response.status >= 100 ? toStoredHeaders(readHeaders(response)) : undefined;
    } catch (error) {
      this.#listenerError ??= error ?? new Error('readHeaders threw nothing');
      return undefined;
    }
  }

  #describe(response: Response) {
    const contentType = identifierSchema.safeParse(response.headers.get('content-type')).data;
    const headers = this.#readHeaders(response);
    const retryAfterMs = readRetryAfterMs(response.headers, Date.now());
    return {
      ...(response.status >= 100 && { httpStatus: response.status }),
      ...(contentType !== undefined && { contentType }),
      ...(headers !== undefined && { headers }),
      startedAt: this.#startedAt,
      ...(this.#firstByteMs !== undefined && { firstByteMs: this.#firstByteMs }),
      totalMs: this.#clock(),
      retryable: !response.ok && isRetryable(response),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(this.#listenerError !== undefined && { listenerError: this.#listenerError }),
    };
  }
}

interface EndedBody {
  end: BodyEnd;
  /** How many bytes came, and how many of them are recorded. */
  total: number;
  kept: number;
  /** Whether its content-encoding, if it has one that is known, could be undone. */
  isReadable: boolean;
  outcome: Omit<AttemptOutcome, 'status'>;
}

/** Content types of answers that a caller has in part when they break off. */
const STREAMS = /event-stream|ndjson|jsonl/i;
const NOT_READABLE = 'The response was not recorded: its body is no stream that can be read along';

function signalOf({ input, init }: CaptureOptions): AbortSignal | null {
  return init?.signal ?? (input instanceof Request ? input.signal : null);
}

/** Whole milliseconds from now on, by a clock that never goes back. */
export function startClock(): () => number {
  const start = performance.now();
  return () => Math.round(performance.now() - start);
}

async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([promise, pause(ms, over.signal)]);
  over.abort();
}
