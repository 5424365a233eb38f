import type { AsOf, Document, ExchangeSummary, Stepledger } from '@stepledger/client';
import { isLedgerError } from '@stepledger/client';

/** What one read answered: a value, or why there is none. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly refused: { readonly code: string; readonly details: unknown } };

/** Everything that can be read of a run, by what was asked. */
export type RunReads = Record<string, Outcome>;

const STEPS = ['step_0', 'step_1', 'step_2'];
const KINDS = ['requirement', 'design', 'code', 'review'];

interface Place {
  readonly ledger: Stepledger;
  readonly runId: string;
  /** The head when left out. */
  readonly asOf?: AsOf;
}

/** Reads a run by every way there is, at its head or as of a revision; what was open shows no more than that. */
export async function readRun(place: Place): Promise<RunReads> {
  const lists = await settle({
    ...runReads(place),
    ...stepReads(place),
    ...exchangeReads(place),
    ...documentReads(place),
  });
  const documents = valuesOf<Document>(lists['documents']);
  const exchanges = valuesOf<ExchangeSummary>(lists['exchanges']);
  const each = await settle(
    Object.assign(
      {},
      ...documents.map((document) => oneDocument(place, document)),
      ...exchanges.map(({ id }) => oneExchange(place, id)),
      ...valuesOf<{ name: string; key: string }>(lists['steps']).map((step) => oneStep(place, step)),
    ),
  );
  return Object.fromEntries(
    Object.entries({ ...lists, ...each }).map(([name, outcome]) => [
      name,
      'value' in outcome ? { value: hideStreams(outcome.value) } : outcome,
    ]),
  );
}

type Reads = Record<string, () => Promise<unknown>>;

function at({ asOf }: Place): { asOf?: AsOf } {
  return asOf ? { asOf } : {};
}

function runReads(place: Place): Reads {
  const { ledger, runId } = place;
  const then = { runId, ...at(place) };
  return {
    run: () => ledger.runs.get(then),
    entries: () => ledger.entries.list(then).all(),
    parses: () => ledger.parses.list(then).all(),
    'failed parses': () => ledger.parses.list({ ...then, status: 'failed' }).all(),
  };
}

function stepReads(place: Place): Reads {
  const { ledger, runId } = place;
  const list = (filter: object) => () =>
    ledger.steps.list({ runId, ...at(place), ...filter, limit: 3 }).all();
  return {
    steps: list({}),
    ...byEach(['running', 'completed', 'failed'], 'steps', (status) => list({ status })),
    ...byEach(STEPS, 'steps', (name) => list({ name })),
  };
}

function exchangeReads(place: Place): Reads {
  const { ledger, runId } = place;
  const list = (filter: object) => () =>
    ledger.exchanges.list({ runId, ...at(place), ...filter, limit: 3 }).all();
  // Of the past is only known that an exchange was open.
  const open = place.asOf ? ['pending'] : ['pending', 'streaming', 'interrupted'];
  return {
    exchanges: list({}),
    'open exchanges': async () => {
      const lists = await Promise.all(open.map((status) => list({ status })()));
      return lists.flat().sort((a, b) => a.openedRevision - b.openedRevision);
    },
    ...byEach(['completed', 'failed', 'unparsed'], 'exchanges', (status) => list({ status })),
    ...byEach(['completed', 'failed'], 'exchanges last parsed', (status) => list({ lastParse: { status } })),
    ...byEach(STEPS, 'exchanges', (name) => list({ step: { name } })),
  };
}

function documentReads(place: Place): Reads {
  const { ledger, runId } = place;
  const list = (filter: object) => () =>
    ledger.documents.list({ runId, ...at(place), ...filter, limit: 3 }).all();
  const byStep = (name: string, filter: object) => () =>
    ledger.documents.byStep({ runId, step: { name }, ...at(place), ...filter, limit: 3 }).all();
  return {
    documents: list({ includeDeleted: true }),
    'documents that are not deleted': list({}),
    ...byEach(KINDS, 'documents', (kind) => list({ kind })),
    ...byEach(['tag 0', 'tag 1'], 'documents', (tag) => list({ tags: [tag] })),
    ...byEach(['status 0', 'status 1'], 'documents', (status) => list({ status })),
    ...byEach(STEPS, 'documents', (name) => list({ step: { name, key: '0' } })),
    ...byEach(STEPS, 'documents written', (name) => byStep(name, {})),
    ...byEach(STEPS, 'documents written or deleted', (name) => byStep(name, { includeDeleted: true })),
    ...byEach(STEPS, 'documents at the head', (name) => byStep(name, { at: 'head' })),
  };
}

function byEach<Read>(values: readonly string[], name: string, read: (value: string) => Read) {
  return Object.fromEntries(values.map((value) => [`${name}: ${value}`, read(value)]));
}

function oneDocument(place: Place, { id, runId, kind, key }: Document): Reads {
  const { ledger } = place;
  const get = (filter: object) => () => ledger.documents.get({ documentId: id, ...at(place), ...filter });
  const links = (filter: object) => () =>
    ledger.links.list({ documentId: id, ...at(place), ...filter, limit: 2 }).all();
  return {
    [`document ${id}`]: get({ includeDeleted: true }),
    [`document ${id} unless deleted`]: () => ledger.documents.get({ runId, kind, key, ...at(place) }),
    [`document ${id} without text`]: get({ includeDeleted: true, withText: false }),
    [`document ${id} version 2`]: get({ includeDeleted: true, version: 2 }),
    [`links from ${id}`]: links({}),
    [`links from ${id} with removed ones`]: links({ includeRemoved: true }),
    [`links to ${id}`]: links({ direction: 'to' }),
    [`links to ${id} with removed ones`]: links({ direction: 'to', includeRemoved: true }),
  };
}

function oneExchange(place: Place, exchangeId: string): Reads {
  const { ledger } = place;
  return {
    [`exchange ${exchangeId}`]: () => ledger.exchanges.get({ exchangeId, ...at(place) }),
    [`parses of ${exchangeId}`]: () => ledger.parses.list({ exchangeId, ...at(place), limit: 1 }).all(),
  };
}

function oneStep(place: Place, { name, key }: { name: string; key: string }): Reads {
  const { ledger, runId } = place;
  return { [`step ${name}/${key}`]: () => ledger.steps.get({ runId, step: { name, key }, ...at(place) }) };
}

async function settle(reads: Reads): Promise<RunReads> {
  return Object.fromEntries(
    await Promise.all(
      Object.entries(reads).map(
        async ([name, read]): Promise<[string, Outcome]> => [name, await outcomeOf(read)],
      ),
    ),
  );
}

async function outcomeOf(read: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!isLedgerError(error)) throw error;
    return { refused: { code: error.code, details: error.details } };
  }
}

export function valuesOf<Item>(outcome: Outcome | undefined): Item[] {
  if (!outcome || !('value' in outcome)) throw new Error(`There is no list: ${JSON.stringify(outcome)}`);
  return outcome.value as Item[];
}

/** An open exchange as the past shows it: what arrives of it takes no revision. */
function hideStreams(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideStreams);
  if (typeof value !== 'object' || value === null) return value;
  if (!('receivedBytes' in value) || !('closedRevision' in value) || value.closedRevision !== null)
    return value;
  const hidden = { ...value, status: 'pending', receivedBytes: null, attemptCount: 0 };
  return 'attempts' in value ? { ...hidden, attempts: [] } : hidden;
}
