import type { Change, EntriesService, Entry } from '@stepledger/contract';
import { toPage } from '../cursors.ts';
import { startPage } from '../ledger/as-of.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';
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

/** No run has more: `revision` is an integer. */
const LAST_REVISION = 2_147_483_647;

/** A run's ledger, oldest entry first. */
export function createEntriesStore(context: StoreContext): EntriesService {
  const { connection, scope } = context;
  return {
    async list(input) {
      const { runId, fromRevision, limit } = input;
      const page = await startPage(context, input, { list: 'entries', types: ['number'], target: { runId } });
      const [after = 0] = page.after ?? [];
      const rows = await connection.query<EntryRow>(
        `SELECT run_id, revision, at, actor, kind, changes FROM entry
        WHERE project_id = $1 AND run_id = $2 AND revision >= $3 AND revision > $4 AND revision <= $5
        ORDER BY revision LIMIT $6`,
        [scope.projectId, runId, fromRevision, after, page.revision ?? LAST_REVISION, limit + 1],
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
