import {
  type JsonObject,
  LedgerError,
  type Page,
  type Run,
  type RunStatus,
  type RunsService,
} from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { findRevision } from '../ledger/as-of.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';

export interface RunRow {
  id: string;
  key: string;
  workflow: string | null;
  workflow_version: number | null;
  goal: string | null;
  status: RunStatus;
  revision: number;
  metadata: JsonObject;
  created_at: Date;
  last_at: Date;
  finished_revision: number | null;
  origin_run_id: string | null;
  forked_at_revision: number | null;
}

/** Of the run `r`, but for the name of its workflow. */
export const RUN_COLUMNS = `r.id, r.key, r.workflow_version, r.goal, r.status, r.revision, r.metadata, r.created_at,
    r.last_at, r.finished_revision, r.origin_run_id, r.forked_at_revision`;

const SELECT_RUN = `SELECT ${RUN_COLUMNS}, w.name AS workflow
  FROM run r LEFT JOIN workflow w ON w.project_id = r.project_id AND w.id = r.workflow_id
  WHERE r.project_id = $1`;

/** As of the revision $3. */
const SELECT_RUN_AS_OF = `SELECT r.id, r.key, w.name AS workflow, r.workflow_version, t.goal, t.status, e.revision,
    t.metadata, r.created_at, e.at AS last_at, t.finished_revision, r.origin_run_id, r.forked_at_revision
  FROM run r
  JOIN entry e ON e.project_id = r.project_id AND e.run_id = r.id AND e.revision = $3
  CROSS JOIN LATERAL (SELECT s.* FROM run_state s
    WHERE s.project_id = r.project_id AND s.run_id = r.id AND s.revision <= $3 ORDER BY s.revision DESC LIMIT 1) t
  LEFT JOIN workflow w ON w.project_id = r.project_id AND w.id = r.workflow_id
  WHERE r.project_id = $1`;

export async function getRun(
  { connection, scope }: StoreContext,
  input: Parameters<RunsService['get']>[0],
): Promise<Run> {
  const [column, value] = 'runId' in input ? (['id', input.runId] as const) : (['key', input.key] as const);
  const [row] = input.asOf
    ? await connection.query<RunRow>(`${SELECT_RUN_AS_OF} AND r.${column} = $2`, [
        scope.projectId,
        value,
        await findRevision({ connection, scope }, input, input.asOf),
      ])
    : await connection.query<RunRow>(`${SELECT_RUN} AND r.${column} = $2`, [scope.projectId, value]);
  if (!row) throw new LedgerError('NOT_FOUND', { type: 'run', id: value });
  return toRun(row);
}

/** Newest first. */
export async function listRuns(
  { connection, scope }: StoreContext,
  input: Parameters<RunsService['list']>[0],
): Promise<Page<Run>> {
  const { workflow, status, originRunId, limit } = input;
  const [before] = fromCursor('runs', ['uuid'], input.cursor) ?? [];
  const values: (string | number)[] = [scope.projectId];
  const bind = (value: string | number) => `$${values.push(value)}`;
  // Each filter that is there makes a statement of its own, so that each is planned over its own index.
  const conditions = [
    status === undefined ? '' : `AND r.status = ${bind(status)}`,
    workflow === undefined
      ? ''
      : `AND r.workflow_id = (SELECT id FROM workflow WHERE project_id = $1 AND name = ${bind(workflow)})`,
    originRunId === undefined ? '' : `AND r.origin_run_id = ${bind(originRunId)}`,
    before === undefined ? '' : `AND r.id < ${bind(before)}`,
  ];
  const rows = await connection.query<RunRow>(
    `${SELECT_RUN} ${conditions.join(' ')} ORDER BY r.id DESC LIMIT ${bind(limit + 1)}`,
    values,
  );
  return toPage(rows, limit, { toItem: toRun, toCursor: ({ id }) => toCursor('runs', [id]) });
}

export function toRun(row: RunRow): Run {
  const { workflow, workflow_version: version, origin_run_id: originId, forked_at_revision: forkedAt } = row;
  return {
    id: row.id,
    key: row.key,
    workflow: workflow === null || version === null ? null : { name: workflow, version },
    goal: fromExactJsonOrNull<string>(row.goal),
    status: row.status,
    revision: row.revision,
    metadata: row.metadata,
    createdAt: toTime(row.created_at),
    updatedAt: toTime(row.last_at),
    finishedRevision: row.finished_revision,
    origin: originId === null || forkedAt === null ? null : { runId: originId, revision: forkedAt },
  };
}
