import type { Document, ExchangeSummary, Step } from '@stepledger/client';
import { Fold } from './fold.ts';
import type { MadeDocument, ShownItem } from './join-documents.ts';
import type { ListedParse } from './read-run.ts';

export interface ParseNode {
  type: 'parse';
  parse: ListedParse;
  documents: Fold<MadeDocument>;
}
export interface ExchangeNode {
  type: 'exchange';
  exchange: ExchangeSummary;
  parses: Fold<ParseNode>;
}
export interface StepNode {
  type: 'step';
  step: Step;
  items: StepItems;
}
export interface DocumentNode {
  type: 'document';
  document: Document;
}
export type ItemNode = StepNode | ExchangeNode | DocumentNode;

/** What stands below a step: both ends of it, and how much was left out of which kind. */
export interface StepItems {
  readonly shown: Fold<ItemNode>;
  readonly hidden: Record<ItemNode['type'] | 'failed', number>;
}

/** The lines of a run with nothing to hold them: few workflows have more steps. */
const ROOT_ENDS = 50;

/**
 * A run as a tree of what is shown of it. It stays small however long the run is: below each step only the first and the
 * last so many are kept. What is left out is counted where it is left out.
 */
export class RunTree {
  readonly root: StepItems;
  readonly #ends: number;
  readonly #steps = new Map<string, StepNode>();
  readonly #exchanges = new Map<string, ExchangeNode>();
  readonly #parents: ReadonlyMap<string, string | null>;

  /** @param parents of every step of the run, since a parent may begin after its steps. */
  constructor(parents: ReadonlyMap<string, string | null>, ends: number) {
    this.#parents = parents;
    this.#ends = ends;
    this.root = this.#createItems(Math.max(ends, ROOT_ENDS));
  }

  add(item: ShownItem): void {
    if (item.type === 'step') this.#addStep(item.step);
    else if (item.type === 'exchange') this.#addExchange(item.exchange);
    else if (item.type === 'parse') this.#addParse(item);
    else {
      const { document } = item;
      this.#itemsOf(document.step?.id)?.shown.push({ type: 'document', document });
    }
  }

  #addStep(step: Step): void {
    const node = this.#steps.get(step.id) ?? this.#createStep(step);
    const parentId = this.#parents.get(step.id) ?? null;
    if (parentId === null) this.root.shown.push(node);
    else this.#itemsOf(parentId)?.shown.push(node);
  }

  #createStep(step: Step): StepNode {
    const node: StepNode = { type: 'step', step, items: this.#createItems(this.#ends) };
    this.#steps.set(step.id, node);
    return node;
  }

  #addExchange(exchange: ExchangeSummary): void {
    const items = this.#itemsOf(exchange.step.id);
    if (items === undefined) return;
    const node: ExchangeNode = { type: 'exchange', exchange, parses: new Fold(this.#ends) };
    this.#exchanges.set(exchange.id, node);
    items.shown.push(node);
  }

  #addParse({ parse, documents }: Extract<ShownItem, { type: 'parse' }>): void {
    const exchange = this.#exchanges.get(parse.exchangeId);
    if (exchange === undefined) return;
    const shown = new Fold<MadeDocument>(this.#ends);
    for (const document of documents) shown.push(document);
    exchange.parses.push({ type: 'parse', parse, documents: shown });
  }

  /** Where to put what stands in a step; at the root without one, nowhere in a step that is left out. */
  #itemsOf(stepId: string | undefined): StepItems | undefined {
    return stepId === undefined ? this.root : this.#steps.get(stepId)?.items;
  }

  #createItems(ends: number): StepItems {
    const hidden = { step: 0, exchange: 0, document: 0, failed: 0 };
    const shown = new Fold<ItemNode>(ends, (node) => {
      hidden[node.type] += 1;
      if (node.type === 'exchange' && node.exchange.status === 'failed') hidden.failed += 1;
      this.#forget(node);
    });
    return { shown, hidden };
  }

  #forget(node: ItemNode): void {
    if (node.type === 'exchange') this.#exchanges.delete(node.exchange.id);
    if (node.type !== 'step') return;
    this.#steps.delete(node.step.id);
    for (const inner of [...node.items.shown.first, ...node.items.shown.last]) this.#forget(inner);
  }
}
