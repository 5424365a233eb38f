import { type DiffedPart, diffedPartSchema, type RunDiff, type RunsService } from '@stepledger/contract';
import { fromCursor, toCursor } from '../cursors.ts';
import { nameOfAsOf } from '../ledger/as-of.ts';
import type { StoreContext } from '../store-context.ts';
import { diffDocuments } from './documents.section.ts';
import { findEnds } from './ends.ts';
import { diffExchanges, findExchanges } from './exchanges.section.ts';
import { findFirstDivergence } from './first-divergence.ts';
import { diffRunStates } from './run.section.ts';
import { BEGINNING, type Place, type Section } from './section.ts';
import { diffSteps } from './steps.section.ts';

type Input = Parameters<RunsService['diff']>[0];

const SECTIONS: Record<DiffedPart, Section> = {
  run: diffRunStates,
  step: diffSteps,
  exchange: diffExchanges,
  document: diffDocuments,
};
const PARTS = diffedPartSchema.options;

const PLACE_TYPES = ['number', 'number', 'number', 'uuid', 'number', 'number'] as const;

/** Compares two runs, or two revisions of one, page by page; all pages are of the revisions that the first one found. */
export async function diffRuns(context: StoreContext, input: Input): Promise<RunDiff> {
  const { what = PARTS, limit, withPatches } = input;
  const parts = PARTS.filter((part) => what.includes(part));
  const list = `diff of ${nameOf(input.from)} with ${nameOf(input.to)} by ${parts.join(', ')}`;
  const begun = readPlace(list, input.cursor);
  const ends = await findEnds(context, input, begun?.revisions ?? null);
  const isFirst = begun === null && ends.from.runId !== ends.to.runId;
  // Both the divergence and the page begin with these; with two long runs that are alike it is most of the work.
  const exchanges =
    isFirst && parts.includes('exchange')
      ? await findExchanges(context, ends, { after: [-1, -1], limit })
      : null;
  const divergence = isFirst ? await findFirstDivergence(context, ends, exchanges) : null;

  const items: RunDiff['items'] = [];
  let place: Place = begun?.place ?? BEGINNING;
  let next: readonly [number, ...Place] | null = null;
  for (const [number, part] of PARTS.entries()) {
    if (number < (begun?.number ?? 0) || !parts.includes(part)) continue;
    if (items.length === limit) next = [number, ...BEGINNING];
    else {
      const section = SECTIONS[part];
      const page = await section(context, {
        ends,
        after: place,
        limit: limit - items.length,
        withPatches,
        exchanges,
      });
      items.push(...page.items);
      if (page.next) next = [number, ...page.next];
      place = BEGINNING;
    }
    if (next) break;
  }
  return {
    from: ends.from,
    to: ends.to,
    divergence,
    items,
    nextCursor: next && toCursor(list, [...next, ends.from.revision, ends.to.revision]),
  };
}

function nameOf({ runId, asOf }: Input['from']): string {
  return asOf ? `${runId} as of ${nameOfAsOf(asOf)}` : runId;
}

function readPlace(list: string, cursor: string | undefined) {
  const values = fromCursor(list, PLACE_TYPES, cursor);
  if (!values) return null;
  const [number, first, second, id, from, to] = values;
  const place: Place = [Number(first), Number(second), String(id)];
  return { number: Number(number), place, revisions: [Number(from), Number(to)] as const };
}
