import {
  type ComparedRun,
  LedgerError,
  LIMITS,
  type Run,
  type RunComparison,
  type RunsService,
  type StepStatus,
  type Work,
} from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { readWork, type WorkOf } from './run-work.ts';

type Input = Parameters<RunsService['compare']>[0];

/** Puts runs side by side: five statements, each over the rows of these runs alone. */
export async function compareRuns(context: StoreContext, { runIds }: Input): Promise<RunComparison> {
  const [runs, cells] = await Promise.all([readRuns(context, runIds), readSteps(context, runIds)]);
  const names = Map.groupBy(cells, ({ place }) => place);
  const shown = cells.filter(({ place }) => place <= LIMITS.maxComparedSteps);
  const work = await readWork(context, { runIds, stepIds: shown.map(({ id }) => id) });
  const steps = [...names].slice(0, LIMITS.maxComparedSteps).map(([, ofName]) => ({
    name: ofName[0]?.name ?? '',
    key: ofName[0]?.key ?? '',
    runs: runs.map(({ id }) => {
      const cell = ofName.find(({ run_id: runId }) => runId === id);
      return cell ? toStep(cell, work.ofStep(cell.id)) : null;
    }),
  }));
  return {
    runs: runs.map((run) => ({ ...toRun(run), ...work.ofRun(run.id) })),
    steps,
    cut: names.size > LIMITS.maxComparedSteps,
  };
}

interface RunRow {
  id: string;
  key: string;
  status: Run['status'];
  revision: number;
  origin_run_id: string | null;
  forked_at_revision: number | null;
}

/** In the order of the ids. @throws NOT_FOUND of the first that is not there. */
async function readRuns({ connection, scope }: StoreContext, runIds: readonly string[]): Promise<RunRow[]> {
  const rows = await connection.query<RunRow>(
    `SELECT id, key, status, revision, origin_run_id, forked_at_revision
    FROM run WHERE project_id = $1 AND id = ANY ($2::uuid[])`,
    [scope.projectId, runIds],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return runIds.map((id) => {
    const row = byId.get(id.toLowerCase());
    if (!row) throw new LedgerError('NOT_FOUND', { type: 'run', id });
    return row;
  });
}

function toRun(row: RunRow): Omit<ComparedRun, 'total' | 'own'> {
  const { id, key, status, revision, origin_run_id: runId, forked_at_revision: forkedAt } = row;
  const origin = runId === null || forkedAt === null ? null : { runId, revision: forkedAt };
  return { id, key, status, revision, origin };
}

/** One step of one run. */
interface CellRow {
  /** The place of its name and key among those of all runs, from 1. */
  place: number;
  name: string;
  key: string;
  run_id: string;
  id: string;
  status: StepStatus;
  duration_ms: number | null;
  /** Whether it came with the fork and was not started or ended since. */
  kept: boolean;
}

/** By name and key in the order of beginning, one name more than is shown; each by its index, whatever else there is. */
function readSteps({ connection, scope }: StoreContext, runIds: readonly string[]): Promise<CellRow[]> {
  return connection.query<CellRow>(
    `WITH names AS (
      SELECT n.*, row_number() OVER (ORDER BY began, name COLLATE "C", key COLLATE "C")::int AS place FROM (
        SELECT name, key, min(started_revision) AS began
        FROM unnest($2::uuid[]) AS c(run_id) CROSS JOIN LATERAL (
          SELECT * FROM step WHERE project_id = $1 AND run_id = c.run_id OFFSET 0) s
        GROUP BY name, key ORDER BY began, name COLLATE "C", key COLLATE "C" LIMIT $3) n
    )
    SELECT n.place, s.name, s.key, s.run_id, s.id, s.status,
      floor(extract(epoch FROM s.finished_at - s.started_at) * 1000)::float8 AS duration_ms,
      s.origin_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM step_state t WHERE t.project_id = $1 AND t.step_id = s.id
          AND t.revision > (SELECT r.forked_at_revision FROM run r WHERE r.project_id = $1 AND r.id = s.run_id)
      ) AS kept
    FROM names n CROSS JOIN unnest($2::uuid[]) AS c(run_id) CROSS JOIN LATERAL (
      SELECT * FROM step WHERE project_id = $1 AND run_id = c.run_id AND name = n.name AND key = n.key LIMIT 1) s
    ORDER BY n.place`,
    [scope.projectId, runIds, LIMITS.maxComparedSteps + 1],
  );
}

function toStep({ id, status, duration_ms: durationMs, kept }: CellRow, { total, own }: WorkOf) {
  const isIdle = own.exchanges === 0 && own.parses === 0 && own.documents === 0;
  return { id, status, inherited: kept && isIdle, durationMs, ...(total satisfies Work) };
}
