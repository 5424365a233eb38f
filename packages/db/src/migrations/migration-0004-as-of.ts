import { SqlMigration } from './sql-migration.ts';

/**
 * What reads as of a revision look up: the states of runs and steps, which their own rows only hold the newest of, the
 * memo key that a forced exchange took, and indexes to find versions by revision and revisions by time.
 *
 * Rows that are there get their history out of the entries, which name every change of a status. What no row tells any
 * more is taken to have always been as it is now: the goal and metadata of a run and the parent of a step. The errors
 * of earlier failures of a step that was taken up again are lost.
 */
export class Migration0004AsOf extends SqlMigration {
  override name = '0004-as-of';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `CREATE TABLE run_state (
    project_id uuid NOT NULL,
    run_id uuid NOT NULL,
    revision integer NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    goal text COMPRESSION lz4,
    metadata jsonb NOT NULL,
    finished_revision integer,
    PRIMARY KEY (project_id, run_id, revision),
    FOREIGN KEY (project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE
  )`,
  `INSERT INTO run_state (project_id, run_id, revision, status, goal, metadata, finished_revision)
  SELECT project_id, id, 1, 'running', goal, metadata, NULL FROM run
  UNION ALL
  SELECT r.project_id, r.id, e.revision, s.status, r.goal, r.metadata,
    CASE WHEN s.status <> 'running' THEN e.revision END
  FROM run r
  JOIN entry e ON e.project_id = r.project_id AND e.run_id = r.id AND e.kind = 'runs.complete'
  JOIN (VALUES ('complete', 'completed'), ('fail', 'failed'), ('cancel', 'cancelled'), ('resume', 'running'))
    AS s(change, status) ON s.change = e.changes -> 0 ->> 'change'`,

  `CREATE TABLE step_state (
    project_id uuid NOT NULL,
    step_id uuid NOT NULL,
    revision integer NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    error text COMPRESSION lz4,
    parent_step_id uuid,
    finished_revision integer,
    finished_at timestamptz,
    PRIMARY KEY (project_id, step_id, revision),
    FOREIGN KEY (project_id, step_id) REFERENCES step (project_id, id) ON DELETE CASCADE
  )`,
  `INSERT INTO step_state (project_id, step_id, revision, status, error, parent_step_id, finished_revision, finished_at)
  SELECT s.project_id, s.id, e.revision, t.status, CASE WHEN e.revision = s.finished_revision THEN s.error END,
    s.parent_step_id, CASE WHEN t.status <> 'running' THEN e.revision END,
    CASE WHEN t.status <> 'running' THEN e.at END
  FROM entry e
  CROSS JOIN jsonb_to_recordset(e.changes) AS c(what text, id uuid, change text)
  JOIN step s ON s.project_id = e.project_id AND s.run_id = e.run_id AND s.id = c.id
  JOIN (VALUES ('start', 'running'), ('complete', 'completed'), ('fail', 'failed')) AS t(change, status)
    ON t.change = c.change
  WHERE c.what = 'step'`,

  `ALTER TABLE exchange ADD COLUMN lost_memo_key bytea, ADD COLUMN memo_lost_revision integer`,

  `CREATE INDEX document_version_revision ON document_version (project_id, document_id, revision) INCLUDE (version)`,
  `CREATE INDEX entry_time ON entry (project_id, run_id, at, revision)`,
];
