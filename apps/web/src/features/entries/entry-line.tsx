import type { Entry } from '@stepledger/client';
import { Ago } from '../../ui/ago.tsx';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { toEntryWords } from './entry-words.ts';

/** What an entry did, in which steps, by which call, who did it and when, in a line. */
export function EntryLine({ entry }: { entry: Entry }) {
  const { words, steps, failed } = toEntryWords(entry);
  return (
    <span className="flex min-w-0 items-baseline gap-3">
      <span className={cn('min-w-0 truncate', failed && 'text-danger')}>
        <Visible text={words} />
      </span>
      {steps.length > 0 && (
        <span className="max-w-48 shrink-[2] truncate text-xs text-muted-foreground">
          <Visible text={steps.join(', ')} />
        </span>
      )}
      <span className="ml-auto flex shrink-0 items-baseline gap-3 text-xs text-muted-foreground">
        <code className="hidden lg:inline">
          <Visible text={entry.kind} />
        </code>
        <span className="max-w-32 truncate">
          <Visible text={entry.actor} />
        </span>
        <Ago time={entry.at} />
      </span>
    </span>
  );
}
