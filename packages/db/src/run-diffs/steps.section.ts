import { LIMITS, type StepDifference, type StepStatus } from '@stepledger/contract';
import { fromExactJsonOrNull } from '../exact-json.ts';
import type { StoreContext } from '../store-context.ts';
import type { Ends } from './ends.ts';
import { inTwoLanes, type LaneInput } from './lanes.ts';
import { bindEnds, LAST_ID, type Section } from './section.ts';

type Side = NonNullable<StepDifference['from']>;

/** The columns of one side, with `a_` or `b_` before their names. */
interface StepRow {
  name: string;
  key: string;
  differs: StepDifference['differs'];
  a_id: string;
  a_revision: number;
  a_status: StepStatus;
  a_state: number;
  a_error_bytes: number;
  a_parent_name: string | null;
  a_parent_key: string | null;
  b_id: string | null;
  b_revision: number | null;
  b_status: StepStatus | null;
  b_state: number | null;
  b_error_bytes: number | null;
  b_parent_name: string | null;
  b_parent_key: string | null;
}

/** Steps by name and key. */
export const diffSteps: Section = (context, input) =>
  inTwoLanes(input, async (lane) => {
    const rows = await findSteps(context, lane);
    const kept = rows.slice(0, Math.min(lane.limit, countThatFit(rows)));
    const items = await toSteps(context, kept, lane.isTo);
    const last = kept.at(-1);
    const next = last && kept.length < rows.length ? ([last.a_revision, last.a_id] as const) : null;
    return { items, next };
  });

/** The newest state of a step `s` up to a revision, with the name of its parent. */
function stateOf(step: string, revision: string): string {
  return `SELECT k.*, p.name AS parent_name, p.key AS parent_key FROM (
      SELECT x.* FROM step_state x
      WHERE x.project_id = $1 AND x.step_id = ${step}.id AND x.revision <= ${revision}
      ORDER BY x.revision DESC LIMIT 1) k
    LEFT JOIN step p ON p.project_id = $1 AND p.id = k.parent_step_id`;
}

function findSteps(context: StoreContext, { ends, after, limit, isTo }: LaneInput): Promise<StepRow[]> {
  // Seen from `to`, only what the other side does not have is left to tell.
  const differ = isTo ? 'b.id IS NULL' : '(b.id IS NULL OR d.status OR d.error OR d.parent)';
  return context.connection.query<StepRow>(
    `SELECT s.name, s.key, s.id AS a_id, s.started_revision AS a_revision, a.status AS a_status,
      a.revision AS a_state, coalesce(octet_length(a.error), 0) AS a_error_bytes, a.parent_name AS a_parent_name,
      a.parent_key AS a_parent_key, b.id AS b_id, b.started_revision AS b_revision, b.status AS b_status,
      b.revision AS b_state, coalesce(octet_length(b.error), 0) AS b_error_bytes, b.parent_name AS b_parent_name,
      b.parent_key AS b_parent_key,
      CASE WHEN b.id IS NULL THEN '{}' ELSE array_remove(ARRAY[
        CASE WHEN d.status THEN 'status' END, CASE WHEN d.error THEN 'error' END, CASE WHEN d.parent THEN 'parent' END],
        NULL) END AS differs
    FROM step s
    CROSS JOIN LATERAL (${stateOf('s', '$3')}) a
    LEFT JOIN LATERAL (
      SELECT o.id, o.started_revision, z.status, z.error, z.revision, z.parent_step_id, z.parent_name, z.parent_key
      FROM step o CROSS JOIN LATERAL (${stateOf('o', '$5')}) z
      WHERE o.project_id = $1 AND o.run_id = $4 AND o.name = s.name AND o.key = s.key AND o.started_revision <= $5
      LIMIT 1) b ON true
    CROSS JOIN LATERAL (SELECT a.status <> b.status AS status, a.error IS DISTINCT FROM b.error AS error,
      ROW(a.parent_name, a.parent_key) IS DISTINCT FROM ROW(b.parent_name, b.parent_key) AS parent) d
    WHERE s.project_id = $1 AND s.run_id = $2 AND s.started_revision <= $3
      AND (s.started_revision, s.id) > ($6::int, $7::uuid) AND ${differ}
    ORDER BY s.started_revision, s.id LIMIT $8::int`,
    [...bindEnds(context, ends), ...after, limit + 1],
  );
}

/** How many rows may show their errors before a page is full; at least one. */
function countThatFit(rows: readonly StepRow[]): number {
  let bytes = 0;
  const full = rows.findIndex((row) => {
    bytes += row.a_error_bytes + (row.b_error_bytes ?? 0);
    return bytes > LIMITS.maxPageTextBytes;
  });
  return full === -1 ? rows.length : Math.max(full, 1);
}

async function toSteps(
  context: StoreContext,
  rows: readonly StepRow[],
  isTo: boolean,
): Promise<StepDifference[]> {
  const errors = await readErrors(context, rows);
  return rows.map((row): StepDifference => {
    const a: Side = {
      stepId: row.a_id,
      revision: row.a_revision,
      status: row.a_status,
      error: errors(row.a_id),
      parent: toParent(row.a_parent_name, row.a_parent_key),
    };
    const b: Side | null =
      row.b_id === null || row.b_revision === null || row.b_status === null
        ? null
        : {
            stepId: row.b_id,
            revision: row.b_revision,
            status: row.b_status,
            error: errors(row.b_id, 'b'),
            parent: toParent(row.b_parent_name, row.b_parent_key),
          };
    return {
      what: 'step',
      change: b ? 'changed' : isTo ? 'added' : 'removed',
      step: { name: row.name, key: row.key },
      differs: row.differs,
      ...(isTo ? { from: b, to: a } : { from: a, to: b }),
    };
  });
}

function toParent(name: string | null, key: string | null) {
  return name === null ? null : { name, key: key ?? '' };
}

/** The errors of the states that a page shows; of one run both sides may be states of the same step. */
async function readErrors({ connection, scope }: StoreContext, rows: readonly StepRow[]) {
  const states = rows.flatMap((row) => [
    ...(row.a_error_bytes > 0 ? [{ id: row.a_id, revision: row.a_state, side: 'a' }] : []),
    ...(row.b_id !== null && row.b_state !== null && row.b_error_bytes
      ? [{ id: row.b_id, revision: row.b_state, side: 'b' }]
      : []),
  ]);
  const found =
    states.length === 0
      ? []
      : await connection.query<{ side: string; step_id: string; error: string }>(
          `SELECT w.side, k.step_id, k.error FROM unnest($2::uuid[], $3::int[], $4::text[]) AS w(id, revision, side)
          JOIN step_state k ON k.project_id = $1 AND k.step_id = w.id AND k.revision = w.revision`,
          [
            scope.projectId,
            states.map(({ id }) => id),
            states.map(({ revision }) => revision),
            states.map(({ side }) => side),
          ],
        );
  const errors = new Map(found.map((row) => [`${row.side} ${row.step_id}`, row.error]));
  return (id: string, side = 'a') => fromExactJsonOrNull<string>(errors.get(`${side} ${id}`) ?? null);
}

/** The first step, after what both share, that the other side does not have. */
export async function findMissingStep(
  context: StoreContext,
  ends: Ends,
  isTo: boolean,
): Promise<StepDifference | null> {
  const [row] = await findSteps(context, { ends, after: [ends.shared, LAST_ID], limit: 1, isTo: true });
  const [step] = row ? await toSteps(context, [row], isTo) : [];
  return step ?? null;
}
