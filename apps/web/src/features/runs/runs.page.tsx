import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { RUN_STATUSES } from '../../app/search-params.ts';
import { formatAgo, formatTime } from '../../lib/format.ts';
import { useTRPC } from '../../lib/ledger.tsx';
import { StatusBadge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Select } from '../../ui/input.tsx';
import { Loaded } from '../../ui/states.tsx';

const route = getRouteApi('/');

/** The project's runs, newest first. */
export function RunsPage() {
  const trpc = useTRPC();
  const { status, workflow } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    trpc.runs.list.infiniteQueryOptions(
      { limit: 50, ...(status && { status }), ...(workflow && { workflow }) },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  return (
    <>
      <title>Runs · Stepledger</title>
      <div className="flex items-center gap-2 border-b p-3">
        <h1 className="text-base font-semibold">Runs</h1>
        <label className="ml-auto flex items-center gap-2 text-muted-foreground">
          Status
          <Select
            value={status ?? ''}
            onChange={({ target }) =>
              void navigate({ search: { status: RUN_STATUSES.find((known) => known === target.value) } })
            }
          >
            <option value="">all</option>
            {RUN_STATUSES.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </Select>
        </label>
      </div>
      <Loaded query={query}>
        {({ pages }) => (
          <ul>
            {pages
              .flatMap(({ items }) => items)
              .map((run) => (
                <li key={run.id} className="flex items-center gap-3 border-b px-3 py-2">
                  <Link to="/runs/$run" params={{ run: run.key }} className="font-medium hover:underline">
                    <Visible text={run.key} />
                  </Link>
                  <span className="truncate text-muted-foreground">
                    <Visible text={run.goal ?? ''} />
                  </span>
                  <time className="ml-auto text-xs text-muted-foreground" title={formatTime(run.createdAt)}>
                    {formatAgo(run.createdAt, Date.now())}
                  </time>
                  <StatusBadge status={run.status} />
                </li>
              ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}
