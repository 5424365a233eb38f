import { Link } from '@tanstack/react-router';
import { Ago } from '../../ui/ago.tsx';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { toEntryWords } from './entry-words.ts';
import type { ShownLiveEntry } from './use-live-feed.ts';

/** What an entry did, in which run and step, who did it and when. */
export function LiveRow({ shown: { entry, runKey, isNew } }: { shown: ShownLiveEntry }) {
  const { words, steps, error, failed } = toEntryWords(entry);
  return (
    <div
      className={cn(
        'grid gap-0.5 border-b border-l-4 border-l-transparent px-3 py-2',
        isNew && 'border-l-primary',
      )}
    >
      <div className="flex flex-wrap items-baseline gap-x-3 md:flex-nowrap">
        <Link
          to="/runs/$run"
          params={{ run: runKey }}
          search={{ at: entry.revision }}
          className="max-w-full shrink-0 truncate font-medium text-primary hover:underline md:w-64"
        >
          <Visible text={runKey} />
        </Link>
        <span className={cn('min-w-0 break-words', failed && 'text-danger')}>
          <Visible text={words} />
        </span>
        {steps.length > 0 && (
          <span className="max-w-48 shrink-0 truncate text-xs text-muted-foreground">
            <Visible text={steps.join(', ')} />
          </span>
        )}
        <span className="ml-auto flex shrink-0 items-baseline gap-3 text-xs text-muted-foreground">
          {isNew && <span className="sr-only">new</span>}
          <code className="hidden xl:inline">
            <Visible text={entry.kind} />
          </code>
          <span className="max-w-32 truncate">
            <Visible text={entry.actor} />
          </span>
          <Ago time={entry.at} />
        </span>
      </div>
      {error !== null && (
        <p className="line-clamp-2 text-xs break-words text-danger">
          <Visible text={error} />
        </p>
      )}
    </div>
  );
}
