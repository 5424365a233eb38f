import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useLedger, useTRPC } from '../../../lib/ledger/ledger.tsx';
import { formatCount } from '../../../lib/words/format.ts';
import { Ago } from '../../../ui/ago.tsx';
import { StatusBadge } from '../../../ui/badge.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { LiveDot } from '../table/live-dot.tsx';
import { tokensOf } from '../tokens-of.ts';
import { ForkButton } from './fork-button.tsx';
import { useRunView } from './run-view.ts';

export function RunHeader() {
  const { run, at } = useRunView();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1 border-b p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 text-base font-semibold wrap-anywhere">
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

/** How often the sums are renewed while the run goes on: summing up a long run takes a while. */
const SUM_MS = 5_000;

/** What was done in it; there is no such sum of the past. */
function Work() {
  const { ledger } = useLedger();
  const { run, at, newest } = useRunView();
  // Under a key that live entries do not touch: all else that they renew would wait for it.
  const { data } = useQuery({
    queryKey: ['work of a run', run.id],
    queryFn: async ({ signal }) => {
      const { runs } = await ledger.runs.work({ runIds: [run.id] }, { signal });
      return { work: runs[0], revision: newest };
    },
    enabled: at === undefined,
    refetchInterval: ({ state }) => (state.data?.revision === newest ? false : SUM_MS),
  });
  const work = data?.work;
  if (work === undefined || at !== undefined) return null;
  const more = { more: work.cut };
  return (
    <>
      <span>{formatCount(work.exchanges, 'exchange', more)}</span>
      <span>{formatCount(work.documents, 'document', more)}</span>
      <span>{formatCount(tokensOf(work), 'token', more)}</span>
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
