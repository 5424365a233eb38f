import type { Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { badLine } from './bad-line.ts';
import type { Known } from './check-batch.ts';
import type { TargetRun } from './import-run.ts';
import { insertRows, updateRows } from './insert-rows.ts';
import type { RunBatch } from './run-batch.ts';

/** Writes the states of the run, the labels that it pinned, and its steps with their states. */
export async function writeSteps(
  sql: Sql,
  { projectId, runId }: TargetRun,
  batch: RunBatch,
  { prompts }: Known,
): Promise<void> {
  await insertRows(sql, projectId, {
    table: 'run_state',
    columns: {
      run_id: 'uuid',
      revision: 'int',
      status: 'text',
      goal: 'text',
      metadata: 'jsonb',
      finished_revision: 'int',
    },
    rows: batch.state.map(({ revision, status, goal, metadata, finishedRevision }) => ({
      run_id: runId,
      revision,
      status,
      goal: toExactJsonOrNull(goal),
      metadata,
      finished_revision: finishedRevision,
    })),
  });
  await insertRows(sql, projectId, {
    table: 'run_prompt',
    columns: { run_id: 'uuid', prompt_id: 'uuid', label: 'text', version: 'int', revision: 'int' },
    rows: batch.pin.map(({ prompt, label, version, revision }) => ({
      run_id: runId,
      prompt_id: prompts.get(prompt)?.id,
      label,
      version,
      revision,
    })),
  });
  await writeStepRows(sql, { projectId, runId }, batch);
}

async function writeStepRows(
  sql: Sql,
  { projectId, runId }: Pick<TargetRun, 'projectId' | 'runId'>,
  { step: steps, step_state: states }: RunBatch,
): Promise<void> {
  const state = {
    status: 'text',
    error: 'text',
    parent_step_id: 'uuid',
    finished_revision: 'int',
    finished_at: 'timestamptz',
  } as const;
  const rows = states.map((line) => ({
    step_id: line.stepId,
    revision: line.revision,
    status: line.status,
    error: toExactJsonOrNull(line.error),
    parent_step_id: line.parentStepId,
    finished_revision: line.finishedRevision,
    finished_at: line.finishedAt,
  }));
  // What a step shows is its newest state.
  const newest = new Map(rows.map((row) => [row.step_id, row]));
  await insertRows(sql, projectId, {
    table: 'step',
    columns: {
      id: 'uuid',
      run_id: 'uuid',
      name: 'text',
      key: 'text',
      started_revision: 'int',
      started_at: 'timestamptz',
      origin_id: 'uuid',
      ...state,
    },
    rows: steps.map(({ index, id, name, key, startedAt, originId, revision }) => {
      const shown = newest.get(id);
      if (!shown) throw badLine(index, 'id', 'must have a step_state at the same revision');
      newest.delete(id);
      const begun = { id, run_id: runId, name, key, started_revision: revision, started_at: startedAt };
      return { ...begun, origin_id: originId, ...shown };
    }),
  });
  await insertRows(sql, projectId, {
    table: 'step_state',
    columns: { step_id: 'uuid', revision: 'int', ...state },
    rows,
  });
  await updateRows(sql, projectId, {
    table: 'step',
    columns: state,
    rows: [...newest].map(([id, shown]) => ({ id, ...shown })),
  });
}
