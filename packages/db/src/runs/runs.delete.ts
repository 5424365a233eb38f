import { type BlobEncoding, LedgerError, type RunsService } from '@stepledger/contract';
import { collectGarbage } from '../blobs/collect-garbage.ts';
import type { Sql } from '../connection.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import { removeRunFromSearch } from '../search/indexing/remove-rows.ts';
import type { Db, StoreContext } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import { waitForForks } from './fork-guard.ts';

type DeleteRun = RunsService['delete'];

/**
 * Deletes a run with its whole ledger, and then every message and text that no other run refers to. There is no way
 * back. Links that documents of other runs have to its documents stay in their ledgers.
 */
export function deleteRun(context: StoreContext, input: Parameters<DeleteRun>[0]): ReturnType<DeleteRun> {
  const { projectId } = context.scope;
  return mutateOnce(context, toRequest('runs.delete', input), async (db) => {
    const sql = inTransaction(db);
    await waitForForks(sql, projectId, { runId: input.runId });
    const key = await lockRun(db, projectId, input.runId);
    await lockOpenExchanges(sql, projectId, input.runId);
    const tips = await findTips(sql, projectId, input.runId);
    const blobs = await findBlobs(sql, projectId, input.runId);
    await db.deleteFrom('Run').where('projectId', '=', projectId).where('id', '=', input.runId).execute();
    await removeRunFromSearch(sql, projectId, input.runId);
    await collectGarbage(db, projectId, { tips, blobs });
    return { runId: input.runId, key };
  });
}

/** Every writer of a run takes this lock first: those that wait behind it then find no run. */
async function lockRun(db: Db, projectId: string, runId: string): Promise<string> {
  const run = await db
    .selectFrom('Run')
    .select('key')
    .where('projectId', '=', projectId)
    .where('id', '=', runId)
    .forUpdate()
    .executeTakeFirst();
  if (!run) throw new LedgerError('NOT_FOUND', { type: 'run', id: runId });
  return run.key;
}

/** Attempts of open exchanges are stored without the run's lock: what they refer to must not grow from here on. */
async function lockOpenExchanges(sql: Sql, projectId: string, runId: string): Promise<void> {
  await sql.query(
    `SELECT 1 FROM exchange WHERE project_id = $1 AND run_id = $2 AND status IN ('pending', 'streaming')
    ORDER BY id FOR UPDATE`,
    [projectId, runId],
  );
}

async function findTips(sql: Sql, projectId: string, runId: string): Promise<Buffer[]> {
  const rows = await sql.query<{ prompt_hash: Buffer }>(
    'SELECT DISTINCT prompt_hash FROM exchange WHERE project_id = $1 AND run_id = $2 AND prompt_hash IS NOT NULL',
    [projectId, runId],
  );
  return rows.map(({ prompt_hash: hash }) => hash);
}

function findBlobs(
  sql: Sql,
  projectId: string,
  runId: string,
): Promise<{ sha256: Buffer; encoding: BlobEncoding }[]> {
  return sql.query(
    `SELECT b.sha256, b.encoding FROM (
      SELECT v.sha256, v.encoding FROM document_version v WHERE v.project_id = $1 AND v.run_id = $2
      UNION
      SELECT e.response_sha256, e.response_encoding FROM exchange e WHERE e.project_id = $1 AND e.run_id = $2
      UNION
      SELECT e.context_sha256, e.context_encoding FROM exchange e WHERE e.project_id = $1 AND e.run_id = $2
      UNION
      SELECT a.request_sha256, a.request_encoding FROM exchange e
        JOIN exchange_attempt a ON a.project_id = e.project_id AND a.exchange_id = e.id
        WHERE e.project_id = $1 AND e.run_id = $2
      UNION
      SELECT a.response_sha256, a.response_encoding FROM exchange e
        JOIN exchange_attempt a ON a.project_id = e.project_id AND a.exchange_id = e.id
        WHERE e.project_id = $1 AND e.run_id = $2
    ) b WHERE b.sha256 IS NOT NULL`,
    [projectId, runId],
  );
}
