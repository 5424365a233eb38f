import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { lazyPart } from '../../lib/lazy-part.ts';
import { useTRPC } from '../../lib/ledger.tsx';
import { moreOf } from '../../lib/more-of.ts';
import { Button } from '../../ui/button.tsx';
import { Part } from '../../ui/part.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { RunsFilters } from './table/runs-filters.tsx';
import { RunsTable } from './table/runs-table.tsx';

const route = getRouteApi('/');
const QuickStart = lazyPart(async () => (await import('./table/quick-start.tsx')).QuickStart);

/** The project's runs, newest first. */
export function RunsPage() {
  const trpc = useTRPC();
  const { status, workflow, order } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    trpc.runs.overview.infiniteQueryOptions(
      { limit: 50, ...(status && { status }), ...(workflow && { workflow }), ...(order && { order }) },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, placeholderData: keepPreviousData },
    ),
  );
  const { data } = query;
  // While it is read again, a run may have moved from one page to another.
  const runs = useMemo(
    () => [
      ...new Map((data?.pages ?? []).flatMap(({ items }) => items).map((run) => [run.id, run])).values(),
    ],
    [data],
  );
  const isFiltered = status !== undefined || workflow !== undefined;
  return (
    <div className="flex h-full flex-col">
      <title>Runs · Stepledger</title>
      <div className="flex flex-wrap items-center gap-3 border-b p-3">
        <h1 className="text-base font-semibold">Runs</h1>
        <RunsFilters />
      </div>
      <Loaded query={query}>
        {() => {
          if (runs.length > 0) {
            return <RunsTable runs={runs} {...moreOf(query)} />;
          }
          if (!isFiltered) {
            return (
              <Part>
                <QuickStart />
              </Part>
            );
          }
          return (
            <Empty title="No run is like that">
              <Button onClick={() => void navigate({ search: {} })}>Show all runs</Button>
            </Empty>
          );
        }}
      </Loaded>
    </div>
  );
}
