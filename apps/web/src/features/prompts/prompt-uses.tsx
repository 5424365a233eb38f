import type { Prompt } from '@stepledger/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { moreOf } from '../../lib/lists/more-of.ts';
import { formatStep } from '../../lib/words/format.ts';
import { Ago } from '../../ui/ago.tsx';
import { StatusBadge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { ExchangeLink } from '../exchanges/exchange-link.tsx';

/** The exchanges that were made from a version, the newest first. */
export function PromptUses({ prompt: { name, version } }: { prompt: Prompt }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const query = useInfiniteQuery(
    trpc.prompts.uses.infiniteQueryOptions(
      { name, version, limit: 100 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const uses = pages.flatMap(({ items }) => items);
        if (uses.length === 0) return <Empty title={`Version ${version} was not used yet`} />;
        return (
          <div className="h-96 grow">
            <VirtualList
              label={`Exchanges made from version ${version}`}
              items={uses}
              keyOf={({ exchangeId }) => exchangeId}
              rowHeight={37}
              {...moreOf(query)}
              onOpen={({ exchangeId }) =>
                void navigate({ to: '/exchanges/$exchangeId', params: { exchangeId } })
              }
            >
              {({ exchangeId, run, step, status, openedAt }) => (
                <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-b px-4 py-2">
                  <ExchangeLink exchangeId={exchangeId}>
                    <Visible text={formatStep(step)} />
                  </ExchangeLink>
                  <StatusBadge status={status} />
                  <span className="min-w-0 truncate text-muted-foreground">
                    in{' '}
                    <Link to="/runs/$run" params={{ run: run.key }} className="text-primary hover:underline">
                      <Visible text={run.key} />
                    </Link>
                  </span>
                  <Ago time={openedAt} className="ml-auto" />
                </div>
              )}
            </VirtualList>
          </div>
        );
      }}
    </Loaded>
  );
}
