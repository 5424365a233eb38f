import type { AsOf, Document, ExchangeSummary, RouterOutputs, Step } from '@stepledger/client';
import type { Shell } from '../shell/shell.ts';
import { readAhead } from './read-ahead.ts';

export type ListedParse = RouterOutputs['parses']['list']['items'][number];

/** Something in a run, at the revision where it stands in the run's order. */
export type RunItem =
  | { type: 'step'; revision: number; step: Step }
  | { type: 'exchange'; revision: number; exchange: ExchangeSummary }
  | { type: 'document'; revision: number; document: Document }
  | { type: 'parse'; revision: number; parse: ListedParse };

export interface RunSource {
  runId: string;
  asOf?: AsOf | undefined;
  /** Only what stands in these steps; all when left out. */
  steps?: StepSelection | undefined;
}

/** Steps of a run. */
export interface StepSelection {
  ids: ReadonlySet<string>;
  /** As the API filters lists, where that is possible. */
  filter?: { name: string; key?: string } | undefined;
}

/** Items of a page: the most that a page may have. */
const PAGE = 500;

/** All steps of a run, in the order in which they began: small, and what a tree must know from the beginning. */
export function readSteps({ ledger }: Shell, { runId, asOf }: Omit<RunSource, 'steps'>): Promise<Step[]> {
  return ledger.steps.list({ runId, asOf, limit: PAGE }).all();
}

/** The same order, but that a step which began later than one that it holds stands right before that one. */
function parentsFirst(steps: readonly Step[]): { step: Step; revision: number }[] {
  const waiting = new Map(steps.map((step) => [step.id, step]));
  const placed: { step: Step; revision: number }[] = [];
  for (const { id, startedRevision: revision } of steps) {
    const chain: Step[] = [];
    for (let at = waiting.get(id); at; at = waiting.get(at.parentStepId ?? '')) {
      waiting.delete(at.id);
      chain.push(at);
    }
    for (const step of chain.reverse()) placed.push({ step, revision });
  }
  return placed;
}

/**
 * Everything in a run in the order of its ledger, read by pages: steps, exchanges, the heads of documents, deleted ones
 * too, and parses. A document stands where it was made, before the parse that made it.
 */
export async function* readRun(
  { ledger }: Shell,
  { runId, asOf, steps: selection }: RunSource,
  steps: readonly Step[],
): AsyncGenerator<RunItem, void, undefined> {
  const page = { runId, asOf, limit: PAGE };
  const within = { ...page, step: selection?.filter };
  const exchanges = new Set<string>();
  const isIn = (item: RunItem): boolean => {
    // Parses are listed by run or exchange only.
    if (item.type === 'parse') return exchanges.has(item.parse.exchangeId);
    return selection?.ids.has(stepIdOf(item) ?? '') ?? true;
  };
  const items = merge([
    each(parentsFirst(steps), (placed) => ({ type: 'step', ...placed })),
    each(
      readAhead((cursor) => ledger.exchanges.list({ ...within, cursor })),
      (exchange) => ({
        type: 'exchange',
        revision: exchange.openedRevision,
        exchange,
      }),
    ),
    documentsOf(
      readAhead((cursor) =>
        ledger.documents.list({ ...within, cursor, withText: false, includeDeleted: true }),
      ),
    ),
    each(
      readAhead((cursor) => ledger.parses.list({ ...page, cursor })),
      (parse) => ({ type: 'parse', revision: parse.revision, parse }),
    ),
  ]);
  for await (const item of items) {
    if (selection === undefined) yield item;
    else if (isIn(item)) {
      if (item.type === 'exchange') exchanges.add(item.exchange.id);
      yield item;
    }
  }
}

function stepIdOf(item: Exclude<RunItem, { type: 'parse' }>): string | undefined {
  if (item.type === 'step') return item.step.id;
  return item.type === 'exchange' ? item.exchange.step.id : item.document.step?.id;
}

/** Documents come in the order in which they were made, but only those with one version tell at which revision. */
async function* documentsOf(documents: AsyncIterable<Document>): AsyncGenerator<RunItem, void, undefined> {
  let made = 0;
  for await (const document of documents) {
    if (document.version === 1) made = document.revision;
    yield { type: 'document', revision: made, document };
  }
}

async function* each<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  toItem: (item: Item) => RunItem,
): AsyncGenerator<RunItem, void, undefined> {
  for await (const item of items) yield toItem(item);
}

/** Joins streams that are each in order; of the same revision, what comes first in the list of streams goes first. */
async function* merge(
  streams: AsyncGenerator<RunItem, void, undefined>[],
): AsyncGenerator<RunItem, void, undefined> {
  const next = async (stream: AsyncGenerator<RunItem, void, undefined>) => ({
    stream,
    item: await stream.next(),
  });
  const heads = await Promise.all(streams.map(next));
  for (;;) {
    let first: { index: number; item: RunItem } | undefined;
    for (const [index, { item }] of heads.entries()) {
      if (item.done) continue;
      if (first === undefined || item.value.revision < first.item.revision)
        first = { index, item: item.value };
    }
    if (first === undefined) return;
    yield first.item;
    const head = heads[first.index];
    if (head) heads[first.index] = await next(head.stream);
  }
}
