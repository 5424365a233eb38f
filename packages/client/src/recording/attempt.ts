import type { ResponseHeader, Usage } from '@stepledger/contract';

/** How one HTTP attempt ended, with what is stored of it. */
export interface AttemptOutcome {
  status: 'completed' | 'failed';
  httpStatus?: number;
  contentType?: string;
  /**
   * As they may be stored; undefined when no response came, when they could not be read, and when they cannot be stored:
   * too many, too long together, or one with a name that is too long or no token.
   */
  headers?: ResponseHeader[];
  /** The exact bytes that came back, at most 16 MiB; undefined when no response came. */
  response?: Uint8Array;
  /** Why it failed, or that the response was larger than what is stored. */
  error?: string;
  /** By this process's clock, ISO 8601. */
  startedAt: string;
  /** Until the first byte of the response's body, and until its end. */
  firstByteMs?: number;
  totalMs: number;
  responseModel?: string;
  usage?: Usage;
  /** What the LLM said, as far as the protocol is known. */
  text?: string;
  /**
   * Whether a client may be expected to send the same again: no answer, one that is no stream and broke off, 408, 409,
   * 429 or 5xx, unless the server says something else by `x-should-retry`.
   */
  retryable: boolean;
  /** What the server asked for by `retry-after`, in milliseconds. */
  retryAfterMs?: number;
  /** What `onBytes` or `readHeaders` threw; it was not called again. */
  listenerError?: unknown;
}

/** One HTTP attempt under way. */
export interface CapturedAttempt {
  /** What the caller's fetch answers, or how it fails. */
  readonly response: Promise<Response>;
  /** Settles when the body has ended, however; never rejects. */
  readonly ended: Promise<AttemptOutcome>;
}
