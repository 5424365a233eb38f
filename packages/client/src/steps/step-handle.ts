import type { RouterInputs } from '@stepledger/api';
import type { ChangedStep, ExchangeSummary, RecordedExchange, Step } from '@stepledger/contract';
import type { CallOptions, Features, WithBytes } from '../calls/features.ts';
import { asIs, createLists, type FilterOf, type Lists } from '../calls/lists.ts';
import { toUsedContext, type UsedDocument } from '../context/used-context.ts';
import type { LedgerContext } from '../context.ts';
import {
  createDocumentCollection,
  type DocumentCollection,
  toHandles,
} from '../documents/document-collection.ts';
import { DocumentHandle } from '../documents/document-handle.ts';
import { stateOfDocument } from '../documents/document-state.ts';
import type { ExecuteInput, ExecuteResult } from '../durable/execute.ts';
import { ExchangeHandle } from '../exchanges/exchange-handle.ts';
import type { FetchFunction } from '../http/checked-fetch.ts';
import { type PromptInput, resolvePrompt } from '../prompts/resolve-prompt.ts';
import { checkRecordedCall, type RecordedCall } from '../recording/open-input.ts';
import { createRecordedFetch } from '../recording/recorded-fetch.ts';
import { type StepLike, toStepRef } from './step-ref.ts';

type Inputs = RouterInputs['exchanges'];
type MadeHere = 'runId' | 'step' | 'messages' | 'prompt' | 'variables';

/** What was sent and what came back: a whole step in one atomic call. */
export type RecordInput = Omit<WithBytes<Inputs['record']>, MadeHere | 'uses'> & Asked;
export type RecordResult = Omit<RecordedExchange, 'documents'> & { documents: DocumentHandle[] };
export type OpenExchange = Omit<Inputs['open'], MadeHere | 'uses'> & Asked;

/** What an exchange is asked with, as an agent has it at hand. */
interface Asked {
  prompt: PromptInput;
  /** The document versions that the prompt was built on. */
  uses?: readonly UsedDocument[] | undefined;
}

/** Which documents of a step: all that it wrote, at the newest version that it wrote. */
export type StepDocumentFilter = FilterOf<RouterInputs['documents']['byStep'], 'step' | 'runId'>;
export type StepExchangeFilter = FilterOf<Inputs['list'], 'step' | 'runId'>;

/** What is known of the calls that go through a recording fetch. */
export type RecordingFetchOptions = Omit<RecordedCall, 'runId' | 'step'> & {
  /** The way to the LLM, in place of the client's `llmFetch`. */
  fetch?: FetchFunction | undefined;
};

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
  /**
   * A fetch for any SDK that takes one: it stores what goes through it, byte for byte, and changes nothing of it.
   *
   * Each call to an LLM becomes an exchange of this step, each HTTP request an attempt of it. The prompt is stored, in
   * the ledger or in the spool, before it is sent. `ledger.flush()` waits until all of it is in the ledger.
   */
  readonly fetch: FetchFunction;
  readonly #context: LedgerContext;
  readonly #ledger: Features;

  constructor(context: LedgerContext, runId: string, { name, key }: { name: string; key: string }) {
    const { features: ledger } = context;
    this.#context = context;
    this.#ledger = ledger;
    this.runId = runId;
    this.name = name;
    this.key = key;
    const step = { name, key };
    this.fetch = this.recordingFetch();
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
      open: async ({ prompt, context: built, uses, ...fields }, options) => {
        const messages = await resolvePrompt(
          { ledger, runId, renderers: context.renderers },
          prompt,
          options,
        );
        const used = toUsedContext(built, uses);
        const opened = await ledger.exchanges.open({ ...fields, ...messages, ...used, runId, step }, options);
        return new ExchangeHandle(ledger, opened, step);
      },
    };
  }

  /**
   * Stores a call to an LLM and what came of it: prompt, raw response, documents; all or nothing.
   *
   * A prompt that names a stored template without its messages costs one more call, which renders it. What is in the
   * `context` that it was built with counts as used.
   */
  async record(
    { prompt, context, uses, ...fields }: RecordInput,
    options?: CallOptions,
  ): Promise<RecordResult> {
    const { runId } = this;
    const { renderers } = this.#context;
    const step = toStepRef(this);
    const messages = await resolvePrompt({ ledger: this.#ledger, runId, renderers }, prompt, options);
    const used = toUsedContext(context, uses);
    const recorded = await this.#ledger.exchanges.record(
      { ...fields, ...messages, ...used, runId, step },
      options,
    );
    const written = { runId, step, written: recorded.documents, inputs: fields.documents ?? [] };
    return { ...recorded, documents: toHandles(this.#ledger, written) };
  }

  /**
   * Takes the step from its prompt to its documents, each phase stored before the next begins: the prompt, the LLM's
   * raw response, the documents with their lineage.
   *
   * Run again with the same inputs, in whatever process, it answers what is stored: after success it asks nobody, after
   * a crash it goes on from the last phase that was stored. Other messages, `uses`, `model` or `parameters` make a new
   * exchange. Throws PARSE_FAILED when no answer could be read, and what `call` throws.
   */
  async execute(input: ExecuteInput): Promise<ExecuteResult> {
    // Loaded by those who use it: a page that only looks does not.
    const { executeStep } = await import('../durable/execute.ts');
    return executeStep(this.#context, { runId: this.runId, step: toStepRef(this) }, input);
  }

  /**
   * As `fetch`, for calls of which more is known than their bodies tell, or that go by a fetch of the caller's own.
   *
   * Throws BAD_INPUT at once for a prompt or metadata that the ledger would refuse with each call.
   */
  recordingFetch({ fetch, ...known }: RecordingFetchOptions = {}): FetchFunction {
    checkRecordedCall(known);
    const { recorder, replay } = this.#context;
    const live = fetch ?? recorder.llmFetch;
    const call = { ...known, runId: this.runId, step: toStepRef(this) };
    const recorded = createRecordedFetch(recorder, call, live);
    return replay?.wrap({ recorded, live }) ?? recorded;
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
