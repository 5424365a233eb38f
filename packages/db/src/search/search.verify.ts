import type { SearchFault, SearchService, VerifySearch } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { fromCursor, toCursor } from '../cursors.ts';
import type { StoreContext } from '../store-context.ts';
import { findOrphans } from './indexing/orphans.ts';
import { readSourceTexts } from './indexing/read-text.ts';
import type { Source } from './indexing/source.ts';
import { toPhase, WALK_START, walkSources } from './indexing/walk-sources.ts';
import { TYPES } from './queries/facets.ts';

type Input = Parameters<SearchService['verify']>[0];
type Found = Pick<VerifySearch, 'items' | 'checked'> & {
  next: { phase: string; id: string; item: number } | null;
};

const LIST = 'search verify';

/** Compares the index with what is stored, a page of it: what is missing, and what is there although it is gone. */
export async function verifySearch(context: StoreContext, input: Input): Promise<VerifySearch> {
  const values = fromCursor(LIST, ['string', 'uuid', 'number'], input.cursor) ?? [
    WALK_START.source,
    WALK_START.id,
    WALK_START.item,
  ];
  const phase = toPhase(LIST, String(values[0]));
  const place = { id: String(values[1]), item: Number(values[2]), limit: input.limit };
  await context.indexer.catchUp(context.scope.projectId);
  const { items, checked, next } =
    phase === 'rows' || phase === 'words'
      ? await verifyRows(context, place)
      : await verifySources(context, { ...place, source: phase });
  return {
    items,
    checked,
    pending: await countPending(context),
    nextCursor: next && toCursor(LIST, [next.phase, next.id, next.item]),
  };
}

async function verifySources(
  { connection: sql, scope, indexer }: StoreContext,
  {
    limit,
    ...place
  }: { source: 'documents' | 'exchanges' | 'prompts'; id: string; item: number; limit: number },
): Promise<Found> {
  const { projectId } = scope;
  const { sources, walked, next } = await walkSources(sql, projectId, { place, limit });
  let missing = await findMissing(sql, projectId, sources);
  if (missing.length > 0) {
    // What was written since the last look may not have been indexed yet.
    await indexer.catchUp(projectId);
    missing = await findMissing(sql, projectId, missing);
  }
  const texts = await readSourceTexts(sql, projectId, missing);
  return {
    items: missing.filter((_, index) => texts[index] !== null).map((source) => toFault('missing', source)),
    checked: walked,
    next: next ? { phase: next.source, id: next.id, item: next.item } : { ...WALK_START, phase: 'rows' },
  };
}

async function findMissing(sql: Sql, projectId: string, sources: readonly Source[]): Promise<Source[]> {
  const rows = await sql.query<{ place: number }>(
    `SELECT w.place::int FROM unnest($2::uuid[], $3::int[]) WITH ORDINALITY AS w(id, item, place)
    WHERE NOT EXISTS (SELECT FROM search_chunk c
      WHERE c.project_id = $1 AND c.source_id = w.id AND c.item = w.item AND c.part <= 0)`,
    [projectId, sources.map(({ id }) => id), sources.map(({ item }) => item)],
  );
  return rows.flatMap(({ place }) => sources[place - 1] ?? []);
}

async function verifyRows(
  { connection, scope }: StoreContext,
  place: { id: string; item: number; limit: number },
): Promise<Found> {
  const { orphans, checked, next } = await findOrphans(connection, scope.projectId, place);
  return {
    items: orphans.map((orphan) => toFault('orphan', orphan)),
    checked,
    next: next && { phase: 'rows', ...next },
  };
}

function toFault(
  fault: SearchFault['fault'],
  { id, item, type }: Pick<Source, 'id' | 'item' | 'type'>,
): SearchFault {
  const version = type === 'a' ? null : type === 'm' ? item - 1 : item;
  return { fault, type: TYPES[type], id, version };
}

async function countPending({ connection, scope }: StoreContext): Promise<number> {
  const [row] = await connection.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM search_pending WHERE project_id = $1',
    [scope.projectId],
  );
  return row?.count ?? 0;
}
