import type { RowLineOf } from '@stepledger/contract';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { exactTime } from './columns.ts';
import { inRange, type RowOf, rowRead } from './row-read.ts';

const states = rowRead<RowOf<RowLineOf<'state'>, 'goal'>>({
  sql: `SELECT s.revision AS at_revision, s.status, s.goal, s.metadata, s.finished_revision AS "finishedRevision"
    FROM run_state s WHERE s.project_id = :project AND s.run_id = :run AND ${inRange('s.revision')}`,
  toLines: (rows) =>
    rows.map(({ at_revision: _, ...state }) => ({
      type: 'state',
      ...state,
      goal: fromExactJsonOrNull<string>(state.goal),
    })),
});

const pins = rowRead<RowOf<RowLineOf<'pin'>>>({
  sql: `SELECT k.revision AS at_revision, p.name AS prompt, k.label, k.version
    FROM run_prompt k JOIN prompt p ON p.project_id = :project AND p.id = k.prompt_id
    WHERE k.project_id = :project AND k.run_id = :run AND ${inRange('k.revision')}
    ORDER BY p.name COLLATE "C", k.label COLLATE "C"`,
  toLines: (rows) => rows.map(({ at_revision: _, ...pin }) => ({ type: 'pin', ...pin })),
});

const steps = rowRead<RowOf<RowLineOf<'step'>>>({
  sql: `SELECT s.started_revision AS at_revision, s.id, s.name, s.key, ${exactTime('s.started_at')} AS "startedAt",
      s.origin_id AS "originId"
    FROM step s WHERE s.project_id = :project AND s.run_id = :run AND ${inRange('s.started_revision')}
    ORDER BY s.id`,
  toLines: (rows) => rows.map(({ at_revision: _, ...step }) => ({ type: 'step', ...step })),
});

const stepStates = rowRead<RowOf<RowLineOf<'step_state'>, 'error'>>({
  what: 'step',
  sql: `SELECT t.revision AS at_revision, t.step_id AS "stepId", t.status, t.error, t.parent_step_id AS "parentStepId",
      t.finished_revision AS "finishedRevision", ${exactTime('t.finished_at')} AS "finishedAt"
    FROM step s JOIN step_state t ON t.project_id = :project AND t.step_id = s.id AND ${inRange('t.revision')}
    WHERE s.project_id = :project AND s.run_id = :run AND s.id = ANY (:ids) ORDER BY t.step_id`,
  toLines: (rows) =>
    rows.map(({ at_revision: _, ...state }) => ({
      type: 'step_state',
      ...state,
      error: fromExactJsonOrNull<string>(state.error),
    })),
});

/** What says how the run and its steps stand. */
export const STEP_READS = [states, pins, steps, stepStates];
