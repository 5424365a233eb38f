import type { Scope } from '@stepledger/contract';
import type { Connection, Orm } from './connection.ts';
import type { Feeds } from './live/feeds.ts';
import type { Indexer } from './search/indexing/indexer.ts';

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
  readonly feeds: Feeds;
  readonly indexer: Indexer;
  /** Runs `work` in one transaction. */
  transaction<Result>(work: (db: Db) => Promise<Result>): Promise<Result>;
  /** Tells those who follow the run that it has a new entry; to be called after the commit. */
  announce(runId: string): void;
}

export function createStoreContext(
  { connection, feeds, indexer }: Pick<StoreContext, 'connection' | 'feeds' | 'indexer'>,
  scope: Scope,
): StoreContext {
  const em = connection.orm.em.fork();
  return {
    connection,
    scope,
    db: toDb(em),
    feeds,
    indexer,
    async transaction(work) {
      const result = await em.transactional((transactional) => work(toDb(transactional)));
      feeds.announce(scope.projectId, null);
      indexer.announce(scope.projectId);
      return result;
    },
    announce(runId) {
      feeds.announce(scope.projectId, runId);
      indexer.announce(scope.projectId);
    },
  };
}
