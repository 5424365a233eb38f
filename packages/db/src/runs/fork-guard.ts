import type { Sql } from '../connection.ts';
import { type RunTarget, runIdOf, toTargetRow } from '../ledger/run-target.ts';

/*
 * Who purges a text has to find every fork that has it. So a fork that was begun before the purge is there when the
 * purge is done, and one that is begun later sees what was purged. Forks and purges meet at the first state of the run,
 * which every run has and its writers never touch: they go on meanwhile.
 */

/** Has what purges or deletes the run wait for this transaction. One that was first fails it with 40001. */
export async function holdForFork(sql: Sql, projectId: string, runId: string): Promise<void> {
  await sql.query(
    'SELECT 1 FROM run_state WHERE project_id = $1 AND run_id = $2 AND revision = 1 FOR SHARE',
    [projectId, runId],
  );
}

/** Waits for the forks that are being made of the run, and has later ones wait; before the run itself is locked. */
export async function waitForForks(sql: Sql, projectId: string, target: RunTarget): Promise<void> {
  const row = toTargetRow(target);
  // An UPDATE and not a lock: forks that waited for a lock alone would go on with what they saw before.
  await sql.query(
    `UPDATE run_state SET status = status
    WHERE project_id = $1 AND run_id = ${runIdOf(row, '$1', '$2::uuid')} AND revision = 1`,
    [projectId, row.id],
  );
}
