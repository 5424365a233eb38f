import type { RouterInputs } from '@stepledger/api';
import type {
  AsOf,
  BuiltContext,
  Document,
  Entry,
  Exchange,
  ExchangeSummary,
  Run,
  Step,
} from '@stepledger/contract';
import type { CallOptions, Features } from '../calls/features.ts';
import { asIs, createLists, type FilterOf, type Lists } from '../calls/lists.ts';
import { buildContext, type ContextInput } from '../context/build-context.ts';
import type { FindDocument } from '../documents/document-collection.ts';
import { type StepLike, toStepRef } from '../steps/step-ref.ts';

type Known = 'runId' | 'asOf';
export type PastDocumentFilter = FilterOf<RouterInputs['documents']['list'], Known>;
export type PastExchangeFilter = FilterOf<RouterInputs['exchanges']['list'], Known>;
export type PastStepFilter = FilterOf<RouterInputs['steps']['list'], Known>;
export type PastEntryFilter = FilterOf<RouterInputs['entries']['list'], Known>;

/**
 * A run as it was at a revision or a time; it can only be read.
 *
 * Documents that were deleted since are there, later ones are not. What was purged is gone also here.
 */
export class RunView {
  readonly runId: string;
  readonly asOf: AsOf;
  /** The documents at what were their heads then. */
  readonly documents: Lists<PastDocumentFilter, Document> & {
    get(document: string | Omit<FindDocument, 'asOf'>, options?: CallOptions): Promise<Document>;
  };
  /** An exchange that was open then is pending, whatever had arrived of it. */
  readonly exchanges: Lists<PastExchangeFilter, ExchangeSummary> & {
    get(exchangeId: string, options?: CallOptions): Promise<Exchange>;
  };
  readonly steps: Lists<PastStepFilter, Step> & {
    get(step: StepLike, options?: CallOptions): Promise<Step>;
  };
  /** The ledger up to then. */
  readonly entries: Lists<PastEntryFilter, Entry>;
  readonly #ledger: Features;

  constructor(ledger: Features, runId: string, asOf: AsOf) {
    this.#ledger = ledger;
    this.runId = runId;
    this.asOf = asOf;
    const then = { runId, asOf };
    this.documents = {
      ...createLists(
        (filter: PastDocumentFilter | undefined, options) =>
          ledger.documents.list({ ...filter, ...then }, options),
        asIs<Document>,
      ),
      get(document, options) {
        const named = typeof document === 'string' ? { kind: document } : document;
        return ledger.documents.get({ ...named, ...then }, options);
      },
    };
    this.exchanges = {
      ...createLists(
        (filter: PastExchangeFilter | undefined, options) =>
          ledger.exchanges.list({ ...filter, ...then }, options),
        asIs<ExchangeSummary>,
      ),
      get: (exchangeId, options) => ledger.exchanges.get({ exchangeId, asOf }, options),
    };
    this.steps = {
      ...createLists(
        (filter: PastStepFilter | undefined, options) => ledger.steps.list({ ...filter, ...then }, options),
        asIs<Step>,
      ),
      get: (step, options) => ledger.steps.get({ step: toStepRef(step), ...then }, options),
    };
    this.entries = createLists(
      (filter: PastEntryFilter | undefined, options) => ledger.entries.list({ ...filter, ...then }, options),
      asIs<Entry>,
    );
  }

  /** Builds a context as it would have been built then. */
  context(input: ContextInput, options?: CallOptions): Promise<BuiltContext> {
    return buildContext(this.#ledger, { runId: this.runId, asOf: this.asOf }, { input, options });
  }

  /** Reads the run as it was then; fails with NOT_FOUND when it had not begun. */
  get(options?: CallOptions): Promise<Run> {
    return this.#ledger.runs.get({ runId: this.runId, asOf: this.asOf }, options);
  }
}
