import type { CreatedApiKey, Identity, Project, Scope, Services, Store } from '@stepledger/contract';
import { authenticate } from './api-keys/authenticate.ts';
import {
  createKey,
  hasKeys,
  listKeys,
  type NewKey,
  type OperatorKey,
  revokeKey,
} from './api-keys/operator-keys.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { Feeds } from './live/feeds.ts';
import { migrate } from './migrator.ts';
import { toLedgerError } from './pg-errors.ts';
import { findProject, insertProject } from './projects/projects.store.ts';
import { findDrift } from './schema-drift.ts';
import { Indexer } from './search/indexing/indexer.ts';
import { createServices } from './services.ts';
import { createStoreContext, type Db, toDb } from './store-context.ts';
import { checkDatabase } from './system/check-database.ts';
import { TtlCache } from './ttl-cache.ts';

export interface DatabaseOptions extends ConnectionOptions {
  /** A URL that goes to PostgreSQL itself, for migrations and LISTEN; needed where `url` goes to a pooler. */
  directUrl?: string;
}

/** A PostgreSQL with Stepledger's schema, and the services over it. */
export interface Database extends AsyncDisposable {
  readonly store: Store;
  /** Brings the schema up to date, under a lock; any number of servers may start at once. @throws NewerSchemaError */
  migrate(): Promise<void>;
  /** Finds a project by its slug or makes it; a safe thing to do at every start. */
  ensureProject(project: { slug: string; name: string }): Promise<Project>;
  /** Makes an API key; its text is in the answer and nowhere else. @throws LedgerError NOT_FOUND (project) */
  createKey(key: NewKey): Promise<CreatedApiKey & { project: string | null }>;
  /** Every key of the instance and of all projects, oldest first. */
  listKeys(): Promise<OperatorKey[]>;
  /** Ends a key for good, here at once and in other servers within 3 s; false when none of this id works. */
  revokeKey(id: string): Promise<boolean>;
  /** Whether there is a key that is neither revoked nor expired. */
  hasKeys(): Promise<boolean>;
  /** How the database differs from what this code expects, a sentence each; none after `migrate`. */
  findDrift(): Promise<string[]>;
  /** Ends the feeds, and waits for nothing else: stop what uses it first. */
  close(): Promise<void>;
}

/** Projects are never deleted and keep their slugs, so that their ids may be remembered for long. */
const PROJECT_TTL_MS = 60_000;
const MAX_PROJECTS = 1000;

/**
 * Opens a database: `await openDatabase({ url })`, then `migrate()`, then `store.open(scope)` for each call.
 *
 * Connects lazily: a database that cannot be reached shows at the first query, as LedgerError UNAVAILABLE.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const connection = await Connection.open(options);
  const feeds = new Feeds(connection, options.directUrl ?? options.url);
  const indexer = new Indexer(connection);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= Promise.all([feeds.close(), indexer.close()]).then(() => connection.close());
    return closing;
  };
  return {
    store: createStore({ connection, feeds, indexer }),
    migrate: () => migrate(connection, options.directUrl ?? options.url),
    ensureProject: (project) => inLedgerErrors(() => ensureProject(toDb(connection.orm.em.fork()), project)),
    createKey: (key) => inLedgerErrors(() => createKey(connection, key)),
    listKeys: () => inLedgerErrors(() => listKeys(connection)),
    revokeKey: (id) => inLedgerErrors(() => revokeKey(connection, id)),
    hasKeys: () => inLedgerErrors(() => hasKeys(connection)),
    findDrift: () => inLedgerErrors(() => findDrift(connection)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Resources {
  readonly connection: Connection;
  readonly feeds: Feeds;
  readonly indexer: Indexer;
}

function createStore(resources: Resources): Store {
  const { connection } = resources;
  const projects = new TtlCache<string>({ maxEntries: MAX_PROJECTS, ttlMs: PROJECT_TTL_MS });
  return {
    open: (scope: Scope): Services => createServices(createStoreContext(resources, scope)),
    authenticate: (key): Promise<Identity | null> => inLedgerErrors(() => authenticate(connection, key)),
    findProject: (slug) =>
      inLedgerErrors(() =>
        projects.get(slug, async () => {
          const [row] = await connection.query<{ id: string }>('SELECT id FROM project WHERE slug = $1', [
            slug,
          ]);
          return row?.id ?? null;
        }),
      ),
    ready: () => checkDatabase(connection),
  };
}

async function ensureProject(db: Db, project: { slug: string; name: string }): Promise<Project> {
  const found = (await findProject(db, project.slug)) ?? (await insertProject(db, project));
  if (found) return found;
  // Another server made it between the two.
  const made = await findProject(db, project.slug);
  if (!made) throw new Error(`The project ${project.slug} was taken and is gone again`);
  return made;
}

async function inLedgerErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw toLedgerError(error);
  }
}
