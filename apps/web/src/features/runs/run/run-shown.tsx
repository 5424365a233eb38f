import type { Run } from '@stepledger/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import { toVisible } from '../../../lib/words/visible.ts';
import { Loading, QueryFailure } from '../../../ui/states.tsx';
import { StepsPanel } from '../../steps/steps-panel.tsx';
import { useSteps } from '../../steps/use-steps.ts';
import { RevisionBar } from './revision-bar.tsx';
import { RunHeader } from './run-header.tsx';
import { RunTabs } from './run-tabs.tsx';
import { type RunView, RunViewContext, readStep } from './run-view.ts';

const route = getRouteApi('/runs/$run');

/** A run, live at its newest revision or as of an earlier one: steps on the left, what they made on the right. */
export function RunShown({ found }: { found: Run }) {
  const trpc = useTRPC();
  const search = route.useSearch();
  const runId = found.id;
  const current = useQuery(trpc.runs.get.queryOptions({ runId }, { initialData: found }));
  const { data: newest } = current;
  /** The revision up to which the reader has seen it. */
  const [seen, setSeen] = useState(found.revision);
  const at = toRevision(search.at, newest.revision);
  const asOf = at === undefined ? {} : { asOf: { revision: at } };
  const past = useQuery(
    trpc.runs.get.queryOptions(
      { runId, ...asOf },
      { enabled: at !== undefined, placeholderData: keepPreviousData },
    ),
  );
  const steps = useSteps({ runId, ...asOf });
  const run = at === undefined ? newest : past.data;
  if (run === undefined) return past.isPending ? <Loading /> : <QueryFailure query={past} />;
  const view: RunView = {
    run,
    newest: newest.revision,
    at,
    asOf,
    step: search.step === undefined ? undefined : (steps.find(search.step) ?? readStep(search.step)),
    isNew: (revision) => revision !== null && (at === undefined ? revision > seen : revision === at),
  };
  return (
    <RunViewContext value={view}>
      <title>{`${toVisible(run.key)} · Stepledger`}</title>
      <div className="flex min-h-full flex-col md:h-full">
        <RunHeader />
        <QueryFailure query={current} />
        <RevisionBar seen={seen} onSeen={() => setSeen(newest.revision)} />
        <div className="grid min-h-0 grow grid-rows-[16rem_80dvh] md:grid-cols-[20rem_1fr] md:grid-rows-1">
          <StepsPanel steps={steps} />
          <RunTabs />
        </div>
      </div>
    </RunViewContext>
  );
}

/** A run begins at revision 1, and what is not there yet is the newest. */
function toRevision(at: number | undefined, newest: number): number | undefined {
  return at === undefined || at >= newest ? undefined : Math.max(at, 1);
}
