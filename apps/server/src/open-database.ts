import { DEFAULT_PROJECT } from '@stepledger/api';
import { type Database, NewerSchemaError, openDatabase } from '@stepledger/db';
import { type ManagedPostgres, startPostgres } from '@stepledger/postgres';
import type { Logger } from 'pino';
import { StartError } from './start-error.ts';

/** An operator's PostgreSQL. */
export interface ExternalDatabase {
  url: string;
  /** A URL past any pooler, for migrations. */
  directUrl?: string | undefined;
  /** False behind a pooler that does not track prepared statements. */
  prepared?: boolean | undefined;
  poolSize?: number | undefined;
}

/** The private PostgreSQL in a data directory. */
export interface ManagedDatabase {
  dataDir: string;
  poolSize?: number | undefined;
}

export type DatabaseOptions = ExternalDatabase | ManagedDatabase;

/** A migrated database with its default project. Closing it also stops the PostgreSQL that it started. */
export interface OpenDatabase {
  database: Database;
  close(): Promise<void>;
}

/** On whose behalf a database is opened. */
export interface Owner {
  log: Logger;
  /** Abandons the opening. */
  signal?: AbortSignal | undefined;
}

/** Opens the database, starting its PostgreSQL where it is ours, and brings its schema up to date. */
export async function openServerDatabase(options: DatabaseOptions, owner: Owner): Promise<OpenDatabase> {
  const { signal } = owner;
  signal?.throwIfAborted();
  const postgres = 'dataDir' in options ? await startManaged(options.dataDir, owner) : undefined;
  let database: Database | undefined;
  const close = async () => {
    try {
      await database?.close();
    } finally {
      await postgres?.stop();
    }
  };
  try {
    database = await openDatabase(connectionOf(options, postgres));
    signal?.throwIfAborted();
    await migrate(database, options);
    signal?.throwIfAborted();
    await database.ensureProject({ slug: DEFAULT_PROJECT, name: DEFAULT_PROJECT });
    return { database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startManaged(dataDir: string, { log, signal }: Owner): Promise<ManagedPostgres> {
  const options = { dataDir, log: (line: string) => log.info(line) };
  const postgres = await startPostgres(signal === undefined ? options : { ...options, signal });
  log.info({ dataDir: postgres.dataDir, postgres: postgres.version }, 'private PostgreSQL started');
  return postgres;
}

function connectionOf(options: DatabaseOptions, postgres: ManagedPostgres | undefined) {
  const common = {
    applicationName: 'stepledger-server',
    ...(options.poolSize !== undefined && { poolSize: options.poolSize }),
  };
  if (postgres !== undefined) return { ...common, url: postgres.url() };
  if ('dataDir' in options) throw new Error('A managed database is started before it is opened');
  const { url, directUrl, prepared } = options;
  return {
    ...common,
    url,
    ...(directUrl !== undefined && { directUrl }),
    ...(prepared !== undefined && { prepared }),
  };
}

/** Here a person waits for the reason, and it holds no data yet: the database's own words are passed on. */
async function migrate(database: Database, options: DatabaseOptions): Promise<void> {
  try {
    await database.migrate();
  } catch (error) {
    if (error instanceof NewerSchemaError || !(error instanceof Error)) throw error;
    const where = 'dataDir' in options ? options.dataDir : withoutSecrets(options.directUrl ?? options.url);
    throw new StartError('DATABASE', `Cannot use the database ${where}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Node gathers the failures of a name's several addresses in an error without a message. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name;
}

function withoutSecrets(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${pathname.slice(1) || 'postgres'} at ${hostname || 'localhost'}:${port || 5432}`;
}
