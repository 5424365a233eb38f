import type { BlobEncoding } from '@stepledger/contract';
import type { Sql } from '../connection.ts';

export interface BlobKey {
  readonly sha256: Buffer;
  readonly encoding: BlobEncoding;
}

/** Hashes that travel in one statement. */
const BATCH = 10_000;

/** Locks blobs that may be garbage. @param keys in the order in which every writer locks them. */
export async function lockBlobs(sql: Sql, projectId: string, keys: readonly BlobKey[]): Promise<void> {
  for (const batch of batchesOf(keys)) {
    await sql.query(
      `SELECT 1 FROM blob b
      JOIN unnest($2::bytea[], $3::text[]) AS k(sha256, encoding) ON b.sha256 = k.sha256 AND b.encoding = k.encoding
      WHERE b.project_id = $1 ORDER BY b.sha256, b.encoding FOR UPDATE OF b`,
      [projectId, ...batch],
    );
  }
}

/**
 * Removes those of some locked blobs that nothing refers to.
 *
 * @returns the roots of the removed ones that were stored as chunks, whose chunks may be garbage too.
 */
export async function removeBlobs(sql: Sql, projectId: string, keys: readonly BlobKey[]): Promise<Buffer[]> {
  const roots: Buffer[] = [];
  for (const batch of batchesOf(keys)) {
    const removed = await sql.query<{ root_sha256: Buffer | null }>(
      `DELETE FROM blob b USING unnest($2::bytea[], $3::text[]) AS k(sha256, encoding)
      WHERE b.project_id = $1 AND b.sha256 = k.sha256 AND b.encoding = k.encoding
        ${REFERENCES.map(notReferred).join(' ')}
      RETURNING b.root_sha256`,
      [projectId, ...batch],
    );
    roots.push(...removed.flatMap(({ root_sha256: root }) => root ?? []));
  }
  return roots;
}

function* batchesOf(keys: readonly BlobKey[]): Generator<[Buffer[], BlobEncoding[]]> {
  for (let start = 0; start < keys.length; start += BATCH) {
    const batch = keys.slice(start, start + BATCH);
    yield [batch.map(({ sha256 }) => sha256), batch.map(({ encoding }) => encoding)];
  }
}

/** Every column pair that may hold a blob; each has an index that starts with project and hash. */
const REFERENCES = [
  { table: 'document_version', sha256: 'sha256', encoding: 'encoding' },
  { table: 'message', sha256: 'sha256', encoding: 'encoding' },
  { table: 'exchange', sha256: 'response_sha256', encoding: 'response_encoding' },
  { table: 'exchange', sha256: 'context_sha256', encoding: 'context_encoding' },
  { table: 'exchange_attempt', sha256: 'request_sha256', encoding: 'request_encoding' },
  { table: 'exchange_attempt', sha256: 'response_sha256', encoding: 'response_encoding' },
] as const;

function notReferred({ table, sha256, encoding }: (typeof REFERENCES)[number]): string {
  return `AND NOT EXISTS (SELECT FROM ${table} t
    WHERE t.project_id = $1 AND t.${sha256} = b.sha256 AND t.${encoding} = b.encoding)`;
}
