import type { BlobEncoding } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { Db } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import { collectChunks } from './collect-chunks.ts';

interface BlobKey {
  readonly sha256: Buffer;
  readonly encoding: BlobEncoding;
}

/** Hashes that travel in one statement. */
const BATCH = 10_000;

/**
 * Removes those of the candidates that nothing refers to any more, with their chunks. Call it in the transaction that
 * removed the references, after it did so.
 *
 * The candidates are locked by one statement and looked at by the next, which sees what was committed until then.
 * Without the lock, two calls at once that remove the last two references would each see the other's and both keep
 * the blob. A writer that refers to a blob meanwhile waits in its foreign key check for our end; it is then refused
 * and tries again with the blob in hand. Locks are taken in one order, so that no two calls wait for each other.
 *
 * @returns how many blobs were removed.
 */
export async function collectBlobs(
  db: Db,
  projectId: string,
  candidates: readonly BlobKey[],
): Promise<number> {
  const sql = inTransaction(db);
  const keys = distinct(candidates);
  const removed: Removed[] = [];
  for (let start = 0; start < keys.length; start += BATCH) {
    removed.push(...(await collectBatch(sql, projectId, keys.slice(start, start + BATCH))));
  }
  const roots = removed.flatMap(({ root_sha256: root }) => root ?? []);
  await collectChunks(sql, projectId, roots);
  return removed.length;
}

interface Removed {
  /** Of a blob that was stored as chunks. */
  readonly root_sha256: Buffer | null;
}

async function collectBatch(sql: Sql, projectId: string, keys: readonly BlobKey[]): Promise<Removed[]> {
  const values = [projectId, keys.map(({ sha256 }) => sha256), keys.map(({ encoding }) => encoding)];
  await sql.query(
    `SELECT 1 FROM blob b
    JOIN unnest($2::bytea[], $3::text[]) AS k(sha256, encoding) ON b.sha256 = k.sha256 AND b.encoding = k.encoding
    WHERE b.project_id = $1 ORDER BY b.sha256, b.encoding FOR UPDATE OF b`,
    values,
  );
  return sql.query(
    `DELETE FROM blob b USING unnest($2::bytea[], $3::text[]) AS k(sha256, encoding)
    WHERE b.project_id = $1 AND b.sha256 = k.sha256 AND b.encoding = k.encoding
      ${REFERENCES.map(notReferred).join(' ')}
    RETURNING b.root_sha256`,
    values,
  );
}

/** Every column pair that may hold a blob; each has an index that starts with project and hash. */
const REFERENCES = [
  { table: 'document_version', sha256: 'sha256', encoding: 'encoding' },
  { table: 'message', sha256: 'sha256', encoding: 'encoding' },
  { table: 'exchange', sha256: 'response_sha256', encoding: 'response_encoding' },
  { table: 'exchange_attempt', sha256: 'request_sha256', encoding: 'request_encoding' },
  { table: 'exchange_attempt', sha256: 'response_sha256', encoding: 'response_encoding' },
] as const;

function notReferred({ table, sha256, encoding }: (typeof REFERENCES)[number]): string {
  return `AND NOT EXISTS (SELECT FROM ${table} t
    WHERE t.project_id = $1 AND t.${sha256} = b.sha256 AND t.${encoding} = b.encoding)`;
}

function distinct(candidates: readonly BlobKey[]): BlobKey[] {
  const keys = new Map(candidates.map((key) => [`${key.sha256.toString('base64')}.${key.encoding}`, key]));
  return [...keys.values()].sort((a, b) => Buffer.compare(a.sha256, b.sha256));
}
