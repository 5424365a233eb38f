import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import { Empty, Loading, QueryFailure } from '../../../ui/states.tsx';
import { Differences } from './differences.tsx';
import { SidePicker } from './side-picker.tsx';
import { WorkTable } from './work-table.tsx';

const route = getRouteApi('/compare');

/** Two runs, or one at two revisions, side by side: where they went apart, why, and all that differs. */
export function ComparePage() {
  const trpc = useTRPC();
  const { from, to, fromAt, toAt } = route.useSearch();
  const left = useQuery(trpc.runs.get.queryOptions({ key: from ?? '-' }, { enabled: from !== undefined }));
  const right = useQuery(trpc.runs.get.queryOptions({ key: to ?? '-' }, { enabled: to !== undefined }));
  const error = left.error ?? right.error;
  return (
    <div className="flex min-h-full flex-col">
      <title>Compare · Stepledger</title>
      <div className="grid gap-2 border-b p-3">
        <h1 className="text-base font-semibold">Compare</h1>
        <div className="grid gap-3 md:grid-cols-2">
          <SidePicker side="from" run={left.data} />
          <SidePicker side="to" run={right.data} />
        </div>
      </div>
      <QueryFailure query={left} />
      <QueryFailure query={right} />
      {from === undefined || to === undefined ? (
        <Empty title="Choose two runs">
          Or one run twice, at two revisions. The first is what the second is compared with.
        </Empty>
      ) : left.data !== undefined && right.data !== undefined ? (
        <>
          <Differences from={{ run: left.data, at: fromAt }} to={{ run: right.data, at: toAt }} />
          {left.data.id !== right.data.id && <WorkTable runIds={[left.data.id, right.data.id]} />}
        </>
      ) : (
        error === null && <Loading />
      )}
    </div>
  );
}
