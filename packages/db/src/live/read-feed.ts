import { type Change, LedgerError, LIMITS, type LiveEntries } from '@stepledger/contract';
import type { Bind, Sql } from '../connection.ts';
import { toTime } from '../time.ts';
import { END, type Feed, type Place, placeBefore, START, toFeedCursor } from './feed-place.ts';

/** What follows a place in a feed. */
export interface FeedPage extends LiveEntries {
  /** Names the database that answered. */
  readonly home: string;
  /** Behind the last item; where the page has none, the place that was asked for. */
  readonly end: Place;
  /** Whether the next page has something as well. */
  readonly more: boolean;
  /** False where the place that was asked for is one that the database never came to. */
  readonly reached: boolean;
}

interface FeedRow {
  home: string;
  /** Of a run: its revision, and null when there is none. Of a project: the oldest transaction that still runs. */
  head: string | null;
  /** Null where nothing follows. */
  run_id: string | null;
  revision: number;
  xid: string;
  at: Date;
  actor: string;
  kind: string;
  changes: Change[];
  found: number;
}

/**
 * Names the database in which revisions and transaction numbers count: another server, another database of the same
 * server and a server that was set back to an earlier time have other names, and a restart has the same.
 */
const HOME = `SELECT left(encode(sha256(convert_to(concat_ws('/',
    (SELECT system_identifier FROM pg_control_system()),
    left(pg_walfile_name(pg_current_wal_lsn()), 8),
    (SELECT oid FROM pg_database WHERE datname = current_database())), 'UTF8')), 'hex'), 16) AS home`;

/** At most so many entries as LIMITS says, and so many bytes, by what was found before each. */
function cut(entries: string, order: string): string {
  return `SELECT c.* FROM (
      SELECT page.*, count(*) OVER ()::int AS found, sum(octet_length(changes::text)) OVER (
        ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
      FROM (${entries} ORDER BY ${order} LIMIT ${LIMITS.maxEventEntries}) page
    ) c WHERE coalesce(bytes_before, 0) < ${LIMITS.maxEventBytes}`;
}

const COLUMNS = 'e.run_id, e.revision, e.xid, e.at, e.actor, e.kind, e.changes';

/** A run's writers wait for each other until they commit, so that what is seen of it has no gap. */
const READ_RUN = `SELECT h.home, r.revision::text AS head, e.run_id, e.revision, e.xid::text AS xid, e.at, e.actor,
    e.kind, e.changes, e.found
  FROM (${HOME}) h
  LEFT JOIN run r ON r.project_id = $1 AND r.id = $2
  LEFT JOIN LATERAL (${cut(
    `SELECT ${COLUMNS} FROM entry e WHERE e.project_id = $1 AND e.run_id = $2 AND e.revision > $3`,
    'revision',
  )}) e ON true
  ORDER BY e.revision`;

/**
 * Whatever commits later is of a transaction that still runs or has not begun, and stands behind all that is answered.
 *
 * What a run has from the run that it was forked of is not told a second time: it stands at 0, where no transaction is,
 * and no read begins before 1, however many forks there are.
 */
const READ_PROJECT = `SELECT h.home, h.head::text AS head, e.run_id, e.revision, e.xid::text AS xid, e.at, e.actor,
    e.kind, e.changes, e.found
  FROM (${HOME}, pg_snapshot_xmin(pg_current_snapshot()) AS head) h
  LEFT JOIN LATERAL (${cut(
    `SELECT ${COLUMNS} FROM entry e
    WHERE e.project_id = $1 AND (e.xid, e.run_id, e.revision) > (greatest($2::xid8, '1'), $3::uuid, $4::int)
      AND e.xid < h.head`,
    'xid, run_id, revision',
  )}) e ON true
  ORDER BY e.xid, e.run_id, e.revision`;

/** Where to read: behind a place, that of a cursor of this `home`, or behind what is there now. */
export type From = Place | 'now';

/**
 * Reads what follows a place, a page of it.
 *
 * @throws NOT_FOUND (run)
 */
export async function readFeed(sql: Sql, feed: Feed, from: From): Promise<FeedPage> {
  const place = from === 'now' ? END : from;
  const rows = await sql.query<FeedRow>(...toQuery(feed, place));
  const [first] = rows;
  if (!first) throw new Error('A LEFT JOIN answered no row');
  const { home, head } = first;
  if (head === null) throw new LedgerError('NOT_FOUND', { type: 'run', id: feed.runId ?? '' });
  const now = feed.runId === null ? placeBefore(head) : { ...START, revision: Number(head) };
  const items = rows.flatMap((row) => toItem(feed, row));
  const last = rows.at(-1);
  const end = last?.run_id ? toPlace(last, last.run_id) : from === 'now' ? now : place;
  const more = last?.run_id != null && (rows.length < last.found || last.found === LIMITS.maxEventEntries);
  const reached = from === 'now' || !isBehind(feed, place, now);
  return { home, items, end, more, reached, cursor: toFeedCursor(feed, home, end) };
}

function toQuery({ projectId, runId }: Feed, { xid, revision, ...place }: Place): [string, Bind[]] {
  if (runId !== null) return [READ_RUN, [projectId, runId, revision]];
  return [READ_PROJECT, [projectId, xid, place.runId, revision]];
}

function isBehind({ runId }: Feed, place: Place, head: Place): boolean {
  return runId === null ? BigInt(place.xid) > BigInt(head.xid) : place.revision > head.revision;
}

function toItem(feed: Feed, row: FeedRow): LiveEntries['items'] {
  const { home, run_id: runId, revision, at, actor, kind, changes } = row;
  if (runId === null) return [];
  const cursor = toFeedCursor(feed, home, toPlace(row, runId));
  return [{ runId, revision, at: toTime(at), actor, kind, changes, cursor }];
}

function toPlace({ xid, revision }: FeedRow, runId: string): Place {
  return { xid, runId, revision };
}
