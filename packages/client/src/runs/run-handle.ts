import type { RouterInputs } from '@stepledger/api';
import type {
  AsOf,
  BuiltContext,
  ChangedRun,
  Document,
  Entry,
  Exchange,
  ExchangeSummary,
  LiveEntry,
  Run,
  RunDiff,
  RunDiffItem,
  RunStatus,
  StaleDocuments,
  StartedRun,
  Step,
} from '@stepledger/contract';
import type { CallOptions, Features, SubscribeOptions } from '../calls/features.ts';
import { asIs, createLists, type FilterOf, type Lists } from '../calls/lists.ts';
import type { PagePromise } from '../calls/pages.ts';
import { buildContext, type ContextInput } from '../context/build-context.ts';
import type { LedgerContext } from '../context.ts';
import { createDocumentCollection, type DocumentCollection } from '../documents/document-collection.ts';
import { DocumentHandle } from '../documents/document-handle.ts';
import { stateOfDocument } from '../documents/document-state.ts';
import { createSubtasks, type Subtasks } from '../documents/subtasks.ts';
import { textOfExchange } from '../reparse/exchange-text.ts';
import { type Search, searchRun } from '../search/search.ts';
import { StepHandle } from '../steps/step-handle.ts';
import { type StepLike, toStepRef } from '../steps/step-ref.ts';
import { RunView } from './run-view.ts';

export type RunDocumentFilter = FilterOf<RouterInputs['documents']['list'], 'runId'>;
export type RunExchangeFilter = FilterOf<RouterInputs['exchanges']['list'], 'runId'>;
export type RunStepFilter = FilterOf<RouterInputs['steps']['list'], 'runId'>;
export type RunEntryFilter = FilterOf<RouterInputs['entries']['list'], 'runId'>;
export type RunEntryBeginning = Omit<RouterInputs['entries']['subscribe'], 'runId'>;
/** One side of a comparison: what `run.at()` answers, or a run, this one when left out, now or as it was. */
export interface DiffSide {
  readonly runId?: string | undefined;
  readonly asOf?: AsOf | undefined;
}
export interface RunDiffInput extends Omit<RouterInputs['runs']['diff'], 'from' | 'to'> {
  readonly from?: DiffSide | undefined;
  readonly to?: DiffSide | undefined;
}
export type RunUpdate = Omit<RouterInputs['runs']['update'], 'runId'>;
export type ForkInput = Omit<RouterInputs['runs']['fork'], 'runId' | 'step'> & {
  step?: StepLike | undefined;
};

/** One execution for one goal: a ledger of gapless revisions. */
export class RunHandle {
  readonly id: string;
  /** The caller's own name for the run, under which it is found again. */
  readonly key: string;
  /** The run's newest revision when this handle was made. */
  readonly revision: number;
  /** The run's status when this handle was made. */
  readonly status: RunStatus;
  /** False when the run was there before. */
  readonly created: boolean;
  /** All documents of the run at their heads, whichever step wrote them; also as work that agents share. */
  readonly documents: DocumentCollection<RunDocumentFilter> & Subtasks;
  readonly exchanges: Lists<RunExchangeFilter, ExchangeSummary> & {
    get(exchangeId: string, options?: CallOptions): Promise<Exchange>;
    /** What the LLM said, as one text, also where the response was recorded as the body of an HTTP response. */
    text(exchangeId: string, options?: CallOptions): Promise<string>;
  };
  readonly steps: Lists<RunStepFilter, Step>;
  /** The ledger itself: one entry a revision, in order. */
  readonly entries: Lists<RunEntryFilter, Entry> & {
    /** The entries from a revision on, 1 when left out, then each new one as it comes: every one once, in order. */
    subscribe(beginning?: RunEntryBeginning, options?: SubscribeOptions): AsyncIterable<LiveEntry>;
  };
  /** Finds documents, prompts and responses of this run by what is in them. */
  readonly search: Search;
  readonly #context: LedgerContext;
  readonly #ledger: Features;

