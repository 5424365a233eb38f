import {
  type BlobEncoding,
  type DocumentsService,
  LedgerError,
  type PurgedDocument,
} from '@stepledger/contract';
import { collectGarbage } from '../blobs/collect-garbage.ts';
import type { Sql } from '../connection.ts';
import { lockRun, type RunLock, takeRevision } from '../ledger/run-lock.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import { waitForForks } from '../runs/fork-guard.ts';
import { removeFromSearch } from '../search/indexing/remove-rows.ts';
import type { StoreContext } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';

type Input = Parameters<DocumentsService['purge']>[0];

interface BlobKey {
  sha256: Buffer;
  encoding: BlobEncoding;
}

/**
 * Takes texts away for good, also from the past: their versions stay as marks, their bytes go unless something else
 * refers to the same text.
 *
 * One transaction of several statements rather than one statement: it is rare, and the garbage is only known once
 * the references are gone.
 */
export function purgeDocument(context: StoreContext, input: Input): Promise<PurgedDocument> {
  const { projectId } = context.scope;
  // As everything that names it does, whatever the caller wrote.
  const documentId = input.documentId.toLowerCase();
  return mutateOnce(context, toRequest('documents.purge', input), async (db) => {
    const sql = inTransaction(db);
    await waitForForks(sql, projectId, { documentId });
    const run = await lockRun(sql, projectId, { documentId });
    const purged = await purgeVersions(sql, run, input);
    const exchangeIds = input.cascade
      ? await findExchanges(sql, run, { documentId, versions: purged.versions })
      : [];
    const versions = purged.versions;
    if (versions.length === 0 && exchangeIds.length === 0) {
      return { runId: run.runId, revision: run.revision, at: run.at, documentId, versions, exchangeIds };
    }
    const changes = [
      ...versions.map((version) => ({ what: 'document', id: documentId, version, change: 'purge' })),
      ...exchangeIds.map((id) => ({ what: 'exchange', id, change: 'purge' })),
    ];
    const receipt = await takeRevision(sql, run, {
      actor: context.scope.actor,
      kind: 'documents.purge',
      changes,
    });
    await markVersions(sql, run, { documentId, versions, revision: receipt.revision });
    const { tips, bodies } = await purgeExchanges(sql, run, { exchangeIds, revision: receipt.revision });
    await removeFromSearch(sql, run, { documentId, versions, exchangeIds });
    await collectGarbage(db, projectId, { tips, blobs: [...purged.blobs, ...bodies] });
    return { runId: run.runId, ...receipt, documentId, versions, exchangeIds };
  });
}

/** The versions that are not purged yet, with their blobs. */
async function purgeVersions(
  sql: Sql,
  { projectId }: RunLock,
  { documentId, versions }: Input,
): Promise<{ versions: number[]; blobs: BlobKey[] }> {
  const rows = await sql.query<BlobKey & { version: number; purged: boolean }>(
    `SELECT version, sha256, encoding, purged_revision IS NOT NULL AS purged FROM document_version
    WHERE project_id = $1 AND document_id = $2 AND ($3::int[] IS NULL OR version = ANY ($3)) ORDER BY version`,
    [projectId, documentId, versions ?? null],
  );
  const missing = versions?.find((version) => !rows.some((row) => row.version === version));
  if (missing !== undefined) {
    throw new LedgerError('NOT_FOUND', { type: 'document version', id: `${documentId}@${missing}` });
  }
  const left = rows.filter(({ purged }) => !purged);
  // A version that deletes a document after its text was purged has none.
  const blobs = left.filter(({ sha256 }) => sha256 !== null);
  return { versions: left.map(({ version }) => version), blobs };
}

/** Marks versions, and takes what they say off them and off the heads that they are. */
export async function markVersions(
  sql: Sql,
  { projectId }: Pick<RunLock, 'projectId'>,
  { documentId, versions, revision }: { documentId: string; versions: number[]; revision: number },
): Promise<void> {
  await sql.query(
    `UPDATE document_version SET purged_revision = $4, sha256 = NULL, encoding = NULL, size = NULL, title = NULL,
      note = NULL, metadata = '{}'
    WHERE project_id = $1 AND document_id = $2 AND version = ANY ($3)`,
    [projectId, documentId, versions, revision],
  );
  await sql.query(
    `UPDATE document SET head_sha256 = NULL, head_encoding = NULL, head_size = NULL, head_title = NULL,
      head_metadata = '{}'
    WHERE project_id = $1 AND id = $2 AND head_version = ANY ($3)`,
    [projectId, documentId, versions],
  );
}

