import { isDeepStrictEqual } from 'node:util';
import type { AsOf, Document, Exchange, ExchangeSummary, Step, Stepledger } from '@stepledger/client';
import { isLedgerError } from '@stepledger/client';

/** One side of a comparison. */
export interface Side {
  readonly runId: string;
  readonly asOf: AsOf;
}

/** What differs, told by reading both sides whole: by what it is and its name, the names of what differs. */
export type Differences = Record<string, readonly string[]>;

interface State {
  readonly run: Record<string, unknown>;
  readonly steps: Map<string, Record<string, unknown>>;
  readonly exchanges: Map<string, Record<string, unknown>>;
  readonly documents: Map<string, Document>;
}

/** Compares what the reads of the API say of both sides. */
export async function tellDifferences(ledger: Stepledger, from: Side, to: Side): Promise<Differences> {
  const [a, b] = [await readState(ledger, from), await readState(ledger, to)];
  return {
    ...compare('run', new Map([['', a.run]]), new Map([['', b.run]])),
    ...compare('step', a.steps, b.steps),
    ...compare('exchange', a.exchanges, b.exchanges),
    ...compare('document', toFields(a.documents, b.documents), toFields(b.documents, a.documents)),
  };
}

export async function readDocuments(ledger: Stepledger, side: Side): Promise<Map<string, Document>> {
  const documents = await ledger.documents.list(side).all();
  return new Map(documents.map((document) => [`${document.kind}/${document.key}`, document]));
}

async function readState(ledger: Stepledger, side: Side): Promise<State> {
  const { status, goal, metadata } = await ledger.runs.get(side);
  const steps = await ledger.steps.list(side).all();
  return {
    run: { status, goal, metadata },
    steps: new Map(steps.map((step) => [`${step.name}/${step.key}`, toStep(step, steps)])),
    exchanges: await readExchanges(ledger, side),
    documents: await readDocuments(ledger, side),
  };
}

function toStep({ status, error, parentStepId }: Step, steps: readonly Step[]) {
  const parent = steps.find(({ id }) => id === parentStepId);
  return { status, error, parent: parent && `${parent.name}/${parent.key}` };
}

async function readExchanges(ledger: Stepledger, side: Side) {
  const summaries = await ledger.exchanges.list(side).all();
  const exchanges = new Map<string, Record<string, unknown>>();
  for (const summary of summaries) {
    const step = `${summary.step.name}/${summary.step.key}`;
    const ordinal = [...exchanges.keys()].filter((name) => name.startsWith(`${step}#`)).length;
    exchanges.set(`${step}#${ordinal}`, await toExchange(ledger, summary, side));
  }
  return exchanges;
}

async function toExchange(ledger: Stepledger, summary: ExchangeSummary, { asOf }: Side) {
  const exchange = await ledger.exchanges
    .get({ exchangeId: summary.id, asOf })
    .catch((error: unknown): Exchange | undefined => {
      if (isLedgerError(error) && error.code === 'PURGED') return undefined;
      throw error;
    });
  const parses = await ledger.parses.list({ exchangeId: summary.id, asOf }).all();
  const last = parses.toSorted((a, b) => a.attempt - b.attempt).at(-1);
  const read = last ? await ledger.documents.byParse({ parseId: last.id }).all() : [];
  const { status, model, provider, error, response } = summary;
  const known = { status, model, provider, parser: last && [last.parser, last.parserVersion] };
  const parsed = [last?.status, read.map(({ kind, key, content }) => [kind, key, content?.id]).sort()];
  if (!exchange) return { ...known, parsed };
  const uses = await readUses(ledger, exchange);
  return { ...known, parsed, uses, messages: exchange.messages, answer: response?.id, error };
}

/** What the used versions say, whatever their ids. */
async function readUses(ledger: Stepledger, { uses }: Exchange): Promise<string[]> {
  const options = { withText: false, includeDeleted: true };
  const used = await Promise.all(uses.map((ref) => ledger.documents.get({ ...ref, ...options })));
  const said = used.map(({ kind, key, content }) => JSON.stringify([kind, key, content?.id]));
  return [...new Set(said)].sort();
}

/** Without what the purge of either side took away. */
function toFields(own: ReadonlyMap<string, Document>, other: ReadonlyMap<string, Document>) {
  return new Map(
    [...own].map(([name, { id, version, title, status, tags, metadata, content, purged }]) => {
      const counterpart = other.get(name);
      const isSame = counterpart?.id === id && counterpart.version === version;
      if (isSame || !counterpart) return [name, { status, tags }];
      // Of a purged text nobody can say that it is the same.
      if (purged || counterpart.purged) return [name, { status, tags, text: `purged ${id}@${version}` }];
      return [name, { status, tags, title, metadata, text: content?.id }];
    }),
  );
}

function compare(
  what: string,
  a: ReadonlyMap<string, Record<string, unknown>>,
  b: ReadonlyMap<string, Record<string, unknown>>,
): Differences {
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const told = names.map((name): [string, string[]] => [
    `${what} ${name}`,
    differing(a.get(name), b.get(name)),
  ]);
  return Object.fromEntries(told.filter(([, differs]) => differs.length > 0));
}

function differing(a: Record<string, unknown> | undefined, b: Record<string, unknown> | undefined): string[] {
  if (!a) return ['added'];
  if (!b) return ['removed'];
  // What only one side tells was purged on the other.
  const fields = Object.keys(a).filter((field) => Object.hasOwn(b, field));
  return fields.filter((field) => !isDeepStrictEqual(a[field], b[field])).sort();
}
