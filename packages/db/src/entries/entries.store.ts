import type { Change, EntriesService, Entry } from '@stepledger/contract';
import { toPage } from '../cursors.ts';
import { startPage } from '../ledger/as-of.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';
import { Where } from '../where.ts';
import { subscribeEntries } from './entries.subscribe.ts';
import { withDetails } from './entry-details.ts';

interface EntryRow {
  run_id: string;
  revision: number;
  at: Date;
  actor: string;
  kind: string;
  changes: Change[];
}

/** A run's ledger, from either end. */
export function createEntriesStore(context: StoreContext): EntriesService {
  const { connection, scope } = context;
  return {
    async list(input) {
      const { runId, fromRevision, limit } = input;
      const types = ['number'] as const;
      const page = await startPage(context, input, { list: 'entries', types, target: { runId } });
      const where = new Where('e', scope.projectId);
      where.and('e.run_id = ? AND e.revision >= ?', runId, fromRevision);
      if (page.revision !== null) where.and('e.revision <= ?', page.revision);
      where.after(['e.revision'], types, page);
      const rows = await connection.query<EntryRow>(
        `SELECT e.run_id, e.revision, e.at, e.actor, e.kind, e.changes FROM entry e
        WHERE ${where.sql} ORDER BY ${page.sorted(['e.revision'])} LIMIT ${where.bind(limit + 1)}`,
        where.values,
      );
      if (rows.length === 0) await requireRun(connection, scope.projectId, runId);
      const entries = toPage(rows, limit, {
        toItem: toEntry,
        toCursor: ({ revision }) => page.toCursor([revision]),
      });
      return input.withDetails ? { ...entries, items: await withDetails(context, entries.items) } : entries;
    },
    subscribe: (input, signal) => subscribeEntries(context, input, signal),
  };
}

function toEntry(row: EntryRow): Entry {
  const { run_id: runId, revision, at, actor, kind, changes } = row;
  return { runId, revision, at: toTime(at), actor, kind, changes };
}
