import type { Features } from '../calls/features.ts';
import { notStored } from '../errors/client-errors.ts';
import type { RecordingFailure } from '../errors/stepledger-error.ts';
import type { FetchFunction } from '../http/checked-fetch.ts';
import type { Spool } from '../spool/spool.ts';
import { Outbox } from './outbox.ts';
import { pause } from './timers.ts';

/** Something that is being recorded: a barrier waits until it is stored. */
export interface Recording {
  readonly runId: string;
  readonly exchangeId: string;
  /** Settles once nothing more will be sent for it. */
  readonly done: Promise<unknown>;
  /** Ends a wait that only serves to see whether the caller tries again. */
  closeIfIdle(): void;
}

export interface FlushOptions {
  /** How long to wait until everything is stored, in milliseconds. Default 60,000. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface RecorderOptions {
  features: Features;
  spool: Spool;
  /** The fetch by which LLMs are called. */
  llmFetch: FetchFunction;
  /** Told of what cannot be stored, as it happens; a barrier throws it as well. */
  onFailure: (failure: RecordingFailure) => void;
}

const FLUSH_TIMEOUT_MS = 60_000;
/** Between two looks whether the server is back, while a barrier waits. */
const FLUSH_PAUSE_MS = 200;
/** A barrier names this many failures at most; each was told when it happened. */
const MAX_FAILURES = 1000;

/** Keeps account of what is being recorded by one client, and of what could not be. */
export class Recorder {
  readonly features: Features;
  readonly outbox: Outbox;
  readonly llmFetch: FetchFunction;
  readonly #recordings = new Set<Recording>();
  readonly #onFailure: RecorderOptions['onFailure'];
  #failures: RecordingFailure[] = [];

  constructor({ features, spool, llmFetch, onFailure }: RecorderOptions) {
    this.features = features;
    this.llmFetch = llmFetch;
    this.#onFailure = onFailure;
    this.outbox = new Outbox({ features, spool, onFailure: (failure) => this.report(failure) });
  }

  /** Tells of something that cannot be stored, now and at the next barrier. */
  report(failure: RecordingFailure): void {
    if (this.#failures.length < MAX_FAILURES) this.#failures.push(failure);
    this.#onFailure(failure);
  }

  track(recording: Recording): void {
    this.#recordings.add(recording);
    const forget = () => this.#recordings.delete(recording);
    recording.done.then(forget, forget);
  }

  /**
   * Resolves once everything that was recorded, of one run or of all, is in the ledger.
   *
   * Answers that are still arriving are waited for. What an earlier process left in the spool is delivered as well.
   *
   * @throws NOT_STORED with what is not, when the time is up or something was refused for good. What waits in the
   * spool then is delivered later.
   */
  async flush({ timeoutMs = FLUSH_TIMEOUT_MS, signal }: FlushOptions = {}, runId?: string): Promise<void> {
    const until = Date.now() + timeoutMs;
    const mine = () => [...this.#recordings].filter((one) => runId === undefined || one.runId === runId);
    for (const recording of mine()) recording.closeIfIdle();
    const isOver = () => Date.now() >= until || signal?.aborted === true;
    while (mine().length > 0 && !isOver()) {
      await settledOr(
        mine().map(({ done }) => done),
        { ms: until - Date.now(), signal },
      );
      for (const recording of mine()) recording.closeIfIdle();
    }
    let spooled = await this.outbox.deliver();
    while (spooled > 0 && !isOver()) {
      await pause(Math.min(FLUSH_PAUSE_MS, Math.max(until - Date.now(), 0)), signal);
      spooled = await this.outbox.deliver();
    }
    const inFlight = mine().map(({ exchangeId }) => exchangeId);
    const failures = this.#failures;
    if (inFlight.length === 0 && spooled === 0 && failures.length === 0) return;
    // Told once: what can never be stored must not stand in the way of every later barrier.
    this.#failures = [];
    throw notStored({ inFlight, spooled, failures }, signal?.aborted ? signal.reason : undefined);
  }

  close(): Promise<void> {
    return this.outbox.close();
  }
}

async function settledOr(
  work: readonly Promise<unknown>[],
  { ms, signal }: { ms: number; signal: AbortSignal | undefined },
): Promise<void> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  await Promise.race([Promise.allSettled(work), pause(Math.max(ms, 0), stop)]);
  over.abort();
}
