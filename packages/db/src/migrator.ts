import pg from 'pg';
import type { Connection } from './connection.ts';
import { settleFeed } from './live/settle-feed.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { toDatabaseFault } from './pg-errors.ts';

/** Any number will do, as long as every server takes the same. */
const MIGRATION_LOCK = 7_349_812_006;

/** The database was migrated by a newer Stepledger; this one must not write into it. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
  readonly unknown: readonly string[];

  constructor(unknown: readonly string[]) {
    super(
      `The database has migrations that this version of Stepledger does not know (${unknown.join(', ')}): ` +
        'it was used by a newer version. Start that version or a newer one.',
    );
    this.unknown = unknown;
  }
}

/**
 * Brings the database to this code's schema; any number of servers may do so at once.
 *
 * The lock is held on a connection of its own that goes to PostgreSQL directly, since MikroORM's migrator has none
 * (of 5 simultaneous starts without it, 4 failed) and a pooler in transaction mode would lose it.
 *
 * @throws NewerSchemaError when the database is ahead of the code; nothing is changed then.
 */
export async function migrate(connection: Connection, directUrl: string): Promise<void> {
  const lock = new pg.Client({ connectionString: directUrl, application_name: 'stepledger-migrate' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const unknown = unknownTo(await appliedMigrations(connection));
    if (unknown.length > 0) throw new NewerSchemaError(unknown);
    await connection.orm.migrator.up();
    await settleFeed(lock);
  } finally {
    await lock.end();
  }
}

/** The names of the migrations that the database has, oldest first; none when it is empty. */
export async function appliedMigrations(connection: Connection): Promise<string[]> {
  try {
    const rows = await connection.query<{ name: string }>(
      'SELECT name FROM mikro_orm_migrations ORDER BY id',
      [],
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    const undefinedTable = '42P01';
    if (toDatabaseFault(error)?.code === undefinedTable) return [];
    throw error;
  }
}

function unknownTo(applied: readonly string[]): string[] {
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  return applied.filter((name) => !known.has(name));
}

export function isCurrent(applied: readonly string[]): boolean {
  return MIGRATIONS.every(({ name }) => applied.includes(name)) && unknownTo(applied).length === 0;
}
