import { LedgerError, type SearchPage, type SearchService } from '@stepledger/contract';
import { fromCursor, toCursor } from '../cursors.ts';
import type { StoreContext } from '../store-context.ts';
import { type CompiledQuery, compileExact, compileQuery } from './queries/compile-query.ts';
import { findCorrections } from './queries/corrections.ts';
import { toFacets } from './queries/facets.ts';
import { readHits, readRanks } from './queries/hits.ts';
import { findMatches, type Match, type Matches, type Place } from './queries/matches.ts';
import { toScope } from './queries/scope.ts';
import type { Corrections } from './queries/term-query.ts';

type Input = Parameters<SearchService['query']>[0];

/** Matches that are compared with each other: all 399,000 of a very common word took 884 ms. */
const RANKED = 200;

/** Finds texts, the newest first or the best of the newest first. */
export async function querySearch(context: StoreContext, input: Input): Promise<SearchPage> {
  const { connection, scope, indexer } = context;
  const { projectId } = scope;
  const start = fromSearchCursor(input);
  const complete = await indexer.catchUp(projectId);
  const corrections: Corrections =
    input.mode === 'fuzzy' ? await findCorrections(connection, projectId, input.text) : new Map();
  const query = input.mode === 'exact' ? compileExact(input.text) : compileQuery(input.text, corrections);
  const within = query === null ? null : await toScope(connection, projectId, input);
  const told = [...corrections].map(([word, taken]) => ({ word, taken: [...taken] }));
  const answer = { nextCursor: null, facets: null, ranking: null, corrections: told, complete };
  if (query === null || within === null) {
    const facets = input.facets && start === null ? await toFacets(connection, projectId, NOTHING) : null;
    const ranking = input.order === 'ranked' ? { compared: 0, complete: true } : null;
    return { ...answer, items: [], facets, ranking };
  }
  const wanted = input.order === 'ranked' ? RANKED + 1 : input.limit + 1;
  const after = start?.place ?? null;
  const found = await findMatches(connection, { projectId, query, scope: within, after, wanted });
  const facets = input.facets && start === null ? await toFacets(connection, projectId, found) : null;
  const page =
    input.order === 'ranked'
      ? await toRankedPage(context, input, { query, found, start })
      : newestPage(input, found);
  const items = await readHits(connection, projectId, { matches: page.matches, query });
  return { ...answer, items, facets, nextCursor: page.nextCursor, ranking: page.ranking };
}

const NOTHING: Matches = { matches: [], complete: true };

interface FoundPage {
  matches: Match[];
  nextCursor: string | null;
  ranking: SearchPage['ranking'];
}

function newestPage(input: Input, { matches, resume }: Matches): FoundPage {
  const shown = matches.slice(0, input.limit);
  const last = shown.at(-1);
  const more = matches.length > shown.length && last !== undefined;
  if (!more && resume) {
    return { matches: shown, nextCursor: toSearchCursor(input, resume, 0), ranking: null };
  }
  return { matches: shown, nextCursor: more ? toSearchCursor(input, placeOf(last), 0) : null, ranking: null };
}

/** All pages compare the same matches: those up to what was the newest on the first page. */
async function toRankedPage(
  { connection, scope }: StoreContext,
  input: Input,
  { query, found, start }: { query: CompiledQuery; found: Matches; start: Start | null },
): Promise<FoundPage> {
  const compared = found.matches.slice(0, RANKED);
  const ranks = await readRanks(connection, scope.projectId, { matches: compared, query });
  const ranked = compared
    .map((match, index) => ({ match, rank: ranks[index] ?? 0 }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ match }) => match);
  const offset = start?.offset ?? 0;
  const shown = ranked.slice(offset, offset + input.limit);
  const [newest] = compared;
  const end = offset + shown.length;
  const more = end < ranked.length && shown.length > 0 && newest !== undefined;
  const place = start?.place ?? (newest ? { ...placeOf(newest), item: newest.item + 1 } : null);
  const complete = found.complete && found.matches.length <= RANKED;
  return {
    matches: shown,
    nextCursor: more && place ? toSearchCursor(input, place, end) : null,
    ranking: { compared: compared.length, complete },
  };
}

function placeOf({ at, source_id: id, item }: Match): Place {
  return { at, id, item };
}

interface Start {
  readonly place: Place;
  readonly offset: number;
}

function toSearchCursor(input: Input, { at, id, item }: Place, offset: number): string {
  return toCursor(cursorName(input), [String(at), id, item, offset]);
}

/** @throws BAD_INPUT for a cursor of another list */
function fromSearchCursor(input: Input): Start | null {
  const name = cursorName(input);
  const values = fromCursor(name, ['string', 'uuid', 'number', 'number'], input.cursor);
  if (values === null) return null;
  const [time, id, item, offset] = values;
  const at = Number(time);
  if (!Number.isSafeInteger(at) || Number(offset) < 0) {
    const issues = [{ path: 'cursor', reason: `is not a cursor of ${name}` }];
    throw new LedgerError('BAD_INPUT', { issues });
  }
  return { place: { at, id: String(id), item: Number(item) }, offset: Number(offset) };
}

function cursorName({ order }: Input): string {
  return `search, ${order}`;
}
