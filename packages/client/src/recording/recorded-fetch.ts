import { LIMITS, toSafeUrl } from '@stepledger/contract';
import { v7 as newId } from 'uuid';
import type { FetchFunction } from '../http/checked-fetch.ts';
import type { AttemptOutcome } from './attempt.ts';
import { decodeBody } from './body-decoder.ts';
import { captureAttempt, startClock } from './capture-attempt.ts';
import { ExchangeWriter } from './exchange-writer.ts';
import { toFailureText } from './failure-text.ts';
import { type RecordedCall, toOpenInput } from './open-input.ts';
import { findProtocol } from './protocols/find-protocol.ts';
import type { Protocol } from './protocols/protocol.ts';
import { type ReadRequest, readRequest } from './read-request.ts';
import type { Recorder, Recording } from './recorder.ts';
import { unref } from './timers.ts';

/** How long the writer of an exchange may be silent before it counts as interrupted: three heartbeats. */
const LEASE_SECONDS = 60;
/** The longest that the SDKs known wait before they try again (8 s), and time to do so. */
const RETRY_GRACE_MS = 13_000;
/** No server's `retry-after` keeps an exchange open for longer. */
const MAX_GRACE_MS = 120_000;

/**
 * A fetch that stores what goes through it: an exchange for each call to an LLM, an attempt for each HTTP request.
 *
 * Requests without a body are passed on and not recorded.
 */
export function createRecordedFetch(
  recorder: Recorder,
  call: RecordedCall,
  llmFetch: FetchFunction = recorder.llmFetch,
): FetchFunction {
  const idle = new Set<RecordedExchange>();
  return async (input, init) => {
    const request = await readRequest(input, init);
    const { body, unrecorded } = request;
    if (unrecorded !== null)
      recorder.report({ exchangeId: null, path: 'exchanges.open', reason: unrecorded });
    if (body === null) return llmFetch(request.input, request.init);
    const joined = [...idle].find((exchange) => exchange.isRetriedBy(request.url, body));
    if (joined) return joined.send(request, llmFetch);

    const exchange = new RecordedExchange(recorder, { call, url: request.url, body, idle });
    await exchange.open(await readable(request, body, call));
    return exchange.send(request, llmFetch);
  };
}

/** The body as its protocol reads it. */
async function readable(
  { input, init }: ReadRequest,
  body: Uint8Array,
  { createDecoder }: RecordedCall,
): Promise<Uint8Array> {
  const headers = init?.headers ?? (input instanceof Request ? input.headers : undefined);
  const encoding = createDecoder && new Headers(headers).get('content-encoding');
  return encoding ? ((await decodeBody(body, encoding, createDecoder)) ?? body) : body;
}

interface ExchangeOptions {
  call: RecordedCall;
  url: URL;
  body: Uint8Array;
  /** Holds the exchanges of this fetch that a retry may join. */
  idle: Set<RecordedExchange>;
}

/** One exchange of a recording fetch, over all HTTP attempts of the SDK. */
class RecordedExchange implements Recording {
  readonly exchangeId = newId();
  readonly runId: string;
  readonly done: Promise<void>;
  readonly #recorder: Recorder;
  readonly #options: ExchangeOptions;
  readonly #writer: ExchangeWriter;
  readonly #protocol: Protocol | null;
  readonly #startedAt = new Date().toISOString();
  readonly #clock = startClock();
  #attempts = 0;
  /** Of the attempts the first thing that was thrown where a response is read along. */
  #listenerError: unknown;
  /** Set while a retry is waited for. */
  #grace: { timer: ReturnType<typeof setTimeout>; outcome: AttemptOutcome } | null = null;
  #finish: () => void = () => undefined;

  constructor(recorder: Recorder, options: ExchangeOptions) {
    this.#recorder = recorder;
    this.#options = options;
    this.runId = options.call.runId;
    this.#protocol = findProtocol(options.url);
    const { features, outbox } = recorder;
    const { exchangeId } = this;
    this.#writer = new ExchangeWriter({ features, outbox, exchangeId, leaseMs: LEASE_SECONDS * 1000 });
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    recorder.track(this);
    options.call.onExchange?.(exchangeId);
  }

  open(body: Uint8Array): Promise<void> {
    const { call } = this.#options;
    return this.#writer.open({ ...toOpenInput(body, this.#protocol, call), leaseSeconds: LEASE_SECONDS });
  }

  /** Whether a request is this one sent again: an SDK that retries sends the same bytes to the same place. */
  isRetriedBy(url: URL, body: Uint8Array): boolean {
    if (this.#attempts >= LIMITS.maxAttempts || url.href !== this.#options.url.href) return false;
    return areEqual(body, this.#options.body);
  }

  send(request: ReadRequest, llmFetch: FetchFunction): Promise<Response> {
    this.#endGrace();
    this.#attempts += 1;
    const attempt = this.#attempts;
    const { createDecoder, readHeaders } = this.#options.call;
    const captured = captureAttempt({
      fetch: llmFetch,
      input: request.input,
      init: request.init,
      protocol: this.#protocol,
      createDecoder,
      readHeaders,
      onBytes: (bytes) => this.#writer.append(attempt, bytes),
    });
    captured.ended.then((outcome) => this.#settle(attempt, outcome));
    return captured.response;
  }

  closeIfIdle(): void {
    const grace = this.#endGrace();
    if (grace !== null) this.#close(grace.outcome);
  }

  #settle(attempt: number, outcome: AttemptOutcome): void {
    const mayRetry = outcome.status === 'failed' && outcome.retryable;
    const { url, body, idle } = this.#options;
    const ended = { attempt, url: toSafeUrl(url), request: body, outcome };
    this.#listenerError ??= outcome.listenerError;
    void this.#writer.attempt(ended, { last: !mayRetry });
    if (!mayRetry) {
      this.#close(outcome);
      return;
    }
    const graceMs = Math.min((outcome.retryAfterMs ?? 0) + RETRY_GRACE_MS, MAX_GRACE_MS);
    this.#grace = { timer: unref(setTimeout(() => this.closeIfIdle(), graceMs)), outcome };
    idle.add(this);
  }

  #endGrace() {
    const grace = this.#grace;
    if (grace !== null) clearTimeout(grace.timer);
    this.#grace = null;
    this.#options.idle.delete(this);
    return grace;
  }

  #close({ status, error = 'The call failed' }: AttemptOutcome): void {
    const failure = status === 'completed' ? {} : { error };
    const closing = { ...failure, startedAt: this.#startedAt, totalMs: this.#clock() };
    const finish = () => {
      this.#reportListener();
      this.#finish();
    };
    this.#writer.close(closing).then(finish, finish);
  }

  /** Last: of an exchange only what came first is reported, and that it is not stored at all says more. */
  #reportListener(): void {
    if (this.#listenerError === undefined) return;
    const reason = `Not all of a response is recorded, since reading it along failed: ${toFailureText(this.#listenerError)}`;
    this.#recorder.report({ exchangeId: this.exchangeId, path: 'exchanges.attempt', reason });
  }
}

/** By a plain loop: a body of 16 MiB takes a tenth of what `every` does. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
