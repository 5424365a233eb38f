import { LedgerError } from '@stepledger/contract';
import type { Sql } from '../connection.ts';

/** Tells an empty list of a run from a run that is not there. @throws NOT_FOUND */
export async function requireRun(sql: Sql, projectId: string, runId: string): Promise<void> {
  const [run] = await sql.query('SELECT 1 FROM run WHERE project_id = $1 AND id = $2', [projectId, runId]);
  if (!run) throw new LedgerError('NOT_FOUND', { type: 'run', id: runId });
}
