import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatCount } from '../../../lib/format.ts';
import { useTRPC } from '../../../lib/ledger.tsx';
import { Ago } from '../../../ui/ago.tsx';
import { StatusBadge } from '../../../ui/badge.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { LiveDot } from '../table/live-dot.tsx';
import { ForkButton } from './fork-button.tsx';
import { useRunView } from './run-view.ts';

export function RunHeader() {
  const { run, at } = useRunView();
  return (
    <div className="grid gap-1 border-b p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 truncate text-base font-semibold">
          <Visible text={run.key} />
        </h1>
        <StatusBadge status={run.status} />
        {at === undefined && <LiveDot run={run} />}
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Link to="/subtasks/$run" params={{ run: run.key }} className="text-primary hover:underline">
            Subtasks
          </Link>
          <Link
            to="/compare"
            search={run.origin === null ? { from: run.key } : { to: run.key }}
            className="text-primary hover:underline"
          >
            Compare
          </Link>
          <ForkButton from={{ revision: at ?? run.revision }} />
        </div>
      </div>
      {run.goal !== null && run.goal !== '' && (
        <p className="line-clamp-2 max-w-prose break-words whitespace-pre-wrap">
          <Visible text={run.goal} />
        </p>
      )}
      <p className="flex flex-wrap items-center gap-x-3 text-xs text-muted-foreground">
        {run.workflow !== null && (
          <span>
            Workflow <Visible text={run.workflow.name} /> v{run.workflow.version}
          </span>
        )}
        {run.origin !== null && <Origin runId={run.origin.runId} revision={run.origin.revision} />}
        <span>
          Started <Ago time={run.createdAt} />
        </span>
        <span>
          Changed <Ago time={run.updatedAt} />
        </span>
        <Work />
      </p>
    </div>
  );
}

/** What was done in it; there is no such sum of the past. */
function Work() {
  const trpc = useTRPC();
  const { run, at } = useRunView();
  const { data } = useQuery(trpc.runs.work.queryOptions({ runIds: [run.id] }, { enabled: at === undefined }));
  const work = data?.runs[0];
  if (work === undefined || at !== undefined) return null;
  const more = { more: work.cut };
  return (
    <>
      <span>{formatCount(work.exchanges, 'exchange', more)}</span>
      <span>{formatCount(work.documents, 'document', more)}</span>
      <span>{formatCount(work.totalTokens, 'token', more)}</span>
      {work.failedParses > 0 && (
        <span className="text-danger">{formatCount(work.failedParses, 'failed parse', more)}</span>
      )}
    </>
  );
}

function Origin({ runId, revision }: { runId: string; revision: number }) {
  const trpc = useTRPC();
  const { run } = useRunView();
  // It may have been deleted since.
  const { data: origin } = useQuery(trpc.runs.get.queryOptions({ runId }));
  if (origin === undefined) return <span>Fork of a run at revision {revision}</span>;
  return (
    <span>
      Fork of{' '}
      <Link
        to="/runs/$run"
        params={{ run: origin.key }}
        search={{ at: revision }}
        className="text-primary underline"
      >
        <Visible text={origin.key} />
      </Link>{' '}
      at revision {revision},{' '}
      <Link to="/compare" search={{ from: origin.key, to: run.key }} className="text-primary underline">
        compare
      </Link>
    </span>
  );
}