  constructor(context: LedgerContext, started: StartedRun) {
    const { features: ledger } = context;
    this.#context = context;
    this.#ledger = ledger;
    const runId = started.runId;
    this.id = runId;
    this.key = started.key;
    this.revision = started.revision;
    this.status = started.status;
    this.created = started.created;
    const documents = createLists(
      (filter: RunDocumentFilter | undefined, options) =>
        ledger.documents.list({ ...filter, runId }, options),
      (document: Document) => new DocumentHandle(ledger, stateOfDocument(document)),
    );
    this.documents = {
      ...createDocumentCollection(ledger, { runId }, documents),
      ...createSubtasks(ledger, runId),
    };
    this.exchanges = {
      ...createLists(
        (filter: RunExchangeFilter | undefined, options) =>
          ledger.exchanges.list({ ...filter, runId }, options),
        asIs<ExchangeSummary>,
      ),
      get: (exchangeId, options) => ledger.exchanges.get({ exchangeId }, options),
      text: async (exchangeId, options) =>
        textOfExchange(await ledger.exchanges.get({ exchangeId }, options), context.blobs, options),
    };
    this.steps = createLists(
      (filter: RunStepFilter | undefined, options) => ledger.steps.list({ ...filter, runId }, options),
      asIs<Step>,
    );
    this.search = searchRun(ledger, runId);
    this.entries = {
      ...createLists(
        (filter: RunEntryFilter | undefined, options) => ledger.entries.list({ ...filter, runId }, options),
        asIs<Entry>,
      ),
      subscribe: (beginning, options) => ledger.entries.subscribe({ ...beginning, runId }, options),
    };
  }

  /** A step by its name; a key tells the turns of a loop apart. Asks nothing of the server. */
  step(name: string, { key = '' }: { key?: string | number } = {}): StepHandle {
    return new StepHandle(this.#context, this.id, { name, key: String(key) });
  }

  /**
   * The run as it was at a revision or a time, for reading. Asks nothing of the server.
   *
   * A time includes all entries that show it or an earlier one; while it is still to come it is the newest revision.
   */
  at(asOf: AsOf): RunView {
    return new RunView(this.#ledger, this.id, asOf);
  }

  /**
   * What differs between two revisions of this run, or between it and another, side by side. Either side is this run as
   * it is now when left out.
   *
   * A page when awaited, with the first divergence of two runs; `all()` is every difference.
   */
  diff({ from, to, ...rest }: RunDiffInput, options?: CallOptions): PagePromise<RunDiffItem, RunDiff> {
    const side = ({ runId = this.id, asOf }: DiffSide = {}) => ({ runId, ...(asOf && { asOf }) });
    return this.#ledger.runs.diff({ ...rest, from: side(from), to: side(to) }, options);
  }

  /** The documents that were built on what has moved since, each with the shortest way to it. */
  stale(options?: CallOptions): Promise<StaleDocuments> {
    return this.#ledger.links.stale({ runId: this.id }, options);
  }

  /**
   * Chooses, orders and cuts documents for the next prompt, within a budget of tokens; `text` is made to be put into it.
   * Hand what it answers to `record` or `execute` as `context`, so that the exchange keeps what it was built with.
   */
  context(input: ContextInput, options?: CallOptions): Promise<BuiltContext> {
    return buildContext(this.#ledger, { runId: this.id }, { input, options });
  }

  /** Reads the run as it is now. */
  get(options?: CallOptions): Promise<Run> {
    return this.#ledger.runs.get({ runId: this.id }, options);
  }

  update(changes: RunUpdate, options?: CallOptions): Promise<ChangedRun> {
    return this.#ledger.runs.update({ ...changes, runId: this.id }, options);
  }

  /**
   * Says how the run ended; `running` takes a finished run up again.
   *
   * A barrier: everything that was recorded in the run is stored first. Throws NOT_STORED, and the run stays as it is,
   * when that cannot be done in time.
   */
  async complete(
    { status = 'completed' }: { status?: RunStatus } = {},
    options?: CallOptions,
  ): Promise<ChangedRun> {
    await this.#context.recorder.flush(options, this.id);
    return this.#ledger.runs.complete({ runId: this.id, status }, options);
  }

  fail(options?: CallOptions): Promise<ChangedRun> {
    return this.complete({ status: 'failed' }, options);
  }

  /**
   * Makes a run that has this one's history up to a revision, or to right before a step began, and goes on from there;
   * from the newest revision when neither is named.
   *
   * A barrier: everything that was recorded in the run is stored first. What `execute` answered up to there is answered in
   * the fork without asking the LLM. This run is not touched. Fails with ALREADY_EXISTS when a run has the key.
   */
  async fork({ step, ...input }: ForkInput, options?: CallOptions): Promise<RunHandle> {
    await this.#context.recorder.flush(options, this.id);
    const from = step === undefined ? {} : { step: toStepRef(step) };
    const forked = await this.#ledger.runs.fork({ ...input, ...from, runId: this.id }, options);
    return new RunHandle(this.#context, { ...forked, created: true });
  }

  /** Deletes the run with all that it holds, for good. */
  delete(options?: CallOptions): Promise<{ runId: string; key: string }> {
    return this.#ledger.runs.delete({ runId: this.id }, options);
  }
}
