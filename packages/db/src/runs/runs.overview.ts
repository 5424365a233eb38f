import {
  LedgerError,
  LIMITS,
  type Page,
  type RunOverview,
  type RunsService,
  type RunsWork,
} from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';
import { readRunPage } from './run-pages.ts';
import { sumWork } from './run-work.ts';
import { toRun } from './runs.read.ts';

type Input<Method extends keyof RunsService> = Parameters<RunsService[Method]>[0];

/** A page of runs, then what they are at and what was done in them, side by side. */
export async function overviewRuns(
  context: StoreContext,
  input: Input<'overview'>,
): Promise<Page<RunOverview>> {
  const { items, nextCursor } = await readRunPage(context, input);
  const runIds = items.map(({ id }) => id);
  const [progress, workOf] = await Promise.all([
    readProgress(context, runIds),
    sumWork(context, { runIds, maxRows: LIMITS.maxOverviewRows }),
  ]);
  return {
    items: items.map((row) => ({
      ...toRun(row),
      currentStep: toStep(progress.get(row.id)),
      durationMs: progress.get(row.id)?.duration_ms ?? null,
      work: workOf(row.id),
    })),
    nextCursor,
  };
}

/** What was done in some runs, in their order. @throws NOT_FOUND of the first that is not there. */
export async function workOfRuns(context: StoreContext, { runIds }: Input<'work'>): Promise<RunsWork> {
  const [progress, workOf] = await Promise.all([
    readProgress(context, runIds),
    sumWork(context, { runIds, maxRows: LIMITS.maxWorkRows }),
  ]);
  return {
    runs: runIds.map((id) => {
      const runId = id.toLowerCase();
      if (!progress.has(runId)) throw new LedgerError('NOT_FOUND', { type: 'run', id });
      return { runId, ...workOf(runId) };
    }),
  };
}

interface ProgressRow {
  run_id: string;
  duration_ms: number | null;
  step_id: string | null;
  name: string;
  key: string;
  started_at: Date;
}

/** Three look-ups a run, whatever it holds. */
async function readProgress(
  { connection, scope }: StoreContext,
  runIds: readonly string[],
): Promise<Map<string, ProgressRow>> {
  const rows = await connection.query<ProgressRow>(
    `SELECT r.id AS run_id, floor(extract(epoch FROM e.at - r.created_at) * 1000)::float8 AS duration_ms,
      s.id AS step_id, s.name, s.key, s.started_at
    FROM unnest($2::uuid[]) AS c(run_id)
    CROSS JOIN LATERAL (SELECT * FROM run WHERE project_id = $1 AND id = c.run_id LIMIT 1) r
    LEFT JOIN LATERAL (SELECT * FROM entry
      WHERE project_id = $1 AND run_id = r.id AND revision = r.finished_revision LIMIT 1) e ON true
    LEFT JOIN LATERAL (SELECT * FROM step WHERE project_id = $1 AND run_id = r.id AND status = 'running'
      ORDER BY started_revision DESC, id DESC LIMIT 1) s ON true`,
    [scope.projectId, runIds],
  );
  return new Map(rows.map((row) => [row.run_id, row]));
}

function toStep(row: ProgressRow | undefined): RunOverview['currentStep'] {
  if (row === undefined || row.step_id === null) return null;
  return { id: row.step_id, name: row.name, key: row.key, startedAt: toTime(row.started_at) };
}
