import type { RouterInputs } from '@stepledger/api';
import { identifierSchema } from '@stepledger/contract';
import type { Features, WithBytes } from '../calls/features.ts';
import type { SpooledCall } from '../spool/spool.ts';
import type { AttemptOutcome } from './attempt.ts';
import type { Outbox, SendResult, Sent } from './outbox.ts';
import { StreamAppender } from './stream-appender.ts';
import { unref } from './timers.ts';

export type OpenInput = RouterInputs['exchanges']['open'];
type CompleteInput = WithBytes<RouterInputs['exchanges']['complete']>;
type AttemptInput = NonNullable<CompleteInput['attempts']>[number];

/** An HTTP attempt of the exchange that has ended. */
export interface EndedAttempt {
  attempt: number;
  /** As it may be stored. */
  url: string;
  request: Uint8Array;
  outcome: AttemptOutcome;
}

/** What closes an exchange beside its attempts. */
export interface Closing {
  /** The raw response; left out, it is the body of the last attempt. */
  response?: string | Uint8Array;
  /** Why it failed; left out when it did not. */
  error?: string;
  startedAt?: string;
  totalMs?: number;
}

export interface WriterOptions {
  features: Features;
  outbox: Outbox;
  exchangeId: string;
  leaseMs: number;
}

/** The longest that a call to the LLM waits for its prompt to reach the server before the spool takes it. */
const OPEN_BUDGET_MS = 2_000;
/** Nobody waits for these. */
const BUDGET_MS = 10_000;
/** The longest time that can be stored. */
const MAX_STORED_MS = 2_147_483_647;

/** Writes the life of one exchange: its prompt, the bytes that arrive, its attempts, its end. Never throws. */
export class ExchangeWriter {
  readonly exchangeId: string;
  readonly #options: WriterOptions;
  readonly #appender: StreamAppender;
  /** Attempts that are not stored yet: they travel with the call that closes the exchange. */
  #held: Held[] = [];
  /** Where the prompt is. */
  #opened: Sent = 'stored';
  #isClosed = false;
  #heartbeat: ReturnType<typeof setInterval> | null = null;
  /** Ends a heartbeat that waits for a server, which would keep the process alive. */
  readonly #gone = new AbortController();
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: WriterOptions) {
    this.#options = options;
    this.exchangeId = options.exchangeId;
    this.#appender = new StreamAppender(options.features, options.exchangeId);
  }

  /** Stores the prompt, in the ledger or in the spool, and returns when it is durable or was reported as lost. */
  async open(input: OpenInput): Promise<void> {
    const { exchangeId } = this;
    const call = {
      path: 'exchanges.open',
      input: { ...input, exchangeId, idempotencyKey: `${exchangeId}:open` },
    };
    this.#opened = (await this.#options.outbox.send(call, { budgetMs: OPEN_BUDGET_MS })).sent;
    this.keepAlive();
  }

  /** Renews the lease from now on, until the exchange is closed. */
  keepAlive(): void {
    if (this.#opened !== 'stored' || this.#heartbeat !== null) return;
    const { exchangeId } = this;
    const { features, leaseMs } = this.#options;
    const options = { timeoutMs: leaseMs, signal: this.#gone.signal };
    const beat = () => {
      // A heartbeat that fails is made good by the next one; three fit into a lease.
      features.exchanges.heartbeat({ exchangeId }, options).catch(() => undefined);
    };
    this.#heartbeat = unref(setInterval(beat, leaseMs / 3));
  }

  append(attempt: number, bytes: Uint8Array): void {
    if (this.#opened === 'stored' && !this.#isClosed) this.#appender.push(attempt, bytes);
  }

  /**
   * Takes an attempt that has ended. One that another may follow is stored at once, so that it outlives the process.
   * One that ends after its exchange was closed is reported as lost.
   */
  attempt(ended: EndedAttempt, { last }: { last: boolean }): Promise<void> {
    return this.#next(async () => {
      if (this.#isClosed) return this.#reportLate(ended);
      const streamed = await this.#appender.finish(ended.attempt);
      this.#held.push({ ended, streamed });
      if (!last) await this.#storeHeld();
    });
  }

  /** Stores the attempts that have ended, since another one begins: should the process die in it, they are not lost. */
  storeAttempts(): Promise<void> {
    return this.#next(() => this.#storeHeld());
  }

  /** Closes the exchange with what is held. `report` is false for a caller that throws the failure itself. */
  close(closing: Closing, { report = true }: { report?: boolean } = {}): Promise<SendResult> {
    return this.#next(() => this.#close(closing, report));
  }

  #next<T>(work: () => Promise<T> | T): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done;
    return done;
  }

  async #storeHeld(): Promise<void> {
    if (this.#opened !== 'stored') return;
    const left: Held[] = [];
    for (const held of this.#held) {
      const input = { ...toAttemptInput(held), attempt: held.ended.attempt, exchangeId: this.exchangeId };
      try {
        await this.#options.features.exchanges.attempt(input, { timeoutMs: BUDGET_MS });
      } catch {
        // Kept: it travels with the call that closes the exchange, which reports what fails then.
        left.push({ ...held, streamed: null });
      }
    }
    this.#held = left;
  }

  #close(closing: Closing, report: boolean): Promise<SendResult> | SendResult {
    this.#isClosed = true;
    this.#gone.abort();
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#appender.stop();
    if (this.#opened === 'lost') return { sent: 'lost' };
    const call = (held: readonly Held[]): SpooledCall => ({
      path: closing.error === undefined ? 'exchanges.complete' : 'exchanges.fail',
      input: {
        ...toCloseInput(closing, held),
        exchangeId: this.exchangeId,
        idempotencyKey: `${this.exchangeId}:close`,
      },
    });
    return this.#options.outbox.send(call(this.#held), {
      budgetMs: BUDGET_MS,
      report,
      whole: () => call(this.#held.map(({ ended }) => ({ ended, streamed: null }))),
    });
  }

  #reportLate({ url }: EndedAttempt): void {
    const reason = `A request to ${url} has ended after its exchange was closed`;
    this.#options.outbox.report({ exchangeId: this.exchangeId, path: 'exchanges.attempt', reason });
  }
}

