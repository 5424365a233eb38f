import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import { Button } from '../../../ui/button.tsx';
import { EntryLine } from '../../entries/entry-line.tsx';
import { RevisionSlider } from './revision-slider.tsx';
import { useRunView } from './run-view.ts';

const route = getRouteApi('/runs/$run');

/** Which revision of the run is looked at, what wrote it, and whether newer ones have come. */
export function RevisionBar({ seen, onSeen }: { seen: number; onSeen: () => void }) {
  const { at, newest } = useRunView();
  const navigate = route.useNavigate();
  const change = (revision: number | undefined) =>
    void navigate({ search: (before) => ({ ...before, at: revision }), replace: true });
  return (
    <section
      aria-label="Revision"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-surface px-3 py-1.5"
    >
      <RevisionSlider at={at} newest={newest} onChange={change} />
      {at !== undefined ? (
        <>
          <EntryAt revision={at} />
          <Button size="small" onClick={() => change(undefined)}>
            Back to the newest
          </Button>
        </>
      ) : newest > seen ? (
        <>
          <span role="status" className="text-success">
            {newest - seen === 1 ? '1 new entry' : `${newest - seen} new entries`}
          </span>
          <Button size="small" onClick={onSeen}>
            Mark as seen
          </Button>
        </>
      ) : (
        <EntryAt revision={newest} />
      )}
    </section>
  );
}

/** What the revision did. */
function EntryAt({ revision }: { revision: number }) {
  const trpc = useTRPC();
  const { run } = useRunView();
  const { data, isError } = useQuery(
    trpc.entries.list.queryOptions({ runId: run.id, fromRevision: revision, limit: 1, withDetails: true }),
  );
  const entry = data?.items[0];
  return (
    <div className="min-w-0 grow basis-60 truncate">
      {entry?.revision === revision && <EntryLine entry={entry} />}
      {isError && data === undefined && <span className="text-muted-foreground">Not loaded</span>}
    </div>
  );
}
