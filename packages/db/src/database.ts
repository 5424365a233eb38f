import type { Scope, Services, Store } from '@stepledger/contract';
import { Connection, type ConnectionOptions } from './connection.ts';
import { appliedMigrations, isCurrent, migrate } from './migrator.ts';
import { toDatabaseFault, toLedgerError } from './pg-errors.ts';
import { createServices } from './services.ts';
import { createStoreContext } from './store-context.ts';

export interface DatabaseOptions extends ConnectionOptions {
  /** A URL that goes to PostgreSQL itself, for migrations; needed where `url` goes to a pooler. */
  directUrl?: string;
}

/** A PostgreSQL with Stepledger's schema, and the services over it. */
export interface Database extends AsyncDisposable {
  readonly store: Store;
  /** Brings the schema up to date, under a lock. @throws NewerSchemaError */
  migrate(): Promise<void>;
  /** Waits for nothing: stop what uses it first. */
  close(): Promise<void>;
}
