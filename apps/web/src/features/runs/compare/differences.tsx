import type { Run, RunDiffItem } from '@stepledger/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { DIFFERENCES } from '../../../app/search-params.ts';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import { moreOf } from '../../../lib/lists/more-of.ts';
import { cn } from '../../../ui/cn.ts';
import { Select } from '../../../ui/input.tsx';
import { Empty, Loaded } from '../../../ui/states.tsx';
import { VirtualList } from '../../../ui/virtual-list.tsx';
import { DifferenceRow } from './difference-row.tsx';
import { DivergenceCard } from './divergence-card.tsx';

const route = getRouteApi('/compare');

export interface Side {
  run: Run;
  /** The newest revision when undefined. */
  at: number | undefined;
}

/** So many differences stand on the page without a height of their own. */
const FEW = 8;
const LABELS = { run: 'the run', step: 'steps', exchange: 'exchanges', document: 'documents' } as const;

/** Where two sides went apart, then all that differs; texts are compared when they are asked for. */
export function Differences({ from, to }: { from: Side; to: Side }) {
  const trpc = useTRPC();
  const { what } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    trpc.runs.diff.infiniteQueryOptions(
      { from: toSide(from), to: toSide(to), withPatches: false, ...(what && { what: [what] }) },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, placeholderData: keepPreviousData },
    ),
  );
  const { hasNextPage } = query;
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items);
        return (
          <>
            <DivergenceCard from={from} to={to} divergence={pages[0]?.divergence ?? null} />
            <section aria-labelledby="differences" className="border-b">
              <div className="flex flex-wrap items-center gap-3 px-3 py-2">
                <h2 id="differences" className="font-medium">
                  Differences
                  <span className="ml-2 text-xs font-normal text-muted-foreground">
                    {items.length}
                    {hasNextPage && '+'}
                  </span>
                </h2>
                <label className="ml-auto flex items-center gap-2 text-muted-foreground">
                  Of
                  <Select
                    value={what ?? ''}
                    onChange={({ target }) =>
                      void navigate({
                        search: (before) => ({
                          ...before,
                          what: DIFFERENCES.find((known) => known === target.value),
                        }),
                        replace: true,
                      })
                    }
                  >
                    <option value="">everything</option>
                    {DIFFERENCES.map((known) => (
                      <option key={known} value={known}>
                        {LABELS[known]}
                      </option>
                    ))}
                  </Select>
                </label>
              </div>
              {items.length === 0 ? (
                <Empty title="Nothing differs" />
              ) : (
                <VirtualList
                  label="Differences"
                  items={items}
                  keyOf={keyOfItem}
                  rowHeight={64}
                  {...moreOf(query)}
                  className={cn('border-t', items.length > FEW ? 'h-[60dvh]' : 'h-auto max-h-[60dvh]')}
                >
                  {(item) => <DifferenceRow item={item} />}
                </VirtualList>
              )}
            </section>
          </>
        );
      }}
    </Loaded>
  );
}

function toSide({ run, at }: Side) {
  // The newest is asked for without a revision, so that what comes later is shown.
  return {
    runId: run.id,
    ...(at !== undefined && at < run.revision && { asOf: { revision: Math.max(at, 1) } }),
  };
}

function keyOfItem(item: RunDiffItem): string {
  switch (item.what) {
    case 'run':
      return 'run';
    case 'step':
      return `step ${JSON.stringify(item.step)}`;
    case 'exchange':
      return `exchange ${item.from?.exchangeId} ${item.to?.exchangeId}`;
    case 'document':
      return `document ${JSON.stringify([item.kind, item.key])}`;
  }
}
