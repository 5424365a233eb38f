import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger.tsx';
import { StatusBadge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Loaded } from '../../ui/states.tsx';

const route = getRouteApi('/runs/$run');

export function RunPage() {
  const trpc = useTRPC();
  const { run: key } = route.useParams();
  const query = useQuery(trpc.runs.get.queryOptions({ key }));
  return (
    <Loaded query={query}>
      {(run) => (
        <>
          <title>{`${run.key} · Stepledger`}</title>
          <div className="flex items-center gap-2 border-b p-3">
            <h1 className="text-base font-semibold">
              <Visible text={run.key} />
            </h1>
            <StatusBadge status={run.status} />
          </div>
        </>
      )}
    </Loaded>
  );
}