/** The run's exchanges that the versions came from, and those whose documents are linked to them. */
async function findExchanges(
  sql: Sql,
  { projectId, runId }: RunLock,
  { documentId, versions }: { documentId: string; versions: number[] },
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `SELECT e.id FROM exchange e
    WHERE e.project_id = $1 AND e.run_id = $2 AND e.purged_revision IS NULL AND e.id IN (
      SELECT v.exchange_id FROM document_version v
        WHERE v.project_id = $1 AND v.document_id = $3 AND v.version = ANY ($4)
      UNION
      SELECT v.exchange_id FROM link l
        JOIN document_version v ON v.project_id = l.project_id AND v.document_id = l.from_document_id
          AND v.version = l.from_version
        WHERE l.project_id = $1 AND l.to_document_id = $3 AND l.to_version = ANY ($4))
    ORDER BY e.id`,
    [projectId, runId, documentId, versions],
  );
  return rows.map(({ id }) => id);
}

/** Marks exchanges and takes their bodies and messages off them; answers what they no longer refer to. */
export async function purgeExchanges(
  sql: Sql,
  { projectId }: Pick<RunLock, 'projectId'>,
  { exchangeIds, revision }: { exchangeIds: string[]; revision: number },
): Promise<{ tips: Buffer[]; bodies: BlobKey[] }> {
  if (exchangeIds.length === 0) return { tips: [], bodies: [] };
  const tips = await sql.query<{ prompt_hash: Buffer }>(
    'SELECT prompt_hash FROM exchange WHERE project_id = $1 AND id = ANY ($2::uuid[]) AND prompt_hash IS NOT NULL',
    [projectId, exchangeIds],
  );
  const bodies = await sql.query<BlobKey>(
    `SELECT b.sha256, b.encoding FROM (
      SELECT response_sha256 AS sha256, response_encoding AS encoding FROM exchange
        WHERE project_id = $1 AND id = ANY ($2::uuid[])
      UNION
      SELECT context_sha256, context_encoding FROM exchange WHERE project_id = $1 AND id = ANY ($2::uuid[])
      UNION
      SELECT request_sha256, request_encoding FROM exchange_attempt
        WHERE project_id = $1 AND exchange_id = ANY ($2::uuid[])
      UNION
      SELECT response_sha256, response_encoding FROM exchange_attempt
        WHERE project_id = $1 AND exchange_id = ANY ($2::uuid[])
    ) b WHERE b.sha256 IS NOT NULL`,
    [projectId, exchangeIds],
  );
  await sql.query(
    `UPDATE exchange SET purged_revision = $3, prompt_hash = NULL, memo_key = NULL, asked_memo_key = NULL,
      variables = NULL, error = NULL, metadata = '{}', response_sha256 = NULL, response_encoding = NULL,
      response_size = NULL, context_sha256 = NULL, context_encoding = NULL
    WHERE project_id = $1 AND id = ANY ($2::uuid[])`,
    [projectId, exchangeIds, revision],
  );
  await sql.query(
    `UPDATE exchange_attempt SET request_sha256 = NULL, request_encoding = NULL, response_sha256 = NULL,
      response_encoding = NULL, url = NULL, headers = NULL, error = NULL
    WHERE project_id = $1 AND exchange_id = ANY ($2::uuid[])`,
    [projectId, exchangeIds],
  );
  await sql.query('DELETE FROM exchange_chunk WHERE project_id = $1 AND exchange_id = ANY ($2::uuid[])', [
    projectId,
    exchangeIds,
  ]);
  await sql.query('UPDATE parse SET error = NULL WHERE project_id = $1 AND exchange_id = ANY ($2::uuid[])', [
    projectId,
    exchangeIds,
  ]);
  return { tips: tips.map(({ prompt_hash: hash }) => hash), bodies };
}
