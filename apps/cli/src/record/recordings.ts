import type { StepRef } from '@stepledger/client';
import {
  createStepledger,
  type FetchFunction,
  isLedgerError,
  type RecordingFailure,
  type RunHandle,
  type Stepledger,
  type StepledgerOptions,
} from '@stepledger/client';
import { createBodyDecoder } from './body-decoder.ts';
import type { Transport } from './transport.ts';

/** A call that names a run of its own waits this long for it. */
const RUN_TIMEOUT_MS = 2_000;
/** Of so many steps the fetches are kept, so that retries join the calls they repeat. */
const MAX_STEPS = 1000;
/** When the program has ended: how long a server that is away is waited for, and what is not even on disk yet. */
const DELIVERY_MS = 3_000;
const WORK_MS = 15_000;
/** Enough to write what was on its way to disk. */
const ABANDON_MS = 2_000;
/** Of more it is only told as it happens. */
const MAX_FAILURES = 1000;
/** Between two looks whether all is on disk at least. */
const LOOK_MS = 500;

export interface RecordingsOptions {
  client: StepledgerOptions;
  /** How the run is got or made, by its key. */
  run: Parameters<Stepledger['run']>[0];
  /** Of calls that name none. */
  step: StepRef;
  /** The way to the LLMs. */
  llmFetch: FetchFunction;
  /** The headers of what it answers, as they came. */
  readHeaders: Transport['readHeaders'];
  /** Told of each failure as it happens; the summary has them as well. */
  onFailure?: ((failure: RecordingFailure) => void) | undefined;
  /** Gives up getting the run; nothing of what comes later. */
  signal: AbortSignal;
}

/** Where one call is recorded; what is left out is the default. */
export interface Place {
  run: string | null;
  step: StepRef | null;
}

/** What became of all calls, in numbers; the texts stay in the ledger. */
export interface RecordingSummary {
  run: { id: string; key: string; created: boolean };
  exchanges: number;
  /** Exchanges whose end is not stored yet, and calls that wait in the spool. */
  inFlight: number;
  spooled: number;
  failures: RecordingFailure[];
}

/** The recordings of one program: its run, the steps that its calls name, and what came of them. */
export interface Recordings {
  readonly run: RunHandle;
  /** The fetch that records into a place. */
  fetchFor(place: Place): Promise<FetchFunction>;
  /** Waits, in bounds and no longer than the signal, until all is stored, and says what is not. */
  settle(signal: AbortSignal): Promise<RecordingSummary>;
  /** Sends nothing more: what was on its way goes into the spool. Calls of LLMs must have ended. */
  abandon(): Promise<RecordingSummary>;
}

/** Gets or makes the run. @throws what the ledger says when it cannot. */
export async function openRecordings(options: RecordingsOptions): Promise<Recordings> {
  const { client, llmFetch, readHeaders, step, onFailure, signal } = options;
  const failures: RecordingFailure[] = [];
  const tell = (failure: RecordingFailure) => {
    if (failures.length < MAX_FAILURES) failures.push(failure);
    onFailure?.(failure);
  };
  const calls = new AbortController();
  const ledger = createStepledger({ ...client, llmFetch, onRecordingFailure: tell, signal: calls.signal });
  const run = await ledger.run(options.run, { signal });
  return new OpenRecordings({ ledger, run, step, readHeaders, failures, tell, calls });
}

interface Parts {
  ledger: Stepledger;
  run: RunHandle;
  step: StepRef;
  readHeaders: Transport['readHeaders'];
  failures: RecordingFailure[];
  tell(failure: RecordingFailure): void;
  /** Ends every call of the ledger. */
  calls: AbortController;
}

class OpenRecordings implements Recordings {
  readonly run: RunHandle;
  readonly #parts: Parts;
  readonly #fetches = new Map<string, FetchFunction>();
  readonly #runs = new Map<string, RunHandle>();
  #exchanges = 0;

  constructor(parts: Parts) {
    this.run = parts.run;
    this.#parts = parts;
  }

  async fetchFor({ run: key, step }: Place): Promise<FetchFunction> {
    const { name, key: stepKey } = step ?? this.#parts.step;
    const run = key === null || key === this.run.key ? this.run : await this.#findRun(key);
    // The call must not fail because its run cannot be had: it is recorded where it can be found again.
    const metadata = run === null ? { 'x-stepledger-run': key } : undefined;
    const id = JSON.stringify([run?.id ?? [key], name, stepKey]);
    const known = this.#fetches.get(id);
    if (known) return known;
    const fetch = (run ?? this.run).step(name, { key: stepKey ?? '' }).recordingFetch({
      createDecoder: createBodyDecoder,
      readHeaders: this.#parts.readHeaders,
      onExchange: () => {
        this.#exchanges += 1;
      },
      ...(metadata && { metadata }),
    });
    keep(this.#fetches, id, fetch);
    return fetch;
  }

  async #findRun(key: string): Promise<RunHandle | null> {
    const known = this.#runs.get(key);
    if (known) return known;
    try {
      const run = await this.#parts.ledger.run({ key }, { timeoutMs: RUN_TIMEOUT_MS });
      keep(this.#runs, key, run);
      return run;
    } catch (error) {
      if (!isLedgerError(error)) throw error;
      const reason = `run ${JSON.stringify(key)} could not be had, so its calls are in ${JSON.stringify(this.run.key)}: ${error.message}`;
      this.#parts.tell({ path: 'runs.start', exchangeId: null, reason });
      return null;
    }
  }

  async settle(signal: AbortSignal): Promise<RecordingSummary> {
    let left = await this.#flush(DELIVERY_MS, signal);
    const until = Date.now() + WORK_MS;
    while (left.inFlight > 0 && Date.now() < until && !signal.aborted)
      left = await this.#flush(LOOK_MS, signal);
    return this.#summarise(left);
  }

  async abandon(): Promise<RecordingSummary> {
    this.#parts.calls.abort();
    return this.#summarise(await this.#flush(ABANDON_MS));
  }

  #summarise(left: { inFlight: number; spooled: number }): RecordingSummary {
    const { id, key, created } = this.run;
    return {
      run: { id, key, created },
      exchanges: this.#exchanges,
      ...left,
      failures: [...this.#parts.failures],
    };
  }

  async #flush(timeoutMs: number, signal?: AbortSignal) {
    try {
      await this.#parts.ledger.flush({ timeoutMs, signal });
      return { inFlight: 0, spooled: 0 };
    } catch (error) {
      // Failures were told as they happened.
      if (!isLedgerError(error, 'NOT_STORED')) throw error;
      const { inFlight, spooled } = error.details;
      return { inFlight: inFlight.length, spooled };
    }
  }
}

/** Keeps the newest. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_STEPS && oldest !== undefined) map.delete(oldest);
}
