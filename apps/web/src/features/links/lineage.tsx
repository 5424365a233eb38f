import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { moreOf } from '../../lib/lists/more-of.ts';
import { formatDocument } from '../../lib/words/format.ts';
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
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    trpc.documents.list.infiniteQueryOptions(
      { runId: run.id, withText: false, limit: 500 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, placeholderData: keepPreviousData },
    ),
  );
  const { data } = query;
  const documents = data?.pages.flatMap(({ items }) => items) ?? [];
  // What came last was built on most. Another that comes while it is looked at does not take its place.
  const [first, setFirst] = useState<string | null>(null);
  const last = documents.at(-1);
  if (first === null && last !== undefined) setFirst(last.id);
  const chosen = search.document ?? first;
  const choose = (documentId: string) =>
    void navigate({ search: (before) => ({ ...before, document: documentId, version: undefined }) });
  if (data !== undefined && chosen === null) {
    return <Empty title="No documents">What they are built on stands here.</Empty>;
  }
  return (
    <Loaded query={query}>
      {() => (
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
              {...moreOf(query)}
              onOpen={({ id }) => choose(id)}
              className="min-h-0 border-b lg:border-r lg:border-b-0"
            >
              {(document) => (
                <button
                  type="button"
                  aria-pressed={document.id === chosen}
                  className={cn(
                    'block w-full cursor-pointer truncate px-3 py-1.5 text-left -outline-offset-2 hover:bg-surface',
                    document.id === chosen && 'bg-accent font-medium hover:bg-accent',
                  )}
                  onClick={() => choose(document.id)}
                >
                  <Visible text={formatDocument(document)} />
                </button>
              )}
            </VirtualList>
            {chosen !== null && (
              <LineageOf
                documentId={chosen}
                version={search.version}
                onChoose={(documentId, version) =>
                  void navigate({ search: (before) => ({ ...before, document: documentId, version }) })
                }
              />
            )}
          </div>
        </div>
      )}
    </Loaded>
  );
}
