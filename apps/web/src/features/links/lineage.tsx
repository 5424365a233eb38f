import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { formatDocument } from '../../lib/format.ts';
import { useTRPC } from '../../lib/ledger.tsx';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { useRunView } from '../runs/run/run-view.ts';
import { LineageOf } from './lineage-of.tsx';
import { StaleDocuments } from './stale-documents.tsx';

const route = getRouteApi('/runs/$run');

/** What documents of the run were built on, what builds on them, and which are stale. */
export function Lineage() {
  const trpc = useTRPC();
  const { run, at } = useRunView();
  const { document: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    trpc.documents.list.infiniteQueryOptions(
      { runId: run.id, withText: false, limit: 500 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, placeholderData: keepPreviousData },
    ),
  );
  const choose = (documentId: string) =>
    void navigate({ search: (before) => ({ ...before, document: documentId }) });
  const { hasNextPage, isFetching, fetchNextPage } = query;
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const documents = pages.flatMap(({ items }) => items);
        const first = documents[0];
        if (first === undefined) {
          return <Empty title="No documents">What they are built on stands here.</Empty>;
        }
        return (
          <div className="flex min-h-0 grow flex-col">
            {at !== undefined && (
              <p className="border-b bg-warning-surface px-3 py-1.5 text-warning">
                Links lead on to what came later: this is the lineage as it is now.
              </p>
            )}
            <StaleDocuments />
            <div className="grid min-h-0 grow grid-rows-[8rem_1fr] lg:grid-cols-[14rem_1fr] lg:grid-rows-1">
              <VirtualList
                label="Documents to choose from"
                items={documents}
                keyOf={({ id }) => id}
                rowHeight={32}
                hasMore={hasNextPage}
                loadMore={() => {
                  if (!isFetching) void fetchNextPage();
                }}
                onOpen={({ id }) => choose(id)}
                className="min-h-0 border-b lg:border-r lg:border-b-0"
              >
                {(document) => {
                  const isChosen = document.id === (chosen ?? first.id);
                  return (
                    <button
                      type="button"
                      aria-pressed={isChosen}
                      className={cn(
                        'block w-full cursor-pointer truncate px-3 py-1.5 text-left hover:bg-surface',
                        isChosen && 'bg-accent font-medium hover:bg-accent',
                      )}
                      onClick={() => choose(document.id)}
                    >
                      <Visible text={formatDocument(document)} />
                    </button>
                  );
                }}
              </VirtualList>
              <LineageOf documentId={chosen ?? first.id} onChoose={choose} />
            </div>
          </div>
        );
      }}
    </Loaded>
  );
}
