import {
  type Divergence,
  type DivergenceCause,
  type ExchangeAspect,
  type ExchangeDifference,
  exchangeAspectSchema,
  LIMITS,
} from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { findDivergentEdit } from './edits.ts';
import type { Ends } from './ends.ts';
import { type FoundExchanges, findExchanges } from './exchanges.section.ts';
import { flip } from './section.ts';
import { findMissingStep } from './steps.section.ts';

/**
 * Finds where two runs went apart and what caused it: the first exchange, version written by hand or step, in the order
 * of their ledgers, in which they differ.
 *
 * @param exchanges the first that differ, where they were found before.
 */
export async function findFirstDivergence(
  context: StoreContext,
  ends: Ends,
  exchanges: FoundExchanges | null,
): Promise<Divergence | null> {
  const found: (Divergence | null)[] = [
    await findDivergentEdit(context, ends),
    await findDivergentExchange(context, ends, exchanges),
    withCause(await findMissingStep(context, ends, false)),
    withCause(await findMissingStep(context, flip(ends), true)),
  ];
  return found.reduce(
    (first, next) => (first && next && isBefore(next, first) ? next : (first ?? next)),
    null,
  );
}

/** By the ledger that has both, `from` before `to`; of equals the one that is known more of stays first. */
function isBefore(a: Divergence, b: Divergence): boolean {
  if (a.from && b.from) return a.from.revision < b.from.revision;
  if (a.to && b.to) return a.to.revision < b.to.revision;
  return revisionOf(a) < revisionOf(b);
}

function revisionOf({ from, to }: Divergence): number {
  return from?.revision ?? to?.revision ?? 0;
}

function withCause(step: Awaited<ReturnType<typeof findMissingStep>>): Divergence | null {
  return step && { ...step, causes: ['missing'] };
}

/** All aspects that can be a cause: another parser that reads the same is none. */
const CAUSING = exchangeAspectSchema.options.filter((aspect) => aspect !== 'parser');
/** Mostly the first one says it; the rest is for pairs that turn out to be the same. */
const FIRST_SEARCHED = 10;

async function findDivergentExchange(
  context: StoreContext,
  ends: Ends,
  first: FoundExchanges | null,
): Promise<Divergence | null> {
  const search = (after: readonly [number, number], limit: number) =>
    findExchanges(context, ends, { after, limit, aspects: CAUSING });
  let page = first ?? (await search([-1, -1], FIRST_SEARCHED));
  while (true) {
    for (const { difference } of page.found) {
      const causes = causesOf(difference);
      if (causes.length > 0) return { ...difference, causes };
    }
    if (!page.hasMore || !page.last) return null;
    page = await search(page.last, LIMITS.maxPageSize);
  }
}

/** What was asked for, most upstream first. */
const ASKED = ['prompt', 'variables', 'uses', 'messages', 'provider', 'model', 'parameters'] as const;
/** What the messages are made of. */
const SOURCES: readonly ExchangeAspect[] = ['prompt', 'variables', 'uses'];
const ANSWERED: readonly ExchangeAspect[] = ['answer', 'status', 'error'];

function causesOf({ change, differs }: ExchangeDifference): DivergenceCause[] {
  if (change !== 'changed') return ['missing'];
  const has = (aspects: readonly ExchangeAspect[]) => aspects.some((aspect) => differs.includes(aspect));
  // Other messages follow from other sources.
  const asked = ASKED.filter((aspect) => has([aspect]) && (aspect !== 'messages' || !has(SOURCES)));
  if (asked.length > 0) return asked;
  if (has(ANSWERED)) return ['answer'];
  return has(['parsed']) ? ['parser'] : [];
}
