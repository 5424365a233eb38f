import { type Change, type Exported, LedgerError, type RowLine, type RowLineOf } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { exactTime } from './columns.ts';
import { readRunRows } from './run-rows.read.ts';

/** Entries of a page, what they say was changed, and bytes of short texts; a page has at least one entry. */
const MAX_ENTRIES = 250;
const MAX_CHANGES = 2_000;
const MAX_BYTES = 4 * 1024 * 1024;

interface Range {
  readonly unitId: string;
  readonly after: number;
  readonly until: number;
}

interface EntryRow {
  revision: number;
  at: string;
  actor: string;
  kind: string;
  changes: Change[];
  bytes: number;
}

/**
 * Reads what a run's revisions behind one began, changed and ended, each with its entry last.
 *
 * It is told as of `until`, so that the pages fit together whatever is written meanwhile.
 *
 * @throws NOT_FOUND
 */
export async function readRunPage(context: StoreContext, range: Range): Promise<Exported> {
  const { connection, scope } = context;
  const [run] = await connection.query<{ revision: number }>(
    'SELECT revision FROM run WHERE project_id = $1 AND id = $2',
    [scope.projectId, range.unitId],
  );
  if (!run) throw new LedgerError('NOT_FOUND', { type: 'run', id: range.unitId });
  const entries = cut(await readEntries(context, range));
  const last = entries.at(-1);
  if (!last) return { lines: [], next: null };
  const rows = await readRunRows(context, {
    runId: range.unitId,
    after: range.after,
    last: last.revision,
    until: range.until,
    entries,
  });
  const lines = entries.flatMap((entry) => [...(rows.get(entry.revision) ?? []), toLine(entry)]);
  return { lines, next: last.revision < Math.min(range.until, run.revision) ? last.revision : null };
}

/** With the bytes of the texts that stand in rows themselves, as far as they may be large. */
function readEntries(
  { connection, scope }: StoreContext,
  { unitId: id, after, until }: Range,
): Promise<EntryRow[]> {
  return connection.query(
    `WITH page AS (
      SELECT e.revision, e.at, e.actor, e.kind, e.changes FROM entry e
      WHERE e.project_id = $1 AND e.run_id = $2 AND e.revision > $3 AND e.revision <= $4
      ORDER BY e.revision LIMIT ${MAX_ENTRIES}
    ), named AS (
      SELECT p.revision, c.what, c.id FROM page p CROSS JOIN jsonb_to_recordset(p.changes) AS c(what text, id uuid)
    ), sizes AS (
      SELECT n.revision, s.bytes FROM named n CROSS JOIN LATERAL (
        SELECT coalesce(octet_length(e.variables), 0) + coalesce(octet_length(e.error), 0) + e.message_count * 100
          + coalesce((SELECT sum(coalesce(octet_length(a.headers), 0) + coalesce(octet_length(a.error), 0))
            FROM exchange_attempt a WHERE a.project_id = $1 AND a.exchange_id = e.id), 0) AS bytes
        FROM exchange e WHERE e.project_id = $1 AND e.id = n.id) s
      WHERE n.what = 'exchange'
      UNION ALL
      SELECT n.revision, octet_length(p.error) FROM named n
      JOIN parse p ON p.project_id = $1 AND p.id = n.id WHERE n.what = 'parse'
      UNION ALL
      SELECT n.revision, octet_length(t.error) FROM named n
      JOIN step_state t ON t.project_id = $1 AND t.step_id = n.id AND t.revision = n.revision WHERE n.what = 'step'
      UNION ALL
      SELECT v.revision, octet_length(v.note) + octet_length(v.metadata::text) FROM document_version v
      WHERE v.project_id = $1 AND v.run_id = $2 AND v.revision > $3 AND v.revision <= (SELECT max(revision) FROM page)
    )
    SELECT p.revision, ${exactTime('p.at')} AS at, p.actor, p.kind, p.changes,
      coalesce((SELECT sum(s.bytes) FROM sizes s WHERE s.revision = p.revision), 0)::float8 AS bytes
    FROM page p ORDER BY p.revision`,
    [scope.projectId, id, after, until],
  );
}

function cut(entries: readonly EntryRow[]): EntryRow[] {
  let changes = 0;
  let bytes = 0;
  const end = entries.findIndex((entry, index) => {
    changes += 1 + entry.changes.length;
    bytes += entry.bytes;
    return index > 0 && (changes > MAX_CHANGES || bytes > MAX_BYTES);
  });
  return end === -1 ? [...entries] : entries.slice(0, end);
}

function toLine({ revision, at, actor, kind, changes }: EntryRow): RowLineOf<'entry'> & RowLine {
  return { type: 'entry', revision, at, actor, kind, changes };
}
