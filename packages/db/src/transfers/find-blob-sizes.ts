import { fromBlobId, toBlobId } from '../blobs/stored-blob.ts';
import type { Sql } from '../connection.ts';
import { badLine } from './bad-line.ts';
import type { RunBatch } from './run-batch.ts';

/** Finds the size of every text that lines name. @throws BAD_INPUT for one that is not here */
export async function findBlobSizes(
  sql: Sql,
  projectId: string,
  batch: RunBatch,
): Promise<Map<string, number>> {
  const named = [
    ...batch.message.map(({ index, content }) => ({ index, field: 'content', id: content })),
    ...batch.exchange.map(({ index, context }) => ({ index, field: 'context', id: context })),
    ...batch.attempt.flatMap(({ index, request, response }) => [
      { index, field: 'request', id: request },
      { index, field: 'response', id: response },
    ]),
    ...batch.close.map(({ index, response }) => ({ index, field: 'response', id: response })),
    ...batch.version.map(({ index, text }) => ({ index, field: 'text', id: text })),
  ];
  const ids = [...new Set(named.flatMap(({ id }) => id ?? []))];
  if (ids.length === 0) return new Map();
  const keys = ids.map(fromBlobId);
  const rows = await sql.query<{ sha256: Buffer; encoding: 'utf8'; size: number }>(
    `SELECT b.sha256, b.encoding, b.size FROM unnest($2::bytea[], $3::text[]) AS k(sha256, encoding)
    JOIN blob b ON b.project_id = $1 AND b.sha256 = k.sha256 AND b.encoding = k.encoding`,
    [projectId, keys.map(({ sha256 }) => sha256), keys.map(({ encoding }) => encoding)],
  );
  const sizes = new Map(rows.map((row) => [toBlobId(row), row.size]));
  const missing = named.find(({ id }) => id !== null && !sizes.has(id));
  if (missing)
    throw badLine(missing.index, missing.field, 'names a text that is not here: it must come first');
  return sizes;
}
