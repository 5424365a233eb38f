import type { PromptUsage } from '@stepledger/client';
import { getRouteApi, Link } from '@tanstack/react-router';
import { formatDuration, formatNumber } from '../../lib/words/format.ts';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Loaded } from '../../ui/states.tsx';
import type { usePromptUsage } from './use-prompt-usage.ts';

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

interface PromptVersionsProps {
  name: string;
  shown: number;
  usage: ReturnType<typeof usePromptUsage>;
}

/** The versions of a prompt, the newest first, with what came of each. */
export function PromptVersions({ name, shown, usage }: PromptVersionsProps) {
  const { list, usages, hasOlder, isReadingOlder, readOlder } = usage;
  return (
    <Loaded query={list}>
      {() => (
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
              {usages.map((each) => (
                <VersionRow key={each.version} name={name} usage={each} isShown={each.version === shown} />
              ))}
            </tbody>
          </table>
          {hasOlder && (
            <Button size="small" className="m-2" disabled={isReadingOlder} onClick={readOlder}>
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
