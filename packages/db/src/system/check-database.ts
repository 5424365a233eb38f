import type { Connection } from '../connection.ts';
import { appliedMigrations, isCurrent } from '../migrator.ts';
import { toDatabaseFault } from '../pg-errors.ts';

/** Whether the database answers and has this code's schema. */
export async function checkDatabase(
  connection: Connection,
): Promise<{ reachable: boolean; migrated: boolean }> {
  try {
    return { reachable: true, migrated: isCurrent(await appliedMigrations(connection)) };
  } catch (error) {
    // A database that refuses us is no better than none; anything else is a fault of ours.
    if (toDatabaseFault(error) === null) throw error;
    return { reachable: false, migrated: false };
  }
}
