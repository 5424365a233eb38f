import { SqlMigration } from './sql-migration.ts';

/** The headers of an attempt's response, as JSON text; null where they were not recorded, as of all attempts before. */
export class Migration0012ResponseHeaders extends SqlMigration {
  override name = '0012-response-headers';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = ['ALTER TABLE exchange_attempt ADD COLUMN headers text COMPRESSION lz4'];
