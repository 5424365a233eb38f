import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger.tsx';
import { moreOf } from '../../lib/more-of.ts';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { PROMPTS_RENEW_MS } from './renew-prompts.ts';

/** The project's predefined prompts at their newest versions. */
export function PromptsPage() {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const query = useInfiniteQuery(
    trpc.prompts.list.infiniteQueryOptions(
      { withTemplate: false, limit: 100 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, refetchInterval: PROMPTS_RENEW_MS },
    ),
  );
  return (
    <div className="flex h-full flex-col">
      <title>Prompts · Stepledger</title>
      <div className="border-b p-3">
        <h1 className="text-base font-semibold">Prompts</h1>
      </div>
      <Loaded query={query}>
        {({ pages }) => {
          const prompts = pages.flatMap(({ items }) => items);
          if (prompts.length === 0) {
            return (
              <Empty title="No prompts yet">
                A prompt that is saved by name can be used in any run:{' '}
                <code>ledger.prompts.put({'{ name, template }'})</code>
              </Empty>
            );
          }
          return (
            <div className="flex min-h-0 grow flex-col">
              <VirtualList
                label="Prompts"
                items={prompts}
                keyOf={({ id }) => id}
                rowHeight={41}
                {...moreOf(query)}
                onOpen={({ name }) => void navigate({ to: '/prompts/$name', params: { name } })}
                className="min-h-0 grow"
              >
                {(prompt) => (
                  <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-b px-4 py-2.5">
                    <Link
                      to="/prompts/$name"
                      params={{ name: prompt.name }}
                      className="min-w-0 font-medium break-words text-primary hover:underline"
                    >
                      <Visible text={prompt.name} />
                    </Link>
                    <span className="text-xs text-muted-foreground">v{prompt.version}</span>
                    {prompt.labels.map((label) => (
                      <Badge key={label} tone="accent" className="max-w-40 truncate">
                        <Visible text={label} />
                      </Badge>
                    ))}
                    <span className="max-w-96 truncate text-muted-foreground">
                      <Visible text={prompt.note ?? ''} />
                    </span>
                    <Ago time={prompt.createdAt} className="ml-auto" />
                  </div>
                )}
              </VirtualList>
            </div>
          );
        }}
      </Loaded>
    </div>
  );
}
