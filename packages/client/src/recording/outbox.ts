import type { CallOptions, Features } from '../calls/features.ts';
import { isLedgerError, type RecordingFailure } from '../errors/stepledger-error.ts';
import type { Spool, SpooledCall } from '../spool/spool.ts';
import { unref } from './timers.ts';

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
  /** Puts the call behind what waits already, since it builds on it. */
  spoolOnly?: boolean;
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
}

/** Waits between two deliveries from the spool while the server cannot be reached. */
const MIN_DELIVERY_MS = 1_000;
const MAX_DELIVERY_MS = 30_000;
/** After a failure, calls go straight into the spool for this long, so that an agent does not wait for each again. */
const DOWN_MS = 3_000;
/** One delivery of one call may take as long as any other call. */
const DELIVERY_TIMEOUT_MS = 60_000;

/**
 * Sends the calls that record exchanges; while the server cannot be reached it keeps them in the spool and delivers
 * them later, in order. It never throws: what cannot be stored at all is reported.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #downUntil = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #delayMs = MIN_DELIVERY_MS;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  async send(call: SpooledCall, options: SendOptions): Promise<SendResult> {
    const { budgetMs, spoolOnly = false, whole } = options;
    let failure: unknown;
    if (!spoolOnly && Date.now() >= this.#downUntil) {
      try {
        await callFeature(this.#options.features, call, { timeoutMs: budgetMs });
        if (!this.#options.spool.isEmpty) this.#deliverSoon(0);
        return { sent: 'stored' };
      } catch (error) {
        if (whole && isLedgerError(error, 'VERSION_CONFLICT') && error.details.type === 'stream') {
          const { whole: _, ...rest } = options;
          return this.send(whole(), rest);
        }
        if (!isPassing(error)) return this.#lose(call, error, options);
        failure = error;
        this.#downUntil = Date.now() + DOWN_MS;
      }
    }
    try {
      await this.#options.spool.append(whole?.() ?? call);
    } catch (error) {
      return this.#lose(call, error, options);
    }
    this.#deliverSoon(this.#delayMs);
    return { sent: 'spooled', error: failure };
  }

  /** Delivers what waits, as far as the server takes it; answers how many calls are left. */
  async deliver(): Promise<number> {
    this.#stopTimer();
    const { spool, features, onFailure } = this.#options;
    if (spool.isEmpty) return 0;
    const { pending, rejected } = await spool.deliver(async (call) => {
      try {
        await callFeature(features, call, { timeoutMs: DELIVERY_TIMEOUT_MS });
        this.#downUntil = 0;
        return 'delivered';
      } catch (error) {
        if (isPassing(error)) return 'retry';
        throw error;
      }
    });
    for (const failure of rejected) onFailure(failure);
    return pending;
  }

  async close(): Promise<void> {
    this.#stopTimer();
    await this.#options.spool.close();
  }

  #deliverSoon(delayMs: number): void {
    if (this.#timer !== null) return;
    this.#timer = unref(
      setTimeout(() => {
        this.#timer = null;
        this.deliver().then(
          (pending) => {
            this.#delayMs = pending === 0 ? MIN_DELIVERY_MS : Math.min(this.#delayMs * 2, MAX_DELIVERY_MS);
            if (pending > 0) this.#deliverSoon(this.#delayMs);
          },
          (error: unknown) =>
            this.#options.onFailure(toFailure({ path: 'spool', input: {} }, reasonOf(error))),
        );
      }, delayMs),
    );
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #lose(call: SpooledCall, error: unknown, { report = true }: SendOptions): SendResult {
    if (report) this.#options.onFailure(toFailure(call, reasonOf(error)));
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
const FINAL = [
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

function isPassing(error: unknown): boolean {
  return isLedgerError(error) && !FINAL.some((code) => code === error.code);
}

function toFailure(call: SpooledCall, reason: string): RecordingFailure {
  const id: unknown = call.input['exchangeId'];
  return { exchangeId: typeof id === 'string' ? id : null, path: call.path, reason };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
