import type { LinkRelation, Stepledger, VersionRef } from '@stepledger/client';
import fc from 'fast-check';

/** One call of a history: what is done, and the numbers from which its input is made. */
export interface Move {
  readonly call: keyof typeof CALLS;
  readonly dice: readonly number[];
}

/** What the calls of a history can refer to; it grows while the history is written. */
export interface World {
  readonly ledger: Stepledger;
  readonly runIds: readonly string[];
  readonly documents: Map<string, { id: string; runId: string; version: number; deleted: boolean }>;
  readonly exchanges: { id: string; runId: string }[];
  readonly texts: readonly string[];
}

type Dice = (sides: number) => number;
type Answer = { runId: string; revision: number };
type Call = (world: World, dice: Dice) => Promise<Answer | undefined>;

const KINDS = ['requirement', 'design', 'code', 'review'];
const RELATIONS: readonly LinkRelation[] = ['used', 'derived_from', 'depends_on'];

const pick = <Item>(items: readonly Item[], dice: Dice): Item | undefined => items[dice(items.length)];
const textOf = (world: World, dice: Dice): string => pick(world.texts, dice) ?? '';
const runOf = (world: World, dice: Dice): string => pick(world.runIds, dice) ?? '';
const stepOf = (dice: Dice) => ({ name: `step_${dice(3)}`, key: String(dice(2)) });
const knownDocument = (world: World, dice: Dice) => pick([...world.documents.values()], dice);

function writeOf(world: World, dice: Dice, kind: string) {
  const tags = dice(2) === 0 ? {} : { tags: [`tag ${dice(3)}`] };
  return { kind, key: `${kind} ${dice(2)}`, text: textOf(world, dice), title: `title ${dice(3)}`, ...tags };
}

function refOf(world: World, dice: Dice): VersionRef | undefined {
  const document = knownDocument(world, dice);
  return document && { documentId: document.id, version: 1 + dice(document.version) };
}

function linksOf(world: World, dice: Dice) {
  const to = refOf(world, dice);
  const relation = pick(RELATIONS, dice);
  return to && relation && dice(2) === 0 ? [{ relation, to }] : [];
}

function usesOf(world: World, dice: Dice) {
  const used = refOf(world, dice);
  return used && dice(2) === 0 ? { uses: [used] } : {};
}

interface Written {
  documentId: string;
  version: number;
}

function remember(world: World, runId: string, written: readonly Written[], deleted = false): void {
  for (const { documentId, version } of written) {
    const known = world.documents.get(documentId);
    const newest = Math.max(version, known?.version ?? 0);
    world.documents.set(documentId, { id: documentId, runId, version: newest, deleted });
  }
}

async function single(world: World, call: Promise<Answer & Written>): Promise<Answer> {
  const receipt = await call;
  remember(world, receipt.runId, [receipt]);
  return receipt;
}

async function several(world: World, call: Promise<Answer & { documents: Written[] }>): Promise<Answer> {
  const receipt = await call;
  remember(world, receipt.runId, receipt.documents);
  return receipt;
}

/** A change of a known document; often with the version that the history knows, which may be stale. */
function onDocument(
  change: (world: World, dice: Dice, target: Target) => Promise<Answer & Written>,
  { ofDeleted = false, deletes = false } = {},
): Call {
  return async (world, dice) => {
    const known = [...world.documents.values()].filter(({ deleted }) => deleted || !ofDeleted);
    const document = pick(known, dice);
    if (!document) return undefined;
    const expected = dice(2) === 0 ? {} : { expectedVersion: document.version };
    const receipt = await change(world, dice, { documentId: document.id, ...expected });
    remember(world, receipt.runId, [receipt], deletes);
    return receipt;
  };
}
interface Target {
  documentId: string;
  expectedVersion?: number;
}

function onExchange(
  change: (world: World, dice: Dice, exchangeId: string) => Promise<Answer | undefined>,
): Call {
  return async (world, dice) => {
    const exchange = pick(world.exchanges, dice);
    return exchange && change(world, dice, exchange.id);
  };
}

