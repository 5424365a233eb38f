import { LIMITS, type StatsService } from '@stepledger/contract';
import type { Bind } from '../connection.ts';
import { NUMBER_COLUMNS, SUM_NUMBERS } from './exchange-numbers.ts';

type Input = Parameters<StatsService['exchanges']>[0];
type BindValue = (value: Bind) => string;

/** What each exchange belongs to, as a text; empty when it has no such thing. */
const KEYS: Record<NonNullable<Input['by']>, string> = {
  step: '(SELECT s.name FROM step s WHERE s.project_id = $1 AND s.id = e.step_id)',
  model: `coalesce(e.model, e.response_model, '')`,
  prompt: `coalesce(e.prompt_id || '@' || e.prompt_version, '')`,
  // Days since 1970: PostgreSQL writes dates as a setting says.
  day: 'floor(extract(epoch FROM e.opened_at) / 86400)::int::text',
};

/**
 * The statement that sums up the exchanges of the project $1 from the time $2 on and before $3.
 *
 * It takes the newest of them by an index; the limit is a subquery, of which the planner expects little, so that it keeps
 * to that. Nothing is joined: what else is asked for is a look-up for each, and places are told by sorting, so that no
 * guess of the planner makes it slow, or read all of another table.
 */
export function toStatement(input: Input, bind: BindValue): string {
  const { by } = input;
  const found = `WITH found AS MATERIALIZED (
      SELECT ${NUMBER_COLUMNS}, e.opened_at, (${by === undefined ? "''" : KEYS[by]}) COLLATE "C" AS key,
        ${isOfWorkflow(input, bind)} AS is_of_workflow
      FROM exchange e WHERE e.project_id = $1 AND e.origin_id IS NULL AND ${isInWindow(input, bind)}
      LIMIT (SELECT ${LIMITS.maxStatsExchanges + 1})),
    edge AS MATERIALIZED (SELECT min(opened_at) AS at FROM found HAVING count(*) > ${LIMITS.maxStatsExchanges})`;
  const counted = `FROM found e WHERE e.is_of_workflow AND e.opened_at > coalesce((SELECT at FROM edge), '-infinity')`;
  const cutAt = '(SELECT at FROM edge) AS cut_at';
  if (by === undefined) {
    return `${found} SELECT 'total' AS part, '' AS key, 0 AS groups, ${cutAt}, ${SUM_NUMBERS} ${counted}`;
  }
  const byDay = by === 'day';
  // A window that does not begin with a day has one more than its length.
  const most = bind(byDay ? LIMITS.maxStatsDays + 1 : input.limit);
  const order = byDay ? 'key::int' : 'size DESC, key';
  return `${found}
    SELECT CASE WHEN grouping(e.shown) = 1 THEN 'total' WHEN e.shown = 0 THEN 'others' ELSE 'group' END AS part,
      min(e.key) AS key, max(e.place)::int - ${most}::int AS groups, ${cutAt}, ${SUM_NUMBERS}
    FROM (SELECT *, CASE WHEN place <= ${most}::int THEN place ELSE 0 END AS shown FROM (
      SELECT *, dense_rank() OVER (ORDER BY ${order}) AS place FROM (
        SELECT *, count(*) OVER (PARTITION BY key) AS size ${counted}) e) e) e
    GROUP BY GROUPING SETS ((), (e.shown)) ORDER BY e.shown`;
}

/** With the order in which the newest are found. */
function isInWindow({ runId }: Input, bind: BindValue): string {
  if (runId === undefined) {
    return 'e.opened_at >= $2 AND e.opened_at < $3 ORDER BY e.opened_at DESC, e.id DESC';
  }
  const run = bind(runId);
  // By revisions, whose times never go back; what came with a fork has none of the run's own.
  const lastBefore = (time: string) => `(SELECT n.revision FROM entry n
    WHERE n.project_id = $1 AND n.run_id = ${run} AND n.at < ${time} ORDER BY n.at DESC, n.revision DESC LIMIT 1)`;
  const forkedAt = `(SELECT r.forked_at_revision FROM run r WHERE r.project_id = $1 AND r.id = ${run})`;
  return `e.run_id = ${run} AND e.opened_revision <= ${lastBefore('$3')}
    AND e.opened_revision > greatest(${lastBefore('$2')}, ${forkedAt}, 0)
    ORDER BY e.opened_revision DESC, e.id DESC`;
}

function isOfWorkflow({ workflow }: Input, bind: BindValue): string {
  if (workflow === undefined) return 'true';
  return `coalesce((SELECT r.workflow_id FROM run r WHERE r.project_id = $1 AND r.id = e.run_id)
    = (SELECT w.id FROM workflow w WHERE w.project_id = $1 AND w.name = ${bind(workflow)}), false)`;
}
