import { Migration } from '@mikro-orm/migrations';

/**
 * A migration out of SQL statements, one a query.
 *
 * `COMPRESSION lz4` is taken out where the server was built without it, as npm's binaries are; PostgreSQL then
 * compresses by its own method.
 */
export abstract class SqlMigration extends Migration {
  protected abstract readonly statements: readonly string[];

  override async up(): Promise<void> {
    const lz4 = await this.execute(
      `SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)`,
    );
    for (const statement of this.statements) {
      this.addSql(lz4.length > 0 ? statement : statement.replaceAll(' COMPRESSION lz4', ''));
    }
  }
}
