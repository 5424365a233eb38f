import type { PromptUsage } from '@stepledger/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { formatDuration, formatNumber } from '../../lib/format.ts';
import { useTRPC } from '../../lib/ledger.tsx';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Loaded } from '../../ui/states.tsx';
import { PROMPTS_RENEW_MS } from './renew-prompts.ts';

const route = getRouteApi('/prompts/$name');

const HEADERS = [
  'Version',
  'Labels',
  'Exchanges',
  'Parses that succeed',
  'Tokens',
  'p50',
  'p95',
  'Last used',
];

/** The versions of a prompt, the newest first, with what came of each. */
export function PromptVersions({ name, shown }: { name: string; shown: number }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.prompts.usage.infiniteQueryOptions(
      { name, limit: 20 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, refetchInterval: PROMPTS_RENEW_MS },
    ),
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return (
    <Loaded query={query}>
      {({ pages }) => (
        <ScrollRegion aria-label="Versions" className="h-auto max-h-72 border-b">
          <table className="w-full tabular-nums">
            <thead className="bg-surface text-xs text-muted-foreground">
              <tr>
                {HEADERS.map((header) => (
                  <th key={header} scope="col" className="px-3 py-2 text-left font-medium whitespace-nowrap">
                    {header}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {pages
                .flatMap(({ items }) => items)
                .map((usage) => (
                  <VersionRow
                    key={usage.version}
                    name={name}
                    usage={usage}
                    isShown={usage.version === shown}
                  />
                ))}
            </tbody>
          </table>
          {hasNextPage && (
            <Button
              size="small"
              className="m-2"
              disabled={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              Older versions
            </Button>
          )}
        </ScrollRegion>
      )}
    </Loaded>
  );
}

function VersionRow({ name, usage, isShown }: { name: string; usage: PromptUsage; isShown: boolean }) {
  const { view } = route.useSearch();
  const { version, labels, exchanges, cut, totalTokens, totalMs, lastUsedAt } = usage;
  return (
    <tr className={cn('border-t', isShown && 'bg-accent text-accent-foreground')}>
      <th scope="row" className="px-3 py-1.5 text-left font-medium">
        <Link
          to="/prompts/$name"
          params={{ name }}
          search={{ view, version }}
          aria-current={isShown ? 'true' : undefined}
          className="text-primary hover:underline"
        >
          v{version}
        </Link>
      </th>
      <td className="px-3 py-1.5">
        <span className="flex gap-1">
          {labels.map((label) => (
            <Badge key={label} tone="accent" className="max-w-40 truncate">
              <Visible text={label} />
            </Badge>
          ))}
        </span>
      </td>
      <td className="px-3 py-1.5 whitespace-nowrap">
        {formatNumber(exchanges)}
        {cut && ' newest'}
      </td>
      <td className="px-3 py-1.5 whitespace-nowrap">{formatSuccess(usage)}</td>
      <td className="px-3 py-1.5">{formatNumber(totalTokens)}</td>
      <td className="px-3 py-1.5 whitespace-nowrap">{totalMs ? formatDuration(totalMs.p50) : '–'}</td>
      <td className="px-3 py-1.5 whitespace-nowrap">{totalMs ? formatDuration(totalMs.p95) : '–'}</td>
      <td className="px-3 py-1.5 whitespace-nowrap">
        {lastUsedAt === null ? 'never' : <Ago time={lastUsedAt} className={isShown ? 'text-inherit' : ''} />}
      </td>
    </tr>
  );
}

/** Of the exchanges whose response was read, those whose last parse succeeded: `50 % (1 of 2)`. */
function formatSuccess({ parsed, parseFailed }: PromptUsage): string {
  const seen = parsed + parseFailed;
  if (seen === 0) return '–';
  return `${Math.round((parsed / seen) * 1000) / 10} % (${formatNumber(parsed)} of ${formatNumber(seen)})`;
}
