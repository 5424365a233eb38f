import { LedgerError } from '@stepledger/contract';
import { type CursorValue, fromCursor, toCursor } from '../cursors.ts';

/** What is followed: one run, or all runs of a project. */
export interface Feed {
  readonly projectId: string;
  readonly runId: string | null;
}

/** A place in a feed, behind an entry; of a single run only the revision matters. */
export interface Place {
  /** 64 bits, as decimal digits. */
  readonly xid: string;
  readonly runId: string;
  readonly revision: number;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
const MAX_XID = 2n ** 64n - 1n;

/** Before every entry. */
export const START: Place = { xid: '0', runId: NO_ID, revision: 0 };
/** Behind every entry that may ever be. */
export const END: Place = { xid: `${MAX_XID}`, runId: NO_ID, revision: 2_147_483_647 };

/** Before the entries of a transaction. */
export function placeBefore(xid: string): Place {
  return { ...START, xid };
}

/** Names a feed among all. */
export function feedKey({ projectId, runId }: Feed): string {
  return runId === null ? projectId : `${projectId}/${runId}`;
}

/**
 * The place as a caller may keep it. It is good for this feed of this database alone.
 *
 * @param home names the database, see `read-feed.ts`.
 */
export function toFeedCursor(feed: Feed, home: string, place: Place): string {
  if (feed.runId !== null) return toCursor('run feed', [home, feed.runId, place.revision]);
  return toCursor('project feed', [home, feed.projectId, place.xid, place.runId, place.revision]);
}

/** Reads a cursor back. @throws BAD_INPUT for one of another feed or none of ours. */
export function fromFeedCursor(feed: Feed, cursor: string): { home: string; place: Place } {
  const [home, id, ...values] = readValues(feed, cursor);
  if (typeof home !== 'string' || id !== (feed.runId ?? feed.projectId)) throw badCursor(feed);
  if (feed.runId !== null) return { home, place: { ...START, revision: Number(values[0]) } };
  const [xid = '', runId = ''] = values.map(String);
  if (!/^\d{1,20}$/.test(xid) || BigInt(xid) > MAX_XID) throw badCursor(feed);
  return { home, place: { xid, runId, revision: Number(values[2]) } };
}

function readValues(feed: Feed, cursor: string): CursorValue[] {
  const [list, types] =
    feed.runId === null
      ? (['project feed', ['string', 'uuid', 'string', 'uuid', 'number']] as const)
      : (['run feed', ['string', 'uuid', 'number']] as const);
  try {
    return fromCursor(list, types, cursor) ?? [];
  } catch (error) {
    if (error instanceof LedgerError) throw badCursor(feed);
    throw error;
  }
}

export function badCursor({ runId }: Feed, reason = 'is not a cursor of'): LedgerError<'BAD_INPUT'> {
  const feed = runId === null ? 'this project' : 'this run';
  return new LedgerError('BAD_INPUT', {
    issues: [{ path: 'lastEventId', reason: `${reason} the entries of ${feed}` }],
  });
}
