import type { CallOptions, Features } from '../calls/features.ts';
import { isLedgerError, type RecordingFailure } from '../errors/stepledger-error.ts';
import { toFailure } from '../spool/failures.ts';
import type { Spool, SpooledCall } from '../spool/spool.ts';
import { unref, within } from './timers.ts';

/** Where a call ended up: with the server, in the spool, or nowhere. */
export type Sent = 'stored' | 'spooled' | 'lost';

export interface SendResult {
  sent: Sent;
  /** Why it is not stored. */
  error?: unknown;
}

export interface SendOptions {
  /** How long the server may take before the call goes into the spool, in milliseconds. */
  budgetMs: number;
  /** The call as it is to be spooled, where it leans on what only the server has. */
  whole?: () => SpooledCall;
  /** False for a caller that throws the failure itself. */
  report?: boolean;
}

export interface OutboxOptions {
  features: Features;
  spool: Spool;
  /** Told of each call that cannot be stored. */
  onFailure: (failure: RecordingFailure) => void;
  /** Told once of what keeps calls in the spool and will not pass by itself, such as a wrong API key. */
  onObstacle: (failure: RecordingFailure) => void;
}

/** Waits between two deliveries from the spool while the server cannot be reached. */
const MIN_DELIVERY_MS = 1_000;
const MAX_DELIVERY_MS = 10_000;
/** How long calls go into the spool at once after one has failed; deliveries that fail prolong it. */
const DOWN_MS = 3_000;
/** One delivery of one call may take as long as any other call. */
const DELIVERY_TIMEOUT_MS = 60_000;
/** How long a server that did not answer last is given to show that it is there again. */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Sends the calls that record exchanges, in order: while the server cannot be reached it keeps them in the spool, and
 * what is in the spool goes first. It never throws: what cannot be stored at all is reported.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #delayMs = MIN_DELIVERY_MS;
  #deliveries = 0;
  /** How the last call fared on its way, and after a failure, until when another one need not be tried. */
  #contact: 'unknown' | 'good' | 'bad' = 'unknown';
  #retryAt = 0;
  /** What was told of the spool and of the way to the server, until it is as it should be. */
  #toldSpool = '';
  #toldObstacle = '';

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** How many calls are not with the server yet; at least 1 while it is not known what an earlier process left. */
  get waiting(): number {
    const { spool } = this.#options;
    if (spool.isEmpty || this.#toldSpool !== '') return spool.waiting;
    return Math.max(spool.waiting, 1);
  }

  async send(call: SpooledCall, options: SendOptions): Promise<SendResult> {
    const until = Date.now() + options.budgetMs;
    let failure: unknown;
    if (await this.#isInTurn(until)) {
      const tried = await this.#sendNow(call, until, options);
      if (tried.sent !== 'spooled') return tried;
      failure = tried.error;
    }
    try {
      await this.#options.spool.append(options.whole?.() ?? call);
    } catch (error) {
      const tried = failure === undefined && !this.#isDown ? await this.#sendNow(call, until, options) : null;
      return tried === null || tried.sent === 'spooled' ? this.#lose(call, error, options) : tried;
    }
    this.#deliverSoon();
    return { sent: 'spooled', error: failure };
  }

  /** Tells of something that cannot be stored and was never a call. */
  report(failure: RecordingFailure): void {
    this.#options.onFailure(failure);
  }

  /** Delivers what waits, as far as the server takes it. Never throws; `waiting` says what is left. */
  async deliver(): Promise<void> {
    const { spool, onFailure } = this.#options;
    this.#stopTimer();
    if (spool.isEmpty) return;
    this.#deliveries += 1;
    try {
      const { rejected } = await spool.deliver((call) => this.#deliverCall(call));
      // Whoever asked meanwhile got the same list; each failure is told once.
      for (const failure of rejected.splice(0)) onFailure(failure);
      this.#toldSpool = '';
    } catch (error) {
      const failure = toFailure(null, error);
      if (failure.reason !== this.#toldSpool) onFailure(failure);
      this.#toldSpool = failure.reason;
    } finally {
      this.#deliveries -= 1;
    }
    if (spool.waiting > 0) this.#deliverSoon();
    else this.#delayMs = MIN_DELIVERY_MS;
  }

  /** Whether a call may be sent: the server is not known to be away, and has all that was to be sent before. */
  async #isInTurn(until: number): Promise<boolean> {
    if (this.#isDown) return false;
    if (this.#options.spool.isEmpty) return true;
    await within(this.deliver(), until - Date.now());
    return this.waiting === 0;
  }

  get #isDown(): boolean {
    return this.#contact === 'bad' && (this.#deliveries > 0 || Date.now() < this.#retryAt);
  }

  /** `spooled` when the call is to go into the spool. */
  async #sendNow(call: SpooledCall, until: number, options: SendOptions): Promise<SendResult> {
    try {
      await callFeature(this.#options.features, call, { timeoutMs: Math.max(until - Date.now(), 1) });
    } catch (error) {
      const { whole, ...rest } = options;
      if (whole && isLedgerError(error, 'VERSION_CONFLICT') && error.details.type === 'stream') {
        return this.#sendNow(whole(), until, rest);
      }
      if (isPassing(error)) {
        this.#noteFailure(call, error);
        return { sent: 'spooled', error };
      }
      if (!isStoredAlready(call, error)) return this.#lose(call, error, options);
    }
    this.#noteSuccess();
    return { sent: 'stored' };
  }

  async #deliverCall(call: SpooledCall): Promise<'delivered' | 'retry'> {
    const { features } = this.#options;
    try {
      // A call is tried for as long as it may take, and keeps the process alive: not where nobody answers.
      if (this.#contact !== 'good') await features.system.health({}, { timeoutMs: PROBE_TIMEOUT_MS });
      await callFeature(features, call, { timeoutMs: DELIVERY_TIMEOUT_MS });
    } catch (error) {
      if (isPassing(error)) {
        this.#noteFailure(call, error);
        return 'retry';
      }
      if (!isStoredAlready(call, error)) throw error;
    }
    this.#noteSuccess();
    return 'delivered';
  }

  #noteSuccess(): void {
    this.#contact = 'good';
    this.#toldObstacle = '';
  }

  #noteFailure(call: SpooledCall, error: unknown): void {
    this.#contact = 'bad';
    this.#retryAt = Date.now() + DOWN_MS;
    const code = isLedgerError(error) ? error.code : '';
    if (isAbsence(error) || code === this.#toldObstacle) return;
    this.#toldObstacle = code;
    const { reason, ...failure } = toFailure(call, error);
    this.#options.onObstacle({ ...failure, reason: `it waits in the spool: ${reason}` });
  }

  #deliverSoon(): void {
    if (this.#timer !== null) return;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(delayMs * 2, MAX_DELIVERY_MS);
    // Until then the spool takes what comes, so that an agent does not wait for each call anew.
    if (this.#contact === 'bad') this.#retryAt = Math.max(this.#retryAt, Date.now() + delayMs);
    this.#timer = unref(setTimeout(() => void this.deliver(), delayMs));
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #lose(call: SpooledCall, error: unknown, { report = true }: SendOptions): SendResult {
    if (report) this.#options.onFailure(toFailure(call, error));
    return { sent: 'lost', error };
  }
}

type AnyProcedure = (input: unknown, options: CallOptions) => Promise<unknown>;

/** Calls a procedure that is named by its path. */
async function callFeature(features: Features, call: SpooledCall, options: CallOptions): Promise<void> {
  const [feature = '', method = ''] = call.path.split('.');
  const procedures = features as unknown as Record<string, Record<string, AnyProcedure>>;
  const procedure = procedures[feature]?.[method];
  if (!procedure) throw new Error(`There is no procedure ${call.path}`);
  await procedure(call.input, options);
}

/** What the server will say again however often it is asked; all else may pass, wrong keys and urls among it. */
const REFUSALS = [
  'BAD_INPUT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'UNKNOWN_STEP',
  'INVALID_STATE',
  'DELETED',
  'PURGED',
  'TOO_LARGE',
] as const;

/** Whether the ledger has refused what it was given, so that the same will never be stored. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.some((code) => isLedgerError(error, code));
}

function isPassing(error: unknown): boolean {
  return isLedgerError(error) && !isRefusal(error);
}

/** Whether the server is away, busy or slow: that passes without anybody's doing. */
function isAbsence(error: unknown): boolean {
  if (isLedgerError(error, 'UNREACHABLE')) return error.details.retryable;
  return (['UNAVAILABLE', 'TIMEOUT', 'ABORTED'] as const).some((code) => isLedgerError(error, code));
}

const CLOSES = ['exchanges.complete', 'exchanges.fail'];

/**
 * Whether a call has been stored in another form: an exchange is closed once, under one key, first with reference to
 * the bytes that were streamed and, when no answer to that came back, with the bytes themselves.
 */
function isStoredAlready({ path }: SpooledCall, error: unknown): boolean {
  return CLOSES.includes(path) && isLedgerError(error, 'IDEMPOTENCY_CONFLICT');
}
