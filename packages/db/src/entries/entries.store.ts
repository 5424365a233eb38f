import type { Change, EntriesService, Entry } from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';

interface EntryRow {
  run_id: string;
  revision: number;
  at: Date;
  actor: string;
  kind: string;
  changes: Change[];
}

/** A run's ledger, oldest entry first. */
export function createEntriesStore({ connection, scope }: StoreContext): EntriesService {
  return {
    async list({ runId, fromRevision, cursor, limit }) {
      const [after = 0] = fromCursor('entries', ['number'], cursor) ?? [];
      const rows = await connection.query<EntryRow>(
        `SELECT run_id, revision, at, actor, kind, changes FROM entry
        WHERE project_id = $1 AND run_id = $2 AND revision >= $3 AND revision > $4
        ORDER BY revision LIMIT $5`,
        [scope.projectId, runId, fromRevision, after, limit + 1],
      );
      if (rows.length === 0) await requireRun(connection, scope.projectId, runId);
      return toPage(rows, limit, {
        toItem: toEntry,
        toCursor: ({ revision }) => toCursor('entries', [revision]),
      });
    },
  };
}

function toEntry(row: EntryRow): Entry {
  const { run_id: runId, revision, at, actor, kind, changes } = row;
  return { runId, revision, at: toTime(at), actor, kind, changes };
}
