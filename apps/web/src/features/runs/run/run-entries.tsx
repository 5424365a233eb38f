import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import { Button } from '../../../ui/button.tsx';
import { VirtualList } from '../../../ui/virtual-list.tsx';
import { EntryLine } from '../../entries/entry-line.tsx';
import { ForkButton } from './fork-button.tsx';
import { NewMark } from './new-mark.tsx';
import { useRunView } from './run-view.ts';

const PAGE = 100;
/** A row that is only passed by while scrolling is not asked for. */
const REST_MS = 80;
/** Pages out of sight are forgotten soon: a ledger may be long. */
const FORGET_MS = 30_000;

const route = getRouteApi('/runs/$run');

/** The ledger itself, newest first. As revisions have no gap, any part of it can be read without those before. */
export function RunEntries() {
  const { at, newest } = useRunView();
  const navigate = route.useNavigate();
  const top = at ?? newest;
  const revisions = useMemo(() => Array.from({ length: top }, (_, index) => top - index), [top]);
  return (
    <VirtualList
      label="Entries"
      items={revisions}
      keyOf={String}
      rowHeight={40}
      onOpen={(revision) => void navigate({ search: (before) => ({ ...before, at: revision }) })}
      className="min-h-0 grow"
    >
      {(revision) => <EntryRow revision={revision} />}
    </VirtualList>
  );
}

function EntryRow({ revision }: { revision: number }) {
  const trpc = useTRPC();
  const { run } = useRunView();
  const navigate = route.useNavigate();
  const [isResting, setResting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setResting(true), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  const fromRevision = revision - ((revision - 1) % PAGE);
  const { data: entry, error } = useQuery(
    trpc.entries.list.queryOptions(
      { runId: run.id, fromRevision, limit: PAGE, withDetails: true },
      {
        select: ({ items }) => items.find((item) => item.revision === revision),
        gcTime: FORGET_MS,
        enabled: isResting,
      },
    ),
  );
  return (
    <div className="flex h-10 items-center gap-3 border-b px-3 hover:bg-surface">
      <Button
        size="small"
        variant="ghost"
        className="min-w-12 justify-end text-muted-foreground tabular-nums"
        aria-label={`Show the run as of revision ${revision}`}
        onClick={() => void navigate({ search: (before) => ({ ...before, at: revision }) })}
      >
        {revision}
      </Button>
      <NewMark revision={revision} />
      <div className="min-w-0 grow truncate">
        {entry !== undefined ? (
          <EntryLine entry={entry} />
        ) : (
          <span className="text-muted-foreground">{error === null ? 'Loading…' : 'Not loaded'}</span>
        )}
      </div>
      <ForkButton from={{ revision }} small />
    </div>
  );
}
