import type { Scope } from '@stepledger/contract';
import type { Connection, Orm } from './connection.ts';

type EntityManager = ReturnType<Orm['em']['fork']>;

/** Typed queries by entity and property names; inside a transaction they belong to it. */
export type Db = ReturnType<typeof toDb>;

export function toDb(em: EntityManager) {
  return em.getKysely({
    tableNamingStrategy: 'entity',
    columnNamingStrategy: 'property',
    convertValues: true,
  });
}

/** What a store works with: made anew for each procedure call, never shared between two. */
export interface StoreContext {
  readonly connection: Connection;
  readonly scope: Scope;
  readonly db: Db;
  /** Runs `work` in one transaction. */
  transaction<Result>(work: (db: Db) => Promise<Result>): Promise<Result>;
}

export function createStoreContext(connection: Connection, scope: Scope): StoreContext {
  const em = connection.orm.em.fork();
  return {
    connection,
    scope,
    db: toDb(em),
    transaction: (work) => em.transactional((transactional) => work(toDb(transactional))),
  };
}
