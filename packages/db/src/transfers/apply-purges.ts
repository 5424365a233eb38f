import type { BlobEncoding } from '@stepledger/contract';
import { collectGarbage } from '../blobs/collect-garbage.ts';
import type { Sql } from '../connection.ts';
import { markVersions, purgeExchanges } from '../documents/documents.purge.ts';
import { removeFromSearch } from '../search/indexing/remove-rows.ts';
import type { Db } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import type { TargetRun } from './import-run.ts';
import type { RunBatch } from './run-batch.ts';

/** Whether entries say that something was purged. */
export function hasPurges({ entry }: RunBatch): boolean {
  return entry.some(({ changes }) => changes.some(({ change }) => change === 'purge'));
}

/**
 * Purges here too what came before it was purged there. What comes with these lines or later is marked as it comes.
 */
export async function applyPurges(db: Db, run: TargetRun, batch: RunBatch): Promise<void> {
  if (!hasPurges(batch)) return;
  const sql = inTransaction(db);
  for (const { revision, changes } of batch.entry) {
    const purged = changes.filter(({ change }) => change === 'purge');
    const documents = purged.filter(({ what }) => what === 'document');
    for (const [documentId, ofDocument] of Map.groupBy(documents, ({ id }) => id)) {
      const versions = ofDocument.flatMap(({ version }) => version ?? []);
      await purgeHere(db, run, { revision, documentId, versions, exchangeIds: [] });
    }
    const exchanges = purged.filter(({ what }) => what === 'exchange').map(({ id }) => id);
    const exchangeIds = await findUnpurged(sql, run, exchanges);
    if (exchangeIds.length > 0) {
      await purgeHere(db, run, { revision, documentId: run.runId, versions: [], exchangeIds });
    }
  }
}

interface Purge {
  readonly revision: number;
  readonly documentId: string;
  readonly versions: readonly number[];
  readonly exchangeIds: string[];
}

async function purgeHere(db: Db, run: TargetRun, purge: Purge): Promise<void> {
  const sql = inTransaction(db);
  const { revision, documentId, exchangeIds } = purge;
  const left = await sql.query<{ version: number; sha256: Buffer | null; encoding: BlobEncoding }>(
    `SELECT version, sha256, encoding FROM document_version WHERE project_id = $1 AND run_id = $2 AND document_id = $3
      AND version = ANY ($4::int[]) AND purged_revision IS NULL`,
    [run.projectId, run.runId, documentId, purge.versions],
  );
  const versions = left.map(({ version }) => version);
  if (versions.length === 0 && exchangeIds.length === 0) return;
  await markVersions(sql, run, { documentId, versions, revision });
  const { tips, bodies } = await purgeExchanges(sql, run, { exchangeIds, revision });
  await removeFromSearch(sql, run, { documentId, versions, exchangeIds });
  const blobs = left.flatMap(({ sha256, encoding }) => (sha256 === null ? [] : [{ sha256, encoding }]));
  await collectGarbage(db, run.projectId, { tips, blobs: [...blobs, ...bodies] });
}

async function findUnpurged(sql: Sql, run: TargetRun, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await sql.query<{ id: string }>(
    `SELECT id FROM exchange WHERE project_id = $1 AND run_id = $2 AND id = ANY ($3::uuid[]) AND purged_revision IS NULL`,
    [run.projectId, run.runId, ids],
  );
  return rows.map(({ id }) => id);
}
