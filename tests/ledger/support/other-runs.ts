import type { Tables } from './database.ts';

/** Runs beside the one that a plan is looked at for, and documents of all of them. */
export const OTHER_RUNS = 200;
const OTHERS = 20_000;

/** Writes other runs like one that is there, with documents each linked to another of its run. */
export async function writeOtherRuns(tables: Tables, runId: string): Promise<void> {
  await tables.query(
    `INSERT INTO run (project_id, id, key, status, revision, created_at, last_at, metadata)
    SELECT project_id, gen_random_uuid(), 'other ' || n, status, revision, created_at, last_at, metadata
    FROM run, generate_series(1, $2::int) n WHERE id = $1`,
    [runId, OTHER_RUNS],
  );
  await tables.query(
    `WITH made AS (
      INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version, head_tags,
        head_metadata, head_deleted)
      SELECT project_id, gen_random_uuid(), id, 'note', n::text, 2, last_at, 1, '{}', '{}', false
      FROM run, generate_series(1, $1::int) n WHERE key LIKE 'other %' RETURNING *),
    versions AS (
      INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, change, tags,
        metadata)
      SELECT project_id, id, 1, run_id, 2, 0, created_at, 'create', '{}', '{}' FROM made)
    INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id, revision)
    SELECT project_id, id, 1, 'used', lag(id, 1, id) OVER (PARTITION BY run_id ORDER BY key), 1, run_id, 2 FROM made`,
    [OTHERS / OTHER_RUNS],
  );
}
