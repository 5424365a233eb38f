import { LIMITS, type StatsService } from '@stepledger/contract';
import type { Bind } from '../connection.ts';
import { NUMBER_COLUMNS, SUM_NUMBERS } from './exchange-numbers.ts';

type Input = Parameters<StatsService['exchanges']>[0];
type BindValue = (value: Bind) => string;

/** What each exchange belongs to, as a text; empty when it has no such thing. */
const KEYS: Record<NonNullable<Input['by']>, string> = {
  step: 's.name',
  model: `coalesce(e.model, e.response_model, '')`,
  prompt: `coalesce(e.prompt_id || '@' || e.prompt_version, '')`,
  // Days since 1970: PostgreSQL writes dates as a setting says.
  day: 'floor(extract(epoch FROM e.opened_at) / 86400)::int::text',
};

/**
 * The statement that sums up the exchanges of the project $1 from the time $2 on and before $3.
 *
 * It finds the newest of them by an index, and looks up what else is asked for once for each step and run that is among
 * them: a join may read all of a table for a few. The limit is a subquery, of which the planner expects little, so that
 * it keeps to the index.
 */
export function toStatement(input: Input, bind: BindValue): string {
  const { by } = input;
  const found = `WITH found AS MATERIALIZED (${selectFound(input, bind)}),
    edge AS (SELECT min(opened_at) AS at FROM found HAVING count(*) > ${LIMITS.maxStatsExchanges}),
    keyed AS MATERIALIZED (${selectKeyed(input, bind)})`;
  const cutAt = '(SELECT at FROM edge) AS cut_at';
  if (by === undefined) {
    return `${found} SELECT 'total' AS part, '' AS key, 0 AS groups, ${cutAt}, ${SUM_NUMBERS} FROM keyed e`;
  }
  const byDay = by === 'day';
  // A window that does not begin with a day has one more than its length.
  const most = bind(byDay ? LIMITS.maxStatsDays + 1 : input.limit);
  const order = byDay ? 'key::int' : 'count(*) DESC, key COLLATE "C"';
  return `${found},
    places AS (SELECT key, row_number() OVER (ORDER BY ${order})::int AS place FROM keyed GROUP BY key)
    SELECT CASE WHEN grouping(e.shown) = 1 THEN 'total' WHEN e.shown = 0 THEN 'others' ELSE 'group' END AS part,
      min(e.key) AS key, max(e.place) - ${most}::int AS groups, ${cutAt}, ${SUM_NUMBERS}
    FROM (SELECT k.*, p.place, CASE WHEN p.place <= ${most}::int THEN p.place ELSE 0 END AS shown
      FROM keyed k JOIN places p ON p.key = k.key) e
    GROUP BY GROUPING SETS ((), (e.shown)) ORDER BY e.shown`;
}

function selectFound({ runId }: Input, bind: BindValue): string {
  const [where, order] =
    runId === undefined
      ? ['e.opened_at >= $2 AND e.opened_at < $3', 'e.opened_at DESC, e.id DESC']
      : [inRun(bind(runId)), 'e.opened_revision DESC, e.id DESC'];
  return `SELECT ${NUMBER_COLUMNS}, e.run_id, e.step_id, e.opened_at, e.model, e.response_model, e.prompt_id,
      e.prompt_version
    FROM exchange e WHERE e.project_id = $1 AND e.origin_id IS NULL AND ${where}
    ORDER BY ${order} LIMIT (SELECT ${LIMITS.maxStatsExchanges + 1})`;
}

/** The window of a run by its revisions, whose times never go back; what came with a fork has none of its own. */
function inRun(runId: string): string {
  const lastBefore = (time: string) => `(SELECT e.revision FROM entry e
    WHERE e.project_id = $1 AND e.run_id = ${runId} AND e.at < ${time} ORDER BY e.at DESC, e.revision DESC LIMIT 1)`;
  return `e.run_id = ${runId} AND e.opened_revision <= ${lastBefore('$3')} AND e.opened_revision > greatest(
      ${lastBefore('$2')}, (SELECT r.forked_at_revision FROM run r WHERE r.project_id = $1 AND r.id = ${runId}), 0)`;
}

function selectKeyed({ by, workflow }: Input, bind: BindValue): string {
  const stepNames = `JOIN (SELECT d.step_id, s.name FROM (SELECT DISTINCT step_id FROM found) d CROSS JOIN LATERAL (
      SELECT name FROM step WHERE project_id = $1 AND id = d.step_id LIMIT 1) s) s ON s.step_id = e.step_id`;
  const ofWorkflow = (name: string) => `AND e.run_id IN (
      SELECT d.run_id FROM (SELECT DISTINCT run_id FROM found) d CROSS JOIN LATERAL (
        SELECT workflow_id FROM run WHERE project_id = $1 AND id = d.run_id LIMIT 1) r
      WHERE r.workflow_id = (SELECT id FROM workflow WHERE project_id = $1 AND name = ${name}))`;
  return `SELECT e.*, ${by === undefined ? "''" : KEYS[by]} AS key FROM found e ${by === 'step' ? stepNames : ''}
    WHERE e.opened_at > coalesce((SELECT at FROM edge), '-infinity')
    ${workflow === undefined ? '' : ofWorkflow(bind(workflow))}`;
}
