import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, RunDiffItem, RunStatus } from '@stepledger/contract';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { bindEnds, type Section } from './section.ts';

interface StateRow {
  status: RunStatus;
  goal: string | null;
  metadata: JsonObject;
}

const FIELDS = ['status', 'goal', 'metadata'] as const;

/** What the runs themselves show. */
export const diffRunStates: Section = async (context, { ends }) => {
  const rows = await context.connection.query<StateRow>(
    `SELECT s.status, s.goal, s.metadata
    FROM (VALUES (1, $2::uuid, $3::int), (2, $4::uuid, $5::int)) AS e(place, run_id, revision)
    CROSS JOIN LATERAL (SELECT t.* FROM run_state t
      WHERE t.project_id = $1 AND t.run_id = e.run_id AND t.revision <= e.revision
      ORDER BY t.revision DESC LIMIT 1) s
    ORDER BY e.place`,
    bindEnds(context, ends),
  );
  const [from, to] = rows.map((row) => ({ ...row, goal: fromExactJsonOrNull<string>(row.goal) }));
  // Both were there when their revisions were looked up; only deleting a run since takes its states away.
  if (!from || !to) return { items: [], next: null };
  const differs = FIELDS.filter((field) => !isDeepStrictEqual(from[field], to[field]));
  const item: RunDiffItem = { what: 'run', change: 'changed', differs, from, to };
  return { items: differs.length > 0 ? [item] : [], next: null };
};
