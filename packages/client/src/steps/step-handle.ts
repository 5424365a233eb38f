import type { RouterInputs } from '@stepledger/api';
import type { ChangedStep, ExchangeSummary, RecordedExchange, Step } from '@stepledger/contract';
import type { CallOptions, Features, WithBytes } from '../calls/features.ts';
import { asIs, createLists, type FilterOf, type Lists } from '../calls/lists.ts';
import {
  createDocumentCollection,
  type DocumentCollection,
  toHandles,
} from '../documents/document-collection.ts';
import { DocumentHandle } from '../documents/document-handle.ts';
import { stateOfDocument } from '../documents/document-state.ts';
import { ExchangeHandle } from '../exchanges/exchange-handle.ts';
import { type PromptInput, resolvePrompt } from '../prompts/resolve-prompt.ts';
import { type StepLike, toStepRef } from './step-ref.ts';

type Inputs = RouterInputs['exchanges'];
type MadeHere = 'runId' | 'step' | 'messages' | 'prompt' | 'variables';

/** What was sent and what came back: a whole step in one atomic call. */
export type RecordInput = Omit<WithBytes<Inputs['record']>, MadeHere> & { prompt: PromptInput };
export type RecordResult = Omit<RecordedExchange, 'documents'> & { documents: DocumentHandle[] };
export type OpenExchange = Omit<Inputs['open'], MadeHere> & { prompt: PromptInput };

/** Which documents of a step: all that it wrote, at the newest version that it wrote. */
export type StepDocumentFilter = FilterOf<RouterInputs['documents']['byStep'], 'step' | 'runId'>;
export type StepExchangeFilter = FilterOf<Inputs['list'], 'step' | 'runId'>;

export interface StepExchanges extends Lists<StepExchangeFilter, ExchangeSummary> {
  /** Stores a prompt before it is sent; the handle then takes the response or the failure. */
  open(input: OpenExchange, options?: CallOptions): Promise<ExchangeHandle>;
}

/**
 * One step of a run, by its name and key: the same step in every process.
 *
 * Making the handle asks nothing of the server; the first write that names the step makes it.
 */
export class StepHandle {
  readonly runId: string;
  readonly name: string;
  readonly key: string;
  /** The documents of this step; `list` answers all of them, each at the newest version that it wrote. */
  readonly documents: DocumentCollection<StepDocumentFilter>;
  readonly exchanges: StepExchanges;
  readonly #ledger: Features;

  constructor(ledger: Features, runId: string, { name, key }: { name: string; key: string }) {
    this.#ledger = ledger;
    this.runId = runId;
    this.name = name;
    this.key = key;
    const step = { name, key };
    this.documents = createDocumentCollection(
      ledger,
      { runId, step },
      createLists(
        (filter: StepDocumentFilter | undefined, options) =>
          ledger.documents.byStep({ ...filter, runId, step }, options),
        (document) => new DocumentHandle(ledger, stateOfDocument(document), step),
      ),
    );
    this.exchanges = {
      ...createLists(
        (filter: StepExchangeFilter | undefined, options) =>
          ledger.exchanges.list({ ...filter, runId, step }, options),
        asIs<ExchangeSummary>,
      ),
      open: async ({ prompt, ...fields }, options) => {
        const messages = await resolvePrompt({ ledger, runId }, prompt, options);
        const opened = await ledger.exchanges.open({ ...fields, ...messages, runId, step }, options);
        return new ExchangeHandle(ledger, opened, step);
      },
    };
  }

  /**
   * Stores a call to an LLM and what came of it: prompt, raw response, documents; all or nothing.
   *
   * A prompt that names a stored template without its messages costs one more call, which renders it.
   */
  async record({ prompt, ...fields }: RecordInput, options?: CallOptions): Promise<RecordResult> {
    const { runId } = this;
    const step = toStepRef(this);
    const messages = await resolvePrompt({ ledger: this.#ledger, runId }, prompt, options);
    const recorded = await this.#ledger.exchanges.record({ ...fields, ...messages, runId, step }, options);
    const written = { runId, step, written: recorded.documents, inputs: fields.documents ?? [] };
    return { ...recorded, documents: toHandles(this.#ledger, written) };
  }

  /** Starts the step without writing into it, or takes it up again. */
  start({ parent }: { parent?: StepLike } = {}, options?: CallOptions): Promise<ChangedStep> {
    const within = parent === undefined ? {} : { parent: toStepRef(parent) };
    return this.#ledger.steps.start({ ...this.#target(), ...within }, options);
  }

  complete(options?: CallOptions): Promise<ChangedStep> {
    return this.#ledger.steps.complete(this.#target(), options);
  }

  /** Stores that the step failed, and of what: a text, or an Error by its name and message. */
  fail(error: unknown, options?: CallOptions): Promise<ChangedStep> {
    return this.#ledger.steps.fail({ ...this.#target(), error: String(error) }, options);
  }

  get(options?: CallOptions): Promise<Step> {
    return this.#ledger.steps.get(this.#target(), options);
  }

  #target() {
    return { runId: this.runId, step: toStepRef(this) };
  }
}
