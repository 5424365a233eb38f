import type { Services } from '@stepledger/contract';
import { type Database, openDatabase } from '@stepledger/db';
import { createTestDatabase } from '@stepledger/testing';

/** A database with two projects, for tests of the stores without a server before them. */
export interface TestLedger extends AsyncDisposable {
  readonly database: Database;
  readonly url: string;
  readonly projectId: string;
  /** The services of one call in the first project. */
  open(): Services;
  /** The same in the other project. */
  openOther(): Services;
}

export async function openTestLedger(options: { poolSize?: number } = {}): Promise<TestLedger> {
  const { url } = await createTestDatabase();
  const database = await openDatabase({ url, ...options });
  const project = await database.ensureProject({ slug: 'first', name: 'First' });
  const other = await database.ensureProject({ slug: 'other', name: 'Other' });
  return {
    database,
    url,
    projectId: project.id,
    open: () => database.store.open({ projectId: project.id, actor: 'test' }),
    openOther: () => database.store.open({ projectId: other.id, actor: 'test' }),
    [Symbol.asyncDispose]: () => database.close(),
  };
}
