import type { RouterInputs } from '@stepledger/api';
import type { ClosedExchange, Exchange, OpenedExchange, RecordedParse } from '@stepledger/contract';
import type { CallOptions, Features, WithBytes } from '../calls/features.ts';
import { toHandles } from '../documents/document-collection.ts';
import type { DocumentHandle } from '../documents/document-handle.ts';
import type { StepLike } from '../steps/step-ref.ts';

type Inputs = RouterInputs['exchanges'];
export type CompleteExchange = Omit<WithBytes<Inputs['complete']>, 'exchangeId'>;
export type FailExchange = Omit<WithBytes<Inputs['fail']>, 'exchangeId'>;
export type ParseInput = Omit<RouterInputs['parses']['record'], 'exchangeId'>;
export type ParseResult = Omit<RecordedParse, 'documents'> & { documents: DocumentHandle[] };

/** A call to an LLM whose prompt is stored and whose response is on its way. */
export class ExchangeHandle {
  readonly id: string;
  readonly runId: string;
  readonly stepId: string;
  /** The version of the stored template that the prompt names; null without one. */
  readonly promptVersion: number | null;
  readonly #ledger: Features;
  readonly #step: StepLike;

  constructor(ledger: Features, opened: OpenedExchange, step: StepLike) {
    this.#ledger = ledger;
    this.#step = step;
    this.id = opened.exchangeId;
    this.runId = opened.runId;
    this.stepId = opened.stepId;
    this.promptVersion = opened.promptVersion;
  }

  /** Stores the raw response, a text or bytes, before anything is parsed out of it. */
  complete(input: CompleteExchange, options?: CallOptions): Promise<ClosedExchange> {
    return this.#ledger.exchanges.complete({ ...input, exchangeId: this.id }, options);
  }

  /** Stores that the call failed, why, and what arrived before it did. */
  fail(input: FailExchange, options?: CallOptions): Promise<ClosedExchange> {
    return this.#ledger.exchanges.fail({ ...input, exchangeId: this.id }, options);
  }

  /** Stores one attempt to read the response, with the documents that came of it, all or nothing. */
  async parse(input: ParseInput, options?: CallOptions): Promise<ParseResult> {
    const recorded = await this.#ledger.parses.record({ ...input, exchangeId: this.id }, options);
    const { runId } = this;
    const written = { runId, step: this.#step, written: recorded.documents, inputs: input.documents ?? [] };
    return { ...recorded, documents: toHandles(this.#ledger, written) };
  }

  /** Reads all of it: messages, response, attempts, parses. */
  get(options?: CallOptions): Promise<Exchange> {
    return this.#ledger.exchanges.get({ exchangeId: this.id }, options);
  }
}
