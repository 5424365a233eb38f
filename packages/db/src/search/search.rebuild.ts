import type { RebuildSearch, SearchService } from '@stepledger/contract';
import { fromCursor, toCursor } from '../cursors.ts';
import { findAnswer, mutateOnce, toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { indexSources } from './indexing/index-sources.ts';
import { findOrphans, removeOrphans } from './indexing/orphans.ts';
import { sweepWords } from './indexing/sweep-words.ts';
import { toPhase, WALK_START, type WalkPlace, walkSources } from './indexing/walk-sources.ts';
import { removeStaleParts, retireVersions } from './indexing/write-rows.ts';

type Input = Parameters<SearchService['rebuild']>[0];

interface Progress {
  readonly indexed: number;
  readonly done: number;
  readonly total: number;
  /** Null at the end. */
  readonly next: {
    readonly phase: Phase;
    readonly id: string;
    readonly item: number;
    readonly word: string;
  } | null;
}
type Phase = WalkPlace['source'] | 'rows' | 'words';

const FIRST = { phase: WALK_START.source, id: WALK_START.id, item: WALK_START.item, word: '' } as const;

/**
 * Indexes the next texts of a project anew, while everybody reads and writes; a repeated call under the same key answers
 * the same.
 *
 * First every text is written over its rows, then rows that have no text any more go, and last the words that none has.
 */
export async function rebuildSearch(context: StoreContext, input: Input): Promise<RebuildSearch> {
  const request = toRequest('search.rebuild', input);
  const known = await findAnswer(context, request);
  if (known !== null) return JSON.parse(known) as RebuildSearch;
  const { indexed, done, total, next } = await rebuildNext(context, input);
  const answer: RebuildSearch = {
    indexed,
    done,
    total: Math.max(done, total),
    nextCursor: next && toCursor(LIST, [next.phase, next.id, next.item, next.word, done, total]),
  };
  return mutateOnce(context, request, async () => answer);
}

const LIST = 'search rebuild';

async function rebuildNext(context: StoreContext, { cursor, limit }: Input): Promise<Progress> {
  const { connection: sql, scope, indexer } = context;
  const { projectId } = scope;
  const values = fromCursor(LIST, ['string', 'uuid', 'number', 'string', 'number', 'number'], cursor);
  if (values === null) await indexer.catchUp(projectId);
  const [phase, id, item, word, done, total] = values ?? [
    ...Object.values(FIRST),
    0,
    await countSources(context),
  ];
  const at = { phase: toPhase(LIST, String(phase)), id: String(id), item: Number(item), word: String(word) };
  const counts = { indexed: 0, done: Number(done), total: Number(total) };
  if (at.phase === 'words') {
    const last = await sweepWords(sql, projectId, { after: at.word, limit });
    return { ...counts, next: last === null ? null : { ...at, word: last } };
  }
  if (at.phase === 'rows') {
    const { orphans, next } = await findOrphans(sql, projectId, { ...at, limit });
    await removeOrphans(sql, projectId, orphans);
    return { ...counts, next: next ? { ...at, ...next } : { ...FIRST, phase: 'words' } };
  }
  const place = { source: at.phase, id: at.id, item: at.item };
  const { sources, walked, next } = await walkSources(sql, projectId, { place, limit });
  await indexSources(sql, projectId, sources);
  await removeStaleParts(sql, projectId, sources);
  if (at.phase === 'documents')
    await retireVersions(sql, projectId, [...new Set(sources.map(({ id: document }) => document))]);
  return {
    indexed: sources.length,
    done: counts.done + walked,
    total: counts.total,
    next: next ? { ...FIRST, phase: next.source, id: next.id, item: next.item } : { ...FIRST, phase: 'rows' },
  };
}

async function countSources({ connection, scope }: StoreContext): Promise<number> {
  const [row] = await connection.query<{ total: number }>(
    `SELECT ((SELECT count(*) FROM document_version WHERE project_id = $1)
      + (SELECT count(*) FROM exchange WHERE project_id = $1)
      + (SELECT count(*) FROM prompt_version WHERE project_id = $1))::int AS total`,
    [scope.projectId],
  );
  return row?.total ?? 0;
}
