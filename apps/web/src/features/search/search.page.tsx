import type { SearchPage as SearchPageOfHits } from '@stepledger/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { moreOf } from '../../lib/lists/more-of.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { hitHref, hitKey } from './hit-target.ts';
import { SearchBox } from './search-box.tsx';
import { SearchFacets } from './search-facets.tsx';
import { SearchHitRow } from './search-hit-row.tsx';

const route = getRouteApi('/search');

/** One box over documents, prompts and responses. */
export function SearchPage() {
  const { q } = route.useSearch();
  return (
    <div className="flex h-full flex-col">
      <title>{q === undefined ? 'Search · Stepledger' : `${toVisible(q)} · Search · Stepledger`}</title>
      <div className="flex flex-wrap items-center gap-3 border-b p-3">
        <h1 className="text-base font-semibold">Search</h1>
        <SearchBox />
      </div>
      {q === undefined ? (
        <Empty title="Search everything">
          Documents, prompts, messages and raw responses of this project, right after they were written.
        </Empty>
      ) : (
        <SearchResults q={q} />
      )}
    </div>
  );
}

function SearchResults({ q }: { q: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { in: source, mode, order, versions, workflow, step, kind } = route.useSearch();
  const query = useInfiniteQuery(
    trpc.search.query.infiniteQueryOptions(
      {
        text: q,
        ...(source && { in: [source] }),
        mode,
        order,
        versions,
        filter: { workflow, step, kind },
        limit: 30,
      },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        placeholderData: keepPreviousData,
        // Asked again, it finds what was written since. While it is read, nothing moves.
        staleTime: 0,
      },
    ),
  );
  const { hasNextPage, isFetching, isPlaceholderData } = query;
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const [first] = pages;
        const hits = pages.flatMap(({ items }) => items);
        return (
          <div className={cn('flex grow flex-col', isPlaceholderData && 'opacity-60')} aria-busy={isFetching}>
            {first?.facets && <SearchFacets facets={first.facets} />}
            {first && <Remarks page={first} />}
            {hits.length === 0 && !hasNextPage ? (
              <Empty title="Nothing found">Fewer words, or “With typos”, find more.</Empty>
            ) : (
              <div className="min-h-80 grow basis-0">
                <VirtualList
                  label="What was found"
                  items={hits}
                  keyOf={hitKey}
                  rowHeight={84}
                  {...moreOf(query)}
                  onOpen={(hit) => router.history.push(hitHref(hit))}
                >
                  {(hit) => <SearchHitRow hit={hit} />}
                </VirtualList>
              </div>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

/** What the reader should know of how these were found. */
function Remarks({ page: { ranking, corrections, complete } }: { page: SearchPageOfHits }) {
  const taken = corrections.filter((correction) => correction.taken.length > 0);
  if (complete && taken.length === 0 && (ranking === null || ranking.complete)) return null;
  return (
    <div className="grid gap-1 border-b px-4 py-2 text-xs text-muted-foreground">
      {!complete && <p>Older texts are still being indexed: some matches may be missing.</p>}
      {ranking !== null && !ranking.complete && (
        <p>The best of the newest {ranking.compared} matches come first.</p>
      )}
      {taken.map(({ word, taken: words }) => (
        <p key={word}>
          “<Visible text={word} />” was also taken for <Visible text={words.join(', ')} />.
        </p>
      ))}
    </div>
  );
}
