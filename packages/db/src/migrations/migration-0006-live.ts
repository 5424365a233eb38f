import { SqlMigration } from './sql-migration.ts';

/**
 * What the feed over all runs of a project reads: the index of its order, and the place of each run's newest entry in
 * it, from which the next entry takes one that is never lower.
 *
 * A run from before begins at 0: the transactions that wrote its entries are over, so that the next one is above them.
 */
export class Migration0006Live extends SqlMigration {
  override name = '0006-live';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `ALTER TABLE run ADD COLUMN last_xid xid8 NOT NULL DEFAULT '0'`,
  `ALTER TABLE run ALTER COLUMN last_xid SET DEFAULT pg_current_xact_id()`,
  `CREATE INDEX entry_feed ON entry (project_id, xid, run_id, revision)`,
];
