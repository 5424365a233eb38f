import { SqlMigration } from './sql-migration.ts';

/**
 * What tables and statistics of the whole project read by: the time of exchanges, the version of the prompt that they
 * were made from, the steps that are running, the claims that are held, and the minute in which a run last changed.
 *
 * The minute and not the time, so that the entries of a run need not be written into the indexes of its row each: an
 * update that changes no indexed column leaves them all alone.
 */
export class Migration0011Overviews extends SqlMigration {
  override name = '0011-overviews';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `ALTER TABLE run ADD COLUMN changed_minute integer NOT NULL
    GENERATED ALWAYS AS (floor(extract(epoch FROM last_at AT TIME ZONE 'UTC') / 60)) STORED`,
  `CREATE INDEX run_changed ON run (project_id, changed_minute, id)`,
  `CREATE INDEX step_running ON step (project_id, run_id, started_revision, id) WHERE status = 'running'`,
  `CREATE INDEX document_claimed ON document (project_id, run_id, claim_revision, id)
    WHERE claim_revision IS NOT NULL`,
  // What came with a fork is counted where it happened.
  `CREATE INDEX exchange_time ON exchange (project_id, opened_at, id) WHERE origin_id IS NULL`,
  `CREATE INDEX exchange_prompt_version ON exchange (project_id, prompt_id, prompt_version, id)
    WHERE prompt_id IS NOT NULL AND origin_id IS NULL`,
];
