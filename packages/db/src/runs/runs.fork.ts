import { type ForkedRun, LedgerError, type RunsService } from '@stepledger/contract';
import type { Bind, Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { newId } from '../ids.ts';
import { stillToCome } from '../ledger/as-of.ts';
import { toNumbered } from '../named-binds.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import { toStepName } from '../steps/steps.part.ts';
import type { StoreContext } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import { holdForFork } from './fork-guard.ts';
import { type ForkIds, mixedIds, taggedIds } from './fork-ids.ts';
import { COPIES_OF_RUN, copiesOfRange } from './fork-rows.ts';

type Input = Parameters<RunsService['fork']>[0];

/** Changes, by what entries say, whose rows one statement copies: none comes near the time that a statement has. */
const MAX_CHANGES = 200_000;

/**
 * Makes a run that has what another had up to a revision, and goes on from there by an entry of its own.
 *
 * A few statements copy the rows inside of the database, in one transaction that sees one state of it and locks nothing
 * that writers of the run wait for: they go on. Who purges or deletes waits; where they were first, the fork is tried
 * again with what is left.
 */
export async function forkRun(context: StoreContext, input: Input): Promise<ForkedRun> {
  let turns = 0;
  const forked = await mutateOnce(context, toRequest('runs.fork', input), async (db) => {
    turns += 1;
    const sql = inTransaction(db);
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', []);
    await holdForFork(sql, context.scope.projectId, input.runId);
    // As reads of the fork say it, whatever the caller wrote.
    const origin = { runId: input.runId.toLowerCase(), revision: await findOrigin(sql, context, input) };
    // Ids that callers chose may be too alike for the faster way.
    return copyRun(sql, context, { input, origin, ids: turns <= 2 ? taggedIds() : mixedIds() });
  });
  context.announce(forked.runId);
  return forked;
}

interface FoundRow {
  newest: number;
  taken: boolean;
  started_revision: number | null;
}

/** @throws NOT_FOUND of the run or the step; BAD_INPUT for a revision that is still to come; ALREADY_EXISTS. */
async function findOrigin(sql: Sql, { scope }: StoreContext, input: Input): Promise<number> {
  const { runId, revision, step } = input;
  const [run] = await sql.query<FoundRow>(
    `SELECT r.revision AS newest,
      EXISTS (SELECT FROM run o WHERE o.project_id = $1 AND o.key = $3) AS taken,
      (SELECT s.started_revision FROM step s
        WHERE s.project_id = $1 AND s.run_id = $2 AND s.name = $4::text AND s.key = $5::text) AS started_revision
    FROM run r WHERE r.project_id = $1 AND r.id = $2`,
    [scope.projectId, runId, input.key, step?.name ?? null, step?.key ?? null],
  );
  if (!run) throw new LedgerError('NOT_FOUND', { type: 'run', id: runId });
  const { newest, started_revision: started } = run;
  if (step && started === null) throw new LedgerError('NOT_FOUND', { type: 'step', id: toStepName(step) });
  if (revision !== undefined && revision > newest) throw stillToCome('revision', newest);
  if (run.taken) throw new LedgerError('ALREADY_EXISTS', { type: 'run', id: input.key });
  return started === null ? (revision ?? newest) : Math.max(1, started - 1);
}

interface Copy {
  readonly input: Input;
  readonly origin: ForkedRun['origin'];
  readonly ids: ForkIds;
}

async function copyRun(sql: Sql, { scope }: StoreContext, { input, origin, ids }: Copy): Promise<ForkedRun> {
  const { projectId: project, actor } = scope;
  const { runId: parent, revision } = origin;
  const { key, goal, metadata } = input;
  const child = newId();
  const values: Values = { project, parent, child, revision };
  const [run] = await send<{ at_ms: number }>(sql, INSERT_RUN, {
    ...values,
    key,
    keepGoal: goal === undefined,
    goal: toExactJsonOrNull(goal),
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
  });
  if (!run) throw new Error('A run that was found has no state');
  for (const copy of COPIES_OF_RUN) await send(sql, copy, values);
  let after = 0;
  for (const { until } of await send<{ until: number }>(sql, FIND_RANGES, { project, parent, revision })) {
    for (const copy of copiesOfRange(ids)) await send(sql, copy, { ...values, after, until });
    after = until;
  }
  await send(sql, INSERT_ENTRY, { project, child, revision, actor });
  const at = new Date(run.at_ms).toISOString();
  return { runId: child, revision: revision + 1, at, key, status: 'running', origin };
}

/** As of the fork's revision, but for what the call changes. */
const INSERT_RUN = `INSERT INTO run (project_id, id, key, workflow_id, workflow_version, step_names, goal, status,
    revision, created_at, last_at, metadata, origin_run_id, forked_at_revision)
  SELECT :project, :child, :key, r.workflow_id, r.workflow_version, r.step_names,
    CASE WHEN :keepGoal THEN s.goal ELSE :goal END, 'running', :revision + 1, r.created_at,
    greatest(clock_timestamp(), e.at), coalesce(:metadata, s.metadata), :parent, :revision
  FROM run r
  JOIN entry e ON e.project_id = :project AND e.run_id = :parent AND e.revision = :revision
  CROSS JOIN LATERAL (
    SELECT * FROM run_state k WHERE k.project_id = :project AND k.run_id = :parent AND k.revision <= :revision
    ORDER BY k.revision DESC LIMIT 1) s
  WHERE r.project_id = :project AND r.id = :parent
  RETURNING floor(extract(epoch FROM last_at) * 1000)::float8 AS at_ms`;

/** Where each range of revisions ends, the last one at the fork's revision. */
const FIND_RANGES = `SELECT max(e.revision) AS until FROM (
    SELECT revision, sum(1 + jsonb_array_length(changes)) OVER (ORDER BY revision) / ${MAX_CHANGES} AS part
    FROM entry WHERE project_id = :project AND run_id = :parent AND revision <= :revision) e
  GROUP BY e.part ORDER BY 1`;

/** The fork's own first entry; it also names what was purged of the run after the fork's revision. */
const INSERT_ENTRY = `INSERT INTO entry (project_id, run_id, revision, at, xid, actor, kind, changes)
  SELECT r.project_id, r.id, r.revision, r.last_at, r.last_xid, :actor, 'runs.fork',
    jsonb_build_array(jsonb_build_object('what', 'run', 'id', r.id, 'change', 'fork'))
    || coalesce((SELECT jsonb_agg(jsonb_build_object(
        'what', 'document', 'id', v.document_id, 'version', v.version, 'change', 'purge')
        ORDER BY v.revision, v.position)
      FROM document_version v WHERE v.project_id = :project AND v.run_id = :child AND v.purged_revision > :revision),
      '[]')
    || coalesce((SELECT jsonb_agg(jsonb_build_object('what', 'exchange', 'id', e.id, 'change', 'purge')
        ORDER BY e.opened_revision)
      FROM exchange e WHERE e.project_id = :project AND e.run_id = :child AND e.purged_revision > :revision), '[]')
  FROM run r WHERE r.project_id = :project AND r.id = :child`;

const TYPES = {
  project: 'uuid',
  parent: 'uuid',
  child: 'uuid',
  revision: 'int',
  after: 'int',
  until: 'int',
  key: 'text',
  keepGoal: 'boolean',
  goal: 'text',
  metadata: 'jsonb',
  actor: 'text',
} as const;

type Name = keyof typeof TYPES;
type Values = { readonly [N in Name]?: Bind };

/** Sends a statement whose bind parameters have names. */
function send<Row>(sql: Sql, text: string, values: Values): Promise<Row[]> {
  const typed = Object.fromEntries(
    Object.entries(TYPES).map(([name, type]) => [name, [type, values[name as Name] ?? null] as const]),
  );
  const numbered = toNumbered(text, typed);
  return sql.query<Row>(numbered.text, numbered.values);
}
