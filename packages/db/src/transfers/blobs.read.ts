import {
  type BlobEncoding,
  LedgerError,
  type TransferBlobs,
  type TransfersService,
} from '@stepledger/contract';
import { fromBlobId, toBlobId } from '../blobs/stored-blob.ts';
import { BLOB_COLUMNS } from '../blobs/tree-bytes.ts';
import type { StoreContext } from '../store-context.ts';

/** Stored bytes of the texts of one answer, beside its first. */
const MAX_BYTES = 4 * 1024 * 1024;
/** What is larger goes by itself, where nothing has to turn it into JSON and back. */
const LARGE_BYTES = 512 * 1024;

interface SizeRow {
  sha256: Buffer;
  encoding: BlobEncoding;
  size: number;
}

interface BlobRow extends SizeRow {
  content: string | null;
  bytes: Buffer | null;
}

/** Reads the first of some blobs, as many as fit an answer. @throws NOT_FOUND */
export async function readBlobs(
  { connection, scope }: StoreContext,
  { ids }: Parameters<TransfersService['blobs']>[0],
): Promise<TransferBlobs> {
  const keys = ids.map(fromBlobId);
  const sizes = await connection.query<SizeRow>(
    `SELECT b.sha256, b.encoding, b.size FROM unnest($2::bytea[], $3::text[]) AS k(sha256, encoding)
    JOIN blob b ON b.project_id = $1 AND b.sha256 = k.sha256 AND b.encoding = k.encoding`,
    [scope.projectId, keys.map(({ sha256 }) => sha256), keys.map(({ encoding }) => encoding)],
  );
  const sizeOf = new Map(sizes.map((row) => [toBlobId(row), row.size]));
  const large: string[] = [];
  const small: string[] = [];
  let bytes = 0;
  for (const id of ids) {
    const size = sizeOf.get(id);
    if (size === undefined) throw new LedgerError('NOT_FOUND', { type: 'blob', id });
    if (size > LARGE_BYTES) large.push(id);
    else if (bytes + size > MAX_BYTES) break;
    else {
      bytes += size;
      small.push(id);
    }
  }
  return { blobs: await readContents({ connection, scope }, small), large };
}

async function readContents(
  { connection, scope }: Pick<StoreContext, 'connection' | 'scope'>,
  ids: readonly string[],
): Promise<TransferBlobs['blobs']> {
  if (ids.length === 0) return [];
  const keys = ids.map(fromBlobId);
  const rows = await connection.query<BlobRow>(
    `SELECT b.sha256, b.encoding, b.size, ${BLOB_COLUMNS}
    FROM unnest($2::bytea[], $3::text[]) AS k(sha256, encoding)
    JOIN blob b ON b.project_id = $1 AND b.sha256 = k.sha256 AND b.encoding = k.encoding`,
    [scope.projectId, keys.map(({ sha256 }) => sha256), keys.map(({ encoding }) => encoding)],
  );
  const found = new Map(rows.map((row) => [toBlobId(row), row]));
  return ids.map((id) => {
    const row = found.get(id);
    if (!row) throw new LedgerError('NOT_FOUND', { type: 'blob', id });
    const { content, bytes } = row;
    if (row.encoding === 'utf8') return { type: 'blob', id, text: content ?? '' };
    return { type: 'blob', id, base64: (bytes ?? Buffer.alloc(0)).toString('base64') };
  });
}
