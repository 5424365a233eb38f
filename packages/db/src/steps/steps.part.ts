import { LedgerError, type StepRef, type StepStatus } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { newId } from '../ids.ts';
import type { CommitScope, Part, RunScope } from '../ledger/part.ts';

/** SQL of the id that `stepPart` found or made. */
export const STEP_ID = '(SELECT id FROM the_step)';

/**
 * Finds the step of a commit by its name and key, or makes it.
 *
 * Two writers that make the same step at once: the second fails on the unique key, and its next turn finds the row.
 */
export function stepPart(step: StepRef): Part {
  return {
    write(scope) {
      writeStep(scope, step, { status: `'running'`, error: 'NULL', finished: false, parentId: 'NULL::uuid' });
      writeState(scope, ['new_step']);
      return {
        changes: [`(SELECT coalesce(jsonb_agg(${changeOf('start')}), '[]') FROM new_step)`],
        answer: { stepId: STEP_ID },
      };
    },
  };
}

export interface StepChange {
  readonly status: StepStatus;
  /** The word for it in the entry. */
  readonly change: string;
  readonly error?: string;
  /** Must be a step of the run. */
  readonly parent?: StepRef;
}

/** Finds or makes a step and sets its status. */
export function stepStatusPart(step: StepRef, { status, change, error, parent }: StepChange): Part {
  return {
    write(scope) {
      const { statement, project } = scope;
      if (parent) {
        statement.with(
          'the_parent',
          `SELECT s.id FROM step s JOIN run_head r ON s.run_id = r.id WHERE s.project_id = ${project}
            AND s.name = ${statement.bind(parent.name, 'text')} AND s.key = ${statement.bind(parent.key, 'text')}`,
        );
      }
      const finished = status !== 'running';
      const state = {
        status: statement.bind(status, 'text'),
        error: statement.bind(toExactJsonOrNull(error), 'text'),
        finished,
        parentId: parent ? '(SELECT id FROM the_parent)' : 'NULL::uuid',
      };
      writeStep(scope, step, state);
      statement.with(
        'changed_step',
        `UPDATE step s SET status = ${state.status}, error = ${state.error},
          finished_revision = ${finished ? 'r.revision' : 'NULL'}, finished_at = ${finished ? 'r.last_at' : 'NULL'},
          parent_step_id = coalesce(${state.parentId}, s.parent_step_id)
        FROM run_head r CROSS JOIN known_step k WHERE s.project_id = ${project} AND s.id = k.id
        RETURNING ${STATE.replace(/\w+/g, 's.$&')}`,
      );
      writeState(scope, ['new_step', 'changed_step']);
      return {
        conditions: parent ? ['EXISTS (SELECT FROM the_parent)', ...notWithin(project)] : [],
        changes: [`(SELECT jsonb_agg(${changeOf(change)}) FROM the_step)`],
        answer: { stepId: STEP_ID },
      };
    },
    explain: async (sql, run) => (parent ? explainParent(sql, run, { step, parent }) : null),
  };
}

/**
 * That the parent is not part of the step itself. A walk up the tree cannot read through locks; instead nothing may
 * have been written to the run between the statement's snapshot and its lock, else it is tried again.
 */
function notWithin(project: string): string[] {
  return [
    `NOT EXISTS (${ancestors(project, '(SELECT id FROM the_parent)')} SELECT FROM up JOIN known_step k ON k.id = up.id)`,
    `(SELECT x.revision FROM run x WHERE x.project_id = ${project} AND x.id = r.id) = r.revision - 1`,
  ];
}

/** The step and all that it is part of, as `up`. */
function ancestors(project: string, id: string): string {
  return `WITH RECURSIVE up AS (
      SELECT s.id, s.parent_step_id FROM step s WHERE s.project_id = ${project} AND s.id = ${id}
      UNION
      SELECT s.id, s.parent_step_id FROM up JOIN step s ON s.project_id = ${project} AND s.id = up.parent_step_id
    )`;
}

interface StepState {
  readonly status: string;
  readonly error: string;
  readonly finished: boolean;
  readonly parentId: string;
}

function writeStep({ statement, project }: CommitScope, step: StepRef, state: StepState): void {
  const name = statement.bind(step.name, 'text');
  const key = statement.bind(step.key, 'text');
  statement.with(
    'known_step',
    `SELECT s.id FROM step s JOIN run_head r ON s.run_id = r.id
    WHERE s.project_id = ${project} AND s.name = ${name} AND s.key = ${key}`,
  );
  statement.with(
    'new_step',
    `INSERT INTO step (project_id, id, run_id, name, key, parent_step_id, status, error, started_revision,
      started_at, finished_revision, finished_at)
    SELECT ${project}, ${statement.bind(newId(), 'uuid')}, r.id, ${name}, ${key}, ${state.parentId}, ${state.status},
      ${state.error}, r.revision, r.last_at,
      ${state.finished ? 'r.revision, r.last_at' : 'NULL, NULL'}
    FROM run_head r WHERE NOT EXISTS (SELECT FROM known_step)
    RETURNING ${STATE}`,
  );
  statement.with('the_step', 'SELECT id FROM known_step UNION ALL SELECT id FROM new_step');
}

const STATE = 'id, status, error, parent_step_id, finished_revision, finished_at';

/** Keeps what the step shows from this revision on, for reads of the past. */
function writeState(
  { statement, project }: CommitScope,
  from: readonly ('new_step' | 'changed_step')[],
): void {
  const written = from.map((step) => `SELECT ${STATE} FROM ${step}`).join(' UNION ALL ');
  statement.with(
    'new_step_state',
    `INSERT INTO step_state (project_id, step_id, revision, status, error, parent_step_id, finished_revision,
      finished_at)
    SELECT ${project}, s.id, r.revision, s.status, s.error, s.parent_step_id, s.finished_revision, s.finished_at
    FROM run_head r CROSS JOIN (${written}) s`,
  );
}

function changeOf(change: string): string {
  return `jsonb_build_object('what', 'step', 'id', id, 'change', '${change}')`;
}

async function explainParent(
  sql: Sql,
  run: RunScope,
  { step, parent }: { step: StepRef; parent: StepRef },
): Promise<LedgerError | null> {
  const [found] = await sql.query<{ id: string }>(
    'SELECT id FROM step WHERE project_id = $1 AND run_id = $2 AND name = $3 AND key = $4',
    [run.projectId, run.runId, parent.name, parent.key],
  );
  const id = toStepName(parent);
  if (!found) return new LedgerError('NOT_FOUND', { type: 'step', id });
  const [within] = await sql.query(
    `${ancestors('$1', '$2')} SELECT 1 FROM up JOIN step s ON s.project_id = $1 AND s.id = up.id
    WHERE s.run_id = $3 AND s.name = $4 AND s.key = $5`,
    [run.projectId, found.id, run.runId, step.name, step.key],
  );
  if (!within) return null;
  const name = toStepName(step);
  const status = id === name ? 'the step itself' : `part of ${name}`;
  return new LedgerError('INVALID_STATE', {
    type: 'step',
    id,
    status,
    allowed: [`a step outside of ${name}`],
  });
}

/** A step as messages name it. */
export function toStepName({ name, key }: StepRef): string {
  return key === '' ? name : `${name}/${key}`;
}
