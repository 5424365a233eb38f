import type { Log } from '@stepledger/api';
import { type Database, openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';

/** A private PostgreSQL in a data directory, or the operator's own. */
export type StoreLocation =
  | { dataDir: string; databaseUrl?: undefined; directUrl?: undefined }
  | {
      dataDir?: undefined;
      databaseUrl: string;
      /** A URL that goes to PostgreSQL itself, for migrations, where `databaseUrl` goes to a pooler. */
      directUrl?: string | undefined;
    };

export interface OpenStore {
  database: Database;
  /** Closes the database, and the PostgreSQL that was started for it. */
  close(): Promise<void>;
}

/** Opens the database, starting the private PostgreSQL if it is that, and brings its schema up to date. */
export async function openStore(location: StoreLocation, signal?: AbortSignal): Promise<OpenStore> {
  const postgres =
    location.dataDir === undefined
      ? undefined
      : await startPostgres({ dataDir: location.dataDir, ...(signal && { signal }) });
  let database: Database | undefined;
  const close = async () => {
    try {
      await database?.close();
    } finally {
      await postgres?.stop();
    }
  };
  try {
    database = await openDatabase({
      url: postgres?.url() ?? location.databaseUrl ?? '',
      applicationName: 'stepledger-embedded',
      ...(location.directUrl !== undefined && { directUrl: location.directUrl }),
    });
    await database.migrate();
    return { database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Faults of ours go to standard error, since here there is no server's log; they never hold texts or keys. */
export const consoleLog: Log = {
  warn: (fields, message) => console.warn(`stepledger: ${message}`, fields),
  error: (fields, message) => console.error(`stepledger: ${message}`, fields),
};
