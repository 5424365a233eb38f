import type { Change, Entry } from '@stepledger/client';
import { formatDocument, formatStep } from '../../lib/format.ts';
import { Ago } from '../../ui/ago.tsx';
import { Visible } from '../../ui/exact-text.tsx';

/** At most so many changes of an entry stand in its line. */
const MAX_CHANGES = 3;

/** What an entry did, who did it and when, in a line. */
export function EntryLine({ entry }: { entry: Entry }) {
  const more = entry.changes.length - MAX_CHANGES;
  return (
    <span className="inline-flex max-w-full items-baseline gap-2">
      <code className="shrink-0 text-xs">
        <Visible text={entry.kind} />
      </code>
      <span className="truncate">
        <Visible text={entry.changes.slice(0, MAX_CHANGES).map(describeChange).join(' · ')} />
        {more > 0 && ` · and ${more} more`}
      </span>
      <span className="max-w-40 shrink-0 truncate text-xs text-muted-foreground">
        by <Visible text={entry.actor} />
      </span>
      <Ago time={entry.at} className="shrink-0" />
    </span>
  );
}

function describeChange({ what, change, version, detail }: Change): string {
  const name = detail?.document
    ? formatDocument(detail.document)
    : what === 'step' && detail?.step
      ? formatStep(detail.step)
      : '';
  const numbered = version === undefined ? '' : ` v${version}`;
  return `${what}${name === '' ? '' : ` ${name}`}${numbered}: ${change}`;
}
