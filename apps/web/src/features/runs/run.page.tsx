import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { Loaded } from '../../ui/states.tsx';
import { RunShown } from './run/run-shown.tsx';

const route = getRouteApi('/runs/$run');

/** One run, found by its key. Everything in it is asked for by its id, which is what live entries name. */
export function RunPage() {
  const trpc = useTRPC();
  const { run: key } = route.useParams();
  const query = useQuery(trpc.runs.get.queryOptions({ key }));
  return (
    <>
      {query.data === undefined && <h1 className="sr-only">Run</h1>}
      <Loaded query={query}>{(run) => <RunShown key={run.id} found={run} />}</Loaded>
    </>
  );
}