type Held = { ended: EndedAttempt; streamed: number | null };

function toCloseInput(closing: Closing, held: readonly Held[]): Record<string, unknown> {
  const last = held.at(-1);
  const outcome = last?.ended.outcome;
  const body = last === undefined ? undefined : bodyOf(last);
  return defined({
    response: closing.response ?? body,
    error: closing.error,
    attempts: held.map(toAttemptInput),
    responseModel: toIdentifier(outcome?.responseModel),
    usage: outcome?.usage,
    startedAt: closing.startedAt ?? outcome?.startedAt,
    firstByteMs: toStoredMs(outcome?.firstByteMs),
    totalMs: toStoredMs(closing.totalMs ?? outcome?.totalMs),
  });
}

function toAttemptInput(held: Held): AttemptInput {
  const { ended } = held;
  const { outcome } = ended;
  const fields = {
    attempt: ended.attempt,
    status: outcome.status,
    httpStatus: outcome.httpStatus,
    url: ended.url,
    contentType: toIdentifier(outcome.contentType),
    headers: outcome.headers,
    request: ended.request,
    response: bodyOf(held),
    error: outcome.error,
    startedAt: outcome.startedAt,
    firstByteMs: toStoredMs(outcome.firstByteMs),
    totalMs: toStoredMs(outcome.totalMs),
  };
  return defined(fields) as AttemptInput;
}

function bodyOf({ ended, streamed }: Held): Uint8Array | { streamed: number } | undefined {
  return streamed === null ? ended.outcome.response : { streamed };
}

/** What a provider says of itself is stored only where it is a name. */
function toIdentifier(text: string | undefined): string | undefined {
  return identifierSchema.safeParse(text).success ? text : undefined;
}

/** A process may be asleep for weeks while it waits. */
function toStoredMs(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.min(ms, MAX_STORED_MS);
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
