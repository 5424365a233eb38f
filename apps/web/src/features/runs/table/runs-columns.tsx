import type { RunOverview } from '@stepledger/client';
import { Link } from '@tanstack/react-router';
import { createColumnHelper, tableFeatures } from '@tanstack/react-table';
import { formatDuration, formatNumber, formatStep } from '../../../lib/words/format.ts';
import { useNow } from '../../../lib/words/use-now.ts';
import { toVisible } from '../../../lib/words/visible.ts';
import { Ago } from '../../../ui/ago.tsx';
import { Badge, StatusBadge } from '../../../ui/badge.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { tokensOf } from '../tokens-of.ts';
import { CompareLink } from './compare-link.tsx';
import { LiveDot } from './live-dot.tsx';

export const features = tableFeatures({});
const helper = createColumnHelper<typeof features, RunOverview>();

/** Sorting is the server's, which has an order for these two columns and for no others. */
export const SORTABLE = {
  started: ['newest', 'oldest'],
  changed: ['changed'],
} as const;

/** Columns of numbers, which are read from the right. */
export const NUMERIC: ReadonlySet<string> = new Set([
  'duration',
  'exchanges',
  'documents',
  'tokens',
  'failures',
]);

export const columns = helper.columns([
  helper.display({ id: 'run', header: 'Run', cell: ({ row }) => <Name run={row.original} /> }),
  helper.display({
    id: 'workflow',
    header: 'Workflow',
    cell: ({ row: { original: run } }) =>
      run.workflow && (
        <>
          <Visible text={run.workflow.name} />{' '}
          <span className="text-muted-foreground">v{run.workflow.version}</span>
        </>
      ),
  }),
  helper.display({
    id: 'status',
    header: 'Status, step',
    cell: ({ row: { original: run } }) => (
      <>
        <span className="flex items-center gap-2">
          <StatusBadge status={run.status} />
          <LiveDot run={run} />
        </span>
        {run.currentStep !== null && (
          <span className="block max-w-48 truncate pt-0.5 text-xs">
            <Visible text={formatStep(run.currentStep)} />
          </span>
        )}
      </>
    ),
  }),
  helper.display({
    id: 'duration',
    header: 'Duration',
    cell: ({ row }) => <Duration run={row.original} />,
  }),
  helper.display({
    id: 'exchanges',
    header: 'Exchanges',
    cell: ({ row: { original: run } }) => <Count value={run.work.exchanges} cut={run.work.cut} />,
  }),
  helper.display({
    id: 'documents',
    header: 'Documents',
    cell: ({ row: { original: run } }) => <Count value={run.work.documents} cut={run.work.cut} />,
  }),
  helper.display({
    id: 'tokens',
    header: 'Tokens',
    cell: ({ row: { original: run } }) => <Count value={tokensOf(run.work)} cut={run.work.cut} />,
  }),
  helper.display({
    id: 'failures',
    header: 'Parse failures',
    cell: ({ row: { original: run } }) =>
      run.work.failedParses > 0 ? (
        <Badge tone="danger">
          <Count value={run.work.failedParses} cut={run.work.cut} />
        </Badge>
      ) : (
        <Count value={0} cut={run.work.cut} />
      ),
  }),
  helper.display({
    id: 'started',
    header: 'Started',
    cell: ({ row }) => <Ago time={row.original.createdAt} />,
  }),
  helper.display({
    id: 'changed',
    header: 'Changed',
    cell: ({ row }) => <Ago time={row.original.updatedAt} />,
  }),
  helper.display({ id: 'compare', header: '', cell: ({ row }) => <CompareLink runKey={row.original.key} /> }),
]);

function Name({ run }: { run: RunOverview }) {
  return (
    <div className="w-0 min-w-full">
      <Link
        to="/runs/$run"
        params={{ run: run.key }}
        className="block truncate font-medium hover:underline"
        title={toVisible(run.goal ?? run.key)}
      >
        <Visible text={run.key} />
      </Link>
      <span className="block truncate text-xs text-muted-foreground">
        {run.origin !== null && <>forked at {run.origin.revision} · </>}
        <Visible text={run.goal ?? ''} />
      </span>
    </div>
  );
}

/** Of a run that goes on: how long it has been so. */
function Duration({ run }: { run: RunOverview }) {
  const now = useNow();
  if (run.durationMs !== null) return formatDuration(run.durationMs);
  return (
    <span className="text-muted-foreground" title="So far">
      {formatDuration(Math.max(1000, now - Date.parse(run.createdAt)))}
    </span>
  );
}

/** A number; with a plus when the run has more than was counted. */
function Count({ value, cut }: { value: number; cut: boolean }) {
  return (
    <>
      {formatNumber(value)}
      {cut && '+'}
    </>
  );
}
