import { createHash } from 'node:crypto';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { ENTITIES } from './entities.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { guardPool } from './pool-guard.ts';

export interface ConnectionOptions {
  /** A libpq URL, such as `postgres://user:password@host:5432/stepledger`. */
  url: string;
  /**
   * Whether statements are prepared under a name and planned once per connection; yes by default. Turn it off
   * behind a PgBouncer in transaction mode that does not track prepared statements.
   */
  prepared?: boolean;
  /** Connections at most; 10 by default. */
  poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  applicationName?: string;
  /** How long one statement may take before PostgreSQL cancels it; 60 s by default, 0 for ever. */
  statementTimeoutMs?: number;
}

/** One value that travels as a bind parameter. */
export type Bind =
  | string
  | number
  | boolean
  | Date
  | Buffer
  | null
  | readonly (string | number | Buffer | null)[];

/** Sends one statement with bind parameters. */
export interface Sql {
  query<Row>(text: string, values: readonly Bind[]): Promise<Row[]>;
}

/** The ORM, typed with our entities. */
export type Orm = Awaited<ReturnType<typeof openOrm>>['orm'];

async function openOrm(options: ConnectionOptions) {
  let pool: pg.Pool | undefined;
  const orm = await MikroORM.init({
    entities: [...ENTITIES],
    dbName: databaseName(options.url),
    extensions: [Migrator],
    migrations: { migrationsList: MIGRATIONS, snapshot: false, disableForeignKeys: false },
    // A read must see the writes before it.
    preferReadReplicas: false,
    forceUtcTimezone: true,
    pool: { min: 0, max: options.poolSize ?? 10 },
    driverOptions: {
      connectionString: options.url,
      application_name: options.applicationName ?? 'stepledger',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      statement_timeout: options.statementTimeoutMs ?? 60_000,
      onPoolCreated: (created: pg.Pool) => {
        pool = created;
        guardPool(created);
      },
    },
    // Queries carry texts, which are never logged.
    logger: () => undefined,
  });
  // Kysely makes the pool when it is first asked for.
  orm.em.getKysely();
  if (!pool) throw new Error('MikroORM did not make a connection pool');
  return { orm, pool };
}

/** The pool, the ORM over it, and the one way in which hand-written SQL is sent. */
export class Connection implements Sql {
  readonly orm: Orm;
  readonly #pool: pg.Pool;
  readonly #prepared: boolean;
  readonly #names = new Map<string, string>();

  private constructor(orm: Orm, pool: pg.Pool, prepared: boolean) {
    this.orm = orm;
    this.#pool = pool;
    this.#prepared = prepared;
  }

  /** Connects lazily: a database that cannot be reached shows at the first query. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { orm, pool } = await openOrm(options);
    return new Connection(orm, pool, options.prepared ?? true);
  }

  /** Outside any transaction, on a connection of the pool; prepared under a name made of the text. */
  async query<Row>(text: string, values: readonly Bind[]): Promise<Row[]> {
    const named = this.#prepared ? { name: this.#name(text) } : {};
    // The pool has MikroORM's parsers, which leave times as strings; these statements want node-postgres's own.
    const result = await this.#pool.query({ ...named, text, values: [...values], types: pg.types });
    return result.rows as Row[];
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }

  #name(text: string): string {
    let name = this.#names.get(text);
    if (!name) {
      name = `s_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
      this.#names.set(text, name);
    }
    return name;
  }
}

function databaseName(url: string): string {
  const name = new URL(url).pathname.slice(1);
  return name === '' ? 'postgres' : decodeURIComponent(name);
}
