import { isUtf8 } from 'node:buffer';
import { type BlobEncoding, type BlobsService, LedgerError, LIMITS } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { insertBlobs } from './insert-blobs.ts';
import { fromBlobId, toBlob, toNewBlob } from './stored-blob.ts';
import { BLOB_COLUMNS } from './tree-bytes.ts';

/** Raw bodies and texts by the hash of their bytes. */
export function createBlobsStore({ connection, scope }: StoreContext): BlobsService {
  return {
    async put({ encoding, bytes }) {
      checkBytes(encoding, bytes);
      const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const blob = toNewBlob(encoding, body);
      await insertBlobs(connection, scope.projectId, [blob]);
      return toBlob(blob);
    },

    async get({ id }) {
      const { sha256, encoding } = fromBlobId(id);
      const [row] = await connection.query<{ content: string | null; bytes: Buffer | null }>(
        `SELECT ${BLOB_COLUMNS} FROM blob b WHERE b.project_id = $1 AND b.sha256 = $2 AND b.encoding = $3`,
        [scope.projectId, sha256, encoding],
      );
      if (!row) throw new LedgerError('NOT_FOUND', { type: 'blob', id });
      return { encoding, bytes: row.bytes ?? Buffer.from(row.content ?? '', 'utf8') };
    },
  };
}

/** Refuses bytes that are not a text in the encoding that they are said to have. */
function checkBytes(encoding: BlobEncoding, bytes: Uint8Array): void {
  if (bytes.length > LIMITS.maxTextBytes) {
    throw new LedgerError('TOO_LARGE', { limitBytes: LIMITS.maxTextBytes });
  }
  if (encoding === 'utf8') {
    if (!isUtf8(bytes)) throw badBody('is not valid UTF-8');
    if (bytes.includes(0)) throw badBody('holds NUL, which utf8 cannot store: send it as utf16le');
  } else if (encoding === 'utf16le' && bytes.length % 2 !== 0) {
    throw badBody('is not UTF-16: it has an odd number of bytes');
  }
}

function badBody(reason: string): LedgerError<'BAD_INPUT'> {
  return new LedgerError('BAD_INPUT', { issues: [{ path: 'body', reason }] });
}
