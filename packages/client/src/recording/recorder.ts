import type { Features } from '../calls/features.ts';
import { ledgerError, notStored } from '../errors/client-errors.ts';
import type { RecordingFailure } from '../errors/stepledger-error.ts';
import type { FetchFunction } from '../http/checked-fetch.ts';
import type { Spool } from '../spool/spool.ts';
import { Outbox } from './outbox.ts';
import { MAX_TIMER_MS, pause, within } from './timers.ts';

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
/** Of so many exchanges it is known whose they are, so that the barrier of another run does not take their failures. */
const MAX_KNOWN = 10_000;

/** Keeps account of what is being recorded by one client, and of what could not be. */
export class Recorder {
  readonly features: Features;
  readonly outbox: Outbox;
  readonly llmFetch: FetchFunction;
  readonly #recordings = new Set<Recording>();
  readonly #onFailure: RecorderOptions['onFailure'];
  /** By exchange, the newest last. */
  readonly #known = new Map<string, { runId: string | null; isReported: boolean }>();
  #failures: { failure: RecordingFailure; runId: string | null }[] = [];

  constructor({ features, spool, llmFetch, onFailure }: RecorderOptions) {
    this.features = features;
    this.llmFetch = llmFetch;
    this.#onFailure = onFailure;
    this.outbox = new Outbox({
      features,
      spool,
      onFailure: (failure) => this.report(failure),
      onObstacle: (failure) => this.#tell(failure),
    });
  }

  /** Tells of something that cannot be stored, now and at the next barrier; of an exchange only what came first. */
  report(failure: RecordingFailure): void {
    const { exchangeId } = failure;
    const known = exchangeId === null ? undefined : this.#known.get(exchangeId);
    if (known?.isReported) return;
    const runId = known?.runId ?? null;
    if (exchangeId !== null) this.#remember(exchangeId, { runId, isReported: true });
    if (this.#failures.length < MAX_FAILURES) this.#failures.push({ failure, runId });
    this.#tell(failure);
  }

  track(recording: Recording): void {
    const { exchangeId, runId, done } = recording;
    this.#remember(exchangeId, { runId, isReported: false });
    this.#recordings.add(recording);
    const forget = () => this.#recordings.delete(recording);
    done.then(forget, forget);
  }

  /**
   * Resolves once everything that was recorded, of one run or of all, is in the ledger.
   *
   * Answers that are still arriving are waited for. What an earlier process left in the spool is delivered as well.
   *
   * @throws NOT_STORED with what is not, when the time is up or something was refused for good: of that, each failure
   * once. What waits in the spool then is delivered later. BAD_INPUT for a time that is none.
   */
  async flush({ timeoutMs = FLUSH_TIMEOUT_MS, signal }: FlushOptions = {}, runId?: string): Promise<void> {
    if (!(timeoutMs >= 0 && timeoutMs <= MAX_TIMER_MS)) {
      const reason = `must be from 0 to ${MAX_TIMER_MS}`;
      throw ledgerError('BAD_INPUT', { issues: [{ path: 'timeoutMs', reason }] });
    }
    const until = Date.now() + timeoutMs;
    const isOver = () => Date.now() >= until || signal?.aborted === true;
    for (;;) {
      const recordings = this.#recordingsOf(runId);
      for (const recording of recordings) recording.closeIfIdle();
      const work = [this.outbox.deliver(), ...recordings.map(({ done }) => done)];
      await within(Promise.allSettled(work), until - Date.now(), signal);
      if (isOver()) break;
      if (this.outbox.waiting > 0) await pause(Math.min(FLUSH_PAUSE_MS, until - Date.now()), signal);
      else if (this.#recordingsOf(runId).length === 0) break;
    }
    const inFlight = this.#recordingsOf(runId).map(({ exchangeId }) => exchangeId);
    const spooled = this.outbox.waiting;
    const failures = this.#takeFailures(runId);
    if (inFlight.length === 0 && spooled === 0 && failures.length === 0) return;
    throw notStored({ inFlight, spooled, failures }, signal?.aborted ? signal.reason : undefined);
  }

  #recordingsOf(runId: string | undefined): Recording[] {
    return [...this.#recordings].filter((one) => runId === undefined || one.runId === runId);
  }

  /** Told once: what can never be stored must not stand in the way of every later barrier. */
  #takeFailures(runId: string | undefined): RecordingFailure[] {
    const isTaken = (one: { runId: string | null }) =>
      runId === undefined || one.runId === null || one.runId === runId;
    const taken = this.#failures.filter(isTaken);
    this.#failures = this.#failures.filter((one) => !isTaken(one));
    return taken.map(({ failure }) => failure);
  }

  /** Never fails, whatever the callback does: it stands between an agent and its LLM. */
  #tell(failure: RecordingFailure): void {
    const told = async () => this.#onFailure(failure);
    told().catch((error: unknown) =>
      console.warn('stepledger: onRecordingFailure failed, told of', failure, error),
    );
  }

  #remember(exchangeId: string, known: { runId: string | null; isReported: boolean }): void {
    this.#known.delete(exchangeId);
    this.#known.set(exchangeId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}
