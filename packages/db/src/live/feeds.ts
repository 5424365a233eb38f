import { LedgerError, type LiveEntries } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { toLedgerError } from '../pg-errors.ts';
import { badCursor, type Feed, feedKey, fromFeedCursor, START } from './feed-place.ts';
import { type FeedPage, type From, readFeed } from './read-feed.ts';
import { createWakeUps, EVERYTHING, type WakeUps } from './wake-ups.ts';

/**
 * How often all feeds that are followed are looked at, in milliseconds, since a wake-up may be lost: another server
 * dies between its commit and its notification, or a pooler swallows it.
 */
const POLL_MS = 1000;

/** Where a subscription begins. */
export type Beginning = { cursor: string } | { fromRevision: number } | 'start' | 'now';

/** A page, and which wake-ups its reader need not wait for any more. */
interface SeenPage extends FeedPage {
  readonly seen: number;
}

/** Those who follow one feed. */
interface Followers {
  count: number;
  /** Which wake-up was the last. */
  woken: number;
  readonly waiting: Set<() => void>;
}

/**
 * The feeds that this process follows: read from the database page by page, when somebody asks for the next page.
 *
 * Wake-ups only say when to look. Those who stand at the same place of a feed share one read.
 */
export class Feeds {
  readonly #sql: Sql;
  readonly #wakeUps: WakeUps;
  readonly #followed = new Map<string, Followers>();
  readonly #reads = new Map<string, Promise<SeenPage>>();
  #wakes = 0;
  #poll: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param listenUrl goes to PostgreSQL itself: a pooler may keep what is listened for. */
  constructor(sql: Sql, listenUrl: string) {
    this.#sql = sql;
    this.#wakeUps = createWakeUps({ sql, listenUrl, wake: (keys) => this.#wake(keys) });
  }

  /** Says that something was committed, in a run or, where that is null, in any of the project; returns at once. */
  announce(projectId: string, runId: string | null): void {
    this.#wakeUps.send(feedKey({ projectId, runId }));
  }

  /** Answers when the beginning was found to be right. @throws NOT_FOUND (run); BAD_INPUT (cursor) */
  async follow(
    feed: Feed,
    beginning: Beginning,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<LiveEntries, void, undefined>> {
    const [from, home] = toFrom(feed, beginning);
    const first = await this.#read(feed, from);
    if (home !== undefined && home !== first.home) throw badCursor(feed, ELSEWHERE);
    if (!first.reached && beginning !== 'now' && beginning !== 'start') throw neverReached(feed, beginning);
    return this.#pages(feed, first, signal);
  }

  /** Ends all feeds, and resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#poll);
    this.#wake([EVERYTHING]);
    await Promise.allSettled([this.#wakeUps.close(), ...this.#reads.values()]);
  }

  async *#pages(
    feed: Feed,
    first: SeenPage,
    signal: AbortSignal,
  ): AsyncGenerator<LiveEntries, void, undefined> {
    const followers = this.#enter(feed);
    try {
      let page = first;
      // Without an entry to tell of, the place is told: from there whoever is cut off now goes on.
      if (page.items.length === 0) yield toLiveEntries(page);
      while (true) {
        if (page.items.length > 0) yield toLiveEntries(page);
        if (!page.more) await this.#changed(followers, page.seen, signal);
        if (signal.aborted) return;
        page = await this.#read(feed, page.end);
        // Whatever stood behind the address of the database, it is another one now.
        if (page.home !== first.home || !page.reached) throw badCursor(feed, ELSEWHERE);
      }
    } finally {
      this.#leave(feed, followers);
    }
  }

  async #read(feed: Feed, from: From): Promise<SeenPage> {
    if (this.#closed) throw new LedgerError('UNAVAILABLE', { reason: 'The server stops; ask another one' });
    const place = from === 'now' ? from : `${from.xid}/${from.runId}/${from.revision}`;
    const key = `${feedKey(feed)} ${place}`;
    let read = this.#reads.get(key);
    if (!read) {
      const seen = this.#wakes;
      read = readFeed(this.#sql, feed, from).then((page) => ({ ...page, seen }));
      this.#reads.set(key, read);
      const forget = () => this.#reads.delete(key);
      read.then(forget, forget);
    }
    try {
      return await read;
    } catch (error) {
      throw toLedgerError(error);
    }
  }

  /** Waits until something may have come since what was seen. */
  async #changed(followers: Followers, seen: number, signal: AbortSignal): Promise<void> {
    if (followers.woken > seen || signal.aborted || this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = () => resolve();
    followers.waiting.add(resolve);
    signal.addEventListener('abort', onAbort);
    await promise;
    signal.removeEventListener('abort', onAbort);
    followers.waiting.delete(resolve);
  }

  #wake(keys: readonly string[]): void {
    this.#wakes += 1;
    const named = new Set(keys);
    const projects = new Set(keys.map(projectOf));
    for (const [key, followers] of this.#followed) {
      if (![key, projectOf(key), EVERYTHING].some((name) => named.has(name)) && !projects.has(key)) continue;
      followers.woken = this.#wakes;
      for (const resolve of followers.waiting) resolve();
    }
  }

  #enter(feed: Feed): Followers {
    const key = feedKey(feed);
    // What was announced since the first page was read is not missed: it counts as a wake-up.
    const followers = this.#followed.get(key) ?? { count: 0, woken: this.#wakes, waiting: new Set() };
    followers.count += 1;
    this.#followed.set(key, followers);
    this.#wakeUps.listen();
    this.#poll ??= setInterval(() => this.#wake([EVERYTHING]), POLL_MS).unref();
    return followers;
  }

  #leave(feed: Feed, followers: Followers): void {
    followers.count -= 1;
    if (followers.count > 0) return;
    this.#followed.delete(feedKey(feed));
    if (this.#followed.size > 0) return;
    clearInterval(this.#poll);
    this.#poll = undefined;
  }
}

/** Where to read, and which database a cursor is of. */
function toFrom(feed: Feed, beginning: Beginning): [From, string?] {
  if (beginning === 'now') return ['now'];
  if (beginning === 'start') return [START];
  if ('fromRevision' in beginning) return [{ ...START, revision: beginning.fromRevision - 1 }];
  const { home, place } = fromFeedCursor(feed, beginning.cursor);
  return [place, home];
}

const ELSEWHERE = 'is of another database than';

function neverReached(feed: Feed, beginning: { cursor: string } | { fromRevision: number }): LedgerError {
  if ('cursor' in beginning) return badCursor(feed, 'is from a later state of');
  const reason = 'must be at most one more than the revision of the run';
  return new LedgerError('BAD_INPUT', { issues: [{ path: 'fromRevision', reason }] });
}

/** What stands before the slash in the key of a run's feed. */
function projectOf(key: string): string {
  return key.split('/', 1)[0] ?? key;
}

function toLiveEntries({ items, cursor }: FeedPage): LiveEntries {
  return { items, cursor };
}
