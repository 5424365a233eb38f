import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useRef } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatNumber } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded, QueryFailure } from '../../ui/states.tsx';
import { SubtaskCard, type SubtaskCardProps } from './subtask-card.tsx';
import { type Scope, SUBTASK_STATUSES, useHolds } from './use-subtasks.ts';

const LABELS = {
  open: 'Open',
  in_progress: 'In progress',
  done: 'Done',
  dropped: 'Dropped',
  none: 'Without status',
};
const PAGE = 50;

/** A column for each status; what is open, or has no status, is ready, held, or waits for what it depends on. */
export function SubtaskBoard({ scope }: { scope: Scope }) {
  const holds = useHolds(scope);
  const followed = useRef<string>(null);
  return (
    <>
      {holds.queries.map((query, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: these two, always in this order.
        <QueryFailure key={index} query={query} />
      ))}
      <div className="grid grow grid-cols-[minmax(0,1fr)] gap-3 p-3 sm:grid-cols-2 xl:grid-cols-5">
        {([...SUBTASK_STATUSES, null] as const).map((status) => (
          <Column key={status ?? 'none'} status={status} scope={scope} holds={holds} followed={followed} />
        ))}
      </div>
    </>
  );
}

interface ColumnProps {
  /** Null for the documents that have none: there is no list of those alone. */
  status: (typeof SUBTASK_STATUSES)[number] | null;
  scope: Scope;
  holds: ReturnType<typeof useHolds>;
  followed: SubtaskCardProps['followed'];
}

function Column({ status, scope, holds, followed }: ColumnProps) {
  const trpc = useTRPC();
  const heading = useId();
  const query = useInfiniteQuery(
    trpc.documents.list.infiniteQueryOptions(
      { ...scope, ...(status && { status }), withText: false, limit: PAGE },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const documents = data?.pages
    .flatMap(({ items }) => items)
    .filter((document) => document.status === status);
  return (
    <section aria-labelledby={heading} className="rounded-md border bg-surface">
      <h2 id={heading} className="border-b px-3 py-2 font-semibold">
        {LABELS[status ?? 'none']}{' '}
        {documents !== undefined && (
          <span className="font-normal text-muted-foreground">
            {formatNumber(documents.length)}
            {hasNextPage && ' or more'}
          </span>
        )}
      </h2>
      <Loaded query={query}>
        {() => (
          <>
            <ul className="grid gap-2 p-2">
              {documents?.map((document) => (
                <li key={document.id}>
                  <SubtaskCard
                    document={document}
                    followed={followed}
                    hold={holds.holds.get(document.id)}
                    isReady={holds.ready.has(document.id) ? true : holds.isReadyKnown ? false : undefined}
                  />
                </li>
              ))}
            </ul>
            {hasNextPage && (
              <Button
                size="small"
                className="m-2 mt-0"
                disabled={isFetchingNextPage}
                onClick={() => void fetchNextPage()}
              >
                More
              </Button>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}
