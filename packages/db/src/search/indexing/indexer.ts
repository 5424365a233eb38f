import { LedgerError } from '@stepledger/contract';
import type { Sql } from '../../connection.ts';
import { isRace } from '../../requests/requests.ts';
import { indexSources } from './index-sources.ts';
import { loadSources } from './load-sources.ts';
import { dropPending, isLast, type Pending, readPending, takePending } from './pending.ts';
import { retireVersions } from './write-rows.ts';

/** How long commits gather before they are indexed, in milliseconds: in batches they cost half. */
const GATHER_MS = 50;
/** How long a search waits until everything before it is indexed. */
const MAX_WAIT_MS = 20_000;

/** Stands before each statement, for those who look at what a database is doing. */
const INDEXING = '/* search index */';

/** What is being done for one project. */
interface Work {
  /** Ends with all that waited when it began. */
  current: Promise<boolean>;
  /** Begins when the current one has ended; shared by those who came meanwhile. */
  next: Promise<boolean> | undefined;
}

/**
 * Indexes what was committed: soon after, one batch after the other, and at the latest before the next search.
 *
 * What waits is a row of `search_pending`, written by the commit itself, so that nothing is lost when a server dies: the
 * next search or write of the project finds it, in any server.
 */
export class Indexer {
  readonly #sql: Sql;
  readonly #work = new Map<string, Work>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(sql: Sql) {
    this.#sql = { query: (text, values) => sql.query(`${INDEXING}\n${text}`, values) };
  }

  /** Says that something was committed; returns at once. */
  announce(projectId: string): void {
    if (this.#closed || this.#timers.has(projectId)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(projectId);
      void this.#inBackground(projectId);
    }, GATHER_MS);
    this.#timers.set(projectId, timer.unref());
  }

  /**
   * Indexes everything that was committed before the call.
   *
   * @returns whether nothing waits of what was written before the index was there.
   * @throws UNAVAILABLE when that takes too long.
   */
  async catchUp(projectId: string): Promise<boolean> {
    const work = this.#work.get(projectId);
    if (!work) return this.#begin(projectId);
    const begin = () => this.#begin(projectId);
    work.next ??= work.current.then(begin, begin);
    return work.next;
  }

  /** Resolves when nothing is being written any more. What is left is done by whoever comes next. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.allSettled([...this.#work.values()].map(({ current }) => current));
  }

  #begin(projectId: string): Promise<boolean> {
    const work: Work = { current: this.#run(projectId), next: undefined };
    this.#work.set(projectId, work);
    const forget = () => {
      if (this.#work.get(projectId) === work) this.#work.delete(projectId);
    };
    work.current.then(forget, forget);
    return work.current;
  }

  async #run(projectId: string): Promise<boolean> {
    const deadline = Date.now() + MAX_WAIT_MS;
    while (true) {
      const batch = await readPending(this.#sql, projectId);
      const fresh = batch.filter(({ backlog }) => !backlog);
      if (fresh.length > 0) await indexPending(this.#sql, projectId, fresh);
      if (fresh.length < batch.length) {
        this.announce(projectId);
        return false;
      }
      if (isLast(batch)) return true;
      if (this.#closed || Date.now() > deadline) {
        throw new LedgerError('UNAVAILABLE', { reason: 'The search is behind the writers; try again' });
      }
    }
  }

  async #inBackground(projectId: string): Promise<void> {
    try {
      let batch: Pending[];
      do {
        if (this.#closed) return;
        if (this.#work.has(projectId)) {
          this.announce(projectId);
          return;
        }
        batch = await this.#take(projectId);
      } while (!isLast(batch));
    } catch {
      // What waits is still there: the next search does it, and meets what stands in the way.
    }
  }

  #take(projectId: string): Promise<Pending[]> {
    const taken = takePending(this.#sql, projectId).then(async (batch) => {
      if (batch.length > 0) await indexPending(this.#sql, projectId, batch);
      return batch;
    });
    const work: Work = { current: taken.then((batch) => isLast(batch)), next: undefined };
    this.#work.set(projectId, work);
    const forget = () => {
      if (this.#work.get(projectId) === work) this.#work.delete(projectId);
    };
    work.current.then(forget, forget);
    return taken;
  }
}

/** Turns before a batch is given up that other servers or deletions get in the way of. */
const MAX_TURNS = 5;

/** Indexes what some commits have written; doing it twice changes nothing. */
async function indexPending(sql: Sql, projectId: string, batch: readonly Pending[]): Promise<void> {
  for (let turn = 1; ; turn++) {
    try {
      return await indexOnce(sql, projectId, batch);
    } catch (error) {
      if (turn >= MAX_TURNS || !isRace(error)) throw error;
    }
  }
}

async function indexOnce(sql: Sql, projectId: string, batch: readonly Pending[]): Promise<void> {
  const { sources, documentIds } = await loadSources(sql, projectId, withoutTwins(batch));
  await indexSources(sql, projectId, sources);
  await retireVersions(sql, projectId, documentIds);
  await dropPending(sql, projectId, batch);
}

/** What waits as a backlog may wait as new as well; its texts are written once, since no statement writes a row twice. */
function withoutTwins(batch: readonly Pending[]): Pending[] {
  return [...new Map(batch.map((one) => [`${one.kind} ${one.id} ${one.revision}`, one])).values()];
}
