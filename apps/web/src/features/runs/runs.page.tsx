import { getRouteApi } from '@tanstack/react-router';
import { lazyPart } from '../../lib/lazy-part.ts';
import { useLedger, useTRPC } from '../../lib/ledger/ledger.tsx';
import { pagesOf } from '../../lib/lists/pages-of.ts';
import { useRowPages } from '../../lib/lists/use-row-pages.ts';
import { Button } from '../../ui/button.tsx';
import { Part } from '../../ui/part.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { RunsFilters } from './table/runs-filters.tsx';
import { RunsTable } from './table/runs-table.tsx';

const route = getRouteApi('/');
const QuickStart = lazyPart(async () => (await import('./table/quick-start.tsx')).QuickStart);

/** The project's runs, newest first. */
export function RunsPage() {
  const trpc = useTRPC();
  const { ledger } = useLedger();
  const { status, workflow, order } = route.useSearch();
  const navigate = route.useNavigate();
  const input = { ...(status && { status }), ...(workflow && { workflow }), ...(order && { order }) };
  const query = pagesOf(trpc.runs.overview, ledger.runs.overview, input);
  const list = useRowPages({
    input,
    query,
    keyOf: ({ id }) => id,
  });
  const isFiltered = status !== undefined || workflow !== undefined;
  return (
    <div className="flex h-full flex-col">
      <title>Runs · Stepledger</title>
      <div className="flex flex-wrap items-center gap-3 border-b p-3">
        <h1 className="text-base font-semibold">Runs</h1>
        <RunsFilters />
      </div>
      <Loaded query={list}>
        {({ rows, items }) => {
          if (rows.length > 0) {
            return <RunsTable name={JSON.stringify(input)} rows={rows} runs={items} onSight={list.onSight} />;
          }
          if (!isFiltered) {
            return (
              <Part>
                <QuickStart />
              </Part>
            );
          }
          return (
            <Empty title="No run is like that">
              <Button onClick={() => void navigate({ search: {} })}>Show all runs</Button>
            </Empty>
          );
        }}
      </Loaded>
    </div>
  );
}