const messagesOf = (world: World, dice: Dice) =>
  Array.from({ length: 1 + dice(4) }, () => ({ role: 'user', content: textOf(world, dice) }));

const headersOf = (world: World, dice: Dice) =>
  dice(3) === 0
    ? {}
    : { headers: Array.from({ length: dice(3) }, () => ({ name: 'x-said', value: textOf(world, dice) })) };

const CALLS = {
  'documents.put': (world, dice) =>
    single(
      world,
      world.ledger.documents.put({
        ...writeOf(world, dice, pick(KINDS, dice) ?? ''),
        runId: runOf(world, dice),
        step: stepOf(dice),
        links: linksOf(world, dice),
        ...(dice(3) === 0 ? { expectedVersion: dice(3) } : {}),
      }),
    ),
  'documents.putMany': (world, dice) =>
    several(
      world,
      world.ledger.documents.putMany({
        runId: runOf(world, dice),
        documents: KINDS.slice(dice(4)).map((kind) => writeOf(world, dice, kind)),
      }),
    ),
  'documents.create': (world, dice) =>
    single(
      world,
      world.ledger.documents.create({
        ...writeOf(world, dice, pick(KINDS, dice) ?? ''),
        runId: runOf(world, dice),
        step: stepOf(dice),
      }),
    ),
  'documents.update': onDocument((world, dice, target) =>
    world.ledger.documents.update({
      ...target,
      ...(dice(2) === 0 ? { text: textOf(world, dice) } : { status: `status ${dice(3)}` }),
    }),
  ),
  'documents.delete': onDocument(
    ({ ledger }, dice, target) => ledger.documents.delete({ ...target, step: stepOf(dice) }),
    { deletes: true },
  ),
  'documents.undelete': onDocument(({ ledger }, _dice, target) => ledger.documents.undelete(target), {
    ofDeleted: true,
  }),
  'documents.restore': onDocument(({ ledger }, dice, target) =>
    ledger.documents.restore({ ...target, version: 1 + dice(3) }),
  ),
  'documents.purge': async (world, dice) => {
    const document = knownDocument(world, dice);
    if (!document) return undefined;
    const versions = dice(2) === 0 ? {} : { versions: [1 + dice(document.version)] };
    const cascade = dice(2) === 0;
    const purged = await world.ledger.documents.purge({ documentId: document.id, cascade, ...versions });
    return purged.versions.length + purged.exchangeIds.length > 0 ? purged : undefined;
  },
  'exchanges.record': async (world, dice) => {
    const runId = runOf(world, dice);
    const recorded = await world.ledger.exchanges.record({
      runId,
      step: stepOf(dice),
      messages: messagesOf(world, dice),
      response: textOf(world, dice),
      attempts: [
        {
          status: 'completed',
          request: textOf(world, dice),
          response: textOf(world, dice),
          ...headersOf(world, dice),
        },
      ],
      ...usesOf(world, dice),
      documents: KINDS.slice(dice(4)).map((kind) => ({
        ...writeOf(world, dice, kind),
        links: linksOf(world, dice),
      })),
    });
    world.exchanges.push({ id: recorded.exchangeId, runId });
    remember(world, runId, recorded.documents);
    return recorded;
  },
  'exchanges.open': async (world, dice) => {
    const runId = runOf(world, dice);
    const messages = messagesOf(world, dice);
    const memo = dice(2) === 0 ? {} : { memoKey: `${dice(3)}`.repeat(64), force: dice(3) === 0 };
    const open = { runId, step: stepOf(dice), messages, ...memo, ...usesOf(world, dice) };
    const opened = await world.ledger.exchanges.open(open);
    if (!opened.created) return undefined;
    world.exchanges.push({ id: opened.exchangeId, runId });
    return opened;
  },
  'exchanges.append': onExchange(async ({ ledger }, dice, exchangeId) => {
    const offset = 3 * dice(2);
    const bytes = { base64: Buffer.from('abc').toString('base64') };
    await ledger.exchanges.append({ exchangeId, attempt: 1 + dice(2), offset, bytes });
    return undefined;
  }),
  'exchanges.heartbeat': onExchange(async ({ ledger }, _dice, exchangeId) => {
    await ledger.exchanges.heartbeat({ exchangeId });
    return undefined;
  }),
  'exchanges.attempt': onExchange(async (world, dice, exchangeId) => {
    const request = textOf(world, dice);
    const response = dice(2) === 0 ? { streamed: 3 } : textOf(world, dice);
    const attempt = { attempt: 1 + dice(2), status: 'completed' as const, ...headersOf(world, dice) };
    await world.ledger.exchanges.attempt({ exchangeId, ...attempt, request, response });
    return undefined;
  }),
  'exchanges.complete': onExchange((world, dice, exchangeId) =>
    world.ledger.exchanges.complete({
      exchangeId,
      response: dice(2) === 0 ? textOf(world, dice) : { streamed: 3 * dice(3) },
    }),
  ),
  'exchanges.fail': onExchange((world, dice, exchangeId) =>
    world.ledger.exchanges.fail({ exchangeId, error: textOf(world, dice) }),
  ),
  'parses.record': onExchange((world, dice, exchangeId) =>
    dice(2) === 0
      ? world.ledger.parses.record({ exchangeId, status: 'failed', error: textOf(world, dice) })
      : several(
          world,
          world.ledger.parses.record({ exchangeId, documents: [writeOf(world, dice, 'design')] }),
        ),
  ),
  'steps.start': (world, dice) =>
    world.ledger.steps.start({
      runId: runOf(world, dice),
      step: stepOf(dice),
      ...(dice(3) === 0 ? { parent: stepOf(dice) } : {}),
    }),
  'steps.complete': (world, dice) =>
    world.ledger.steps.complete({ runId: runOf(world, dice), step: stepOf(dice) }),
  'steps.fail': (world, dice) =>
    world.ledger.steps.fail({ runId: runOf(world, dice), step: stepOf(dice), error: textOf(world, dice) }),
  'runs.update': (world, dice) =>
    world.ledger.runs.update({
      runId: runOf(world, dice),
      ...(dice(2) === 0 ? { goal: textOf(world, dice) } : { metadata: { turn: dice(9) } }),
    }),
  'runs.complete': (world, dice) =>
    world.ledger.runs.complete({
      runId: runOf(world, dice),
      status: (['completed', 'failed', 'cancelled', 'running'] as const)[dice(4)] ?? 'running',
    }),
  'links.add': async (world, dice) => {
    const [from, to] = [refOf(world, dice), refOf(world, dice)];
    return from && to && world.ledger.links.add({ from, relation: 'used', to });
  },
  'links.remove': async (world, dice) => {
    const from = refOf(world, dice);
    const { items } = from ? await world.ledger.links.list({ documentId: from.documentId }) : { items: [] };
    const link = pick(items, dice);
    return link && world.ledger.links.remove({ from: link.from, relation: link.relation, to: link.to });
  },
} satisfies Record<string, Call>;

/** Calls that take no revision, since they change nothing that a run's ledger shows. */
const BESIDE: readonly string[] = ['exchanges.append', 'exchanges.heartbeat', 'exchanges.attempt'];

const CALL_NAMES = Object.keys(CALLS) as (keyof typeof CALLS)[];
export const LEDGER_CALLS = CALL_NAMES.filter((name) => !BESIDE.includes(name));

/** Rounds of calls; those of one round are made at once. */
export function histories({ rounds, writers }: { rounds: number; writers: number }): fc.Arbitrary<Move[][]> {
  const move = fc.record({
    call: fc.constantFrom(...CALL_NAMES),
    dice: fc.array(fc.nat(999), { minLength: 12, maxLength: 12 }),
  });
  const round = fc.array(move, { minLength: writers, maxLength: writers });
  return fc.array(round, { minLength: rounds, maxLength: rounds });
}

/** Makes a call; undefined when there was nothing to make it on, or when nothing had to change. */
export function make(world: World, { call, dice }: Move): Promise<Answer | undefined> {
  let thrown = 0;
  const next: Dice = (sides) => (sides === 0 ? 0 : (dice[thrown++ % dice.length] ?? 0) % sides);
  const perform: Call = CALLS[call];
  return perform(world, next);
}
