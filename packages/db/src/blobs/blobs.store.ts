import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type BlobEncoding, type BlobsService, LedgerError, LIMITS } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { fromBlobId, toBlob } from './stored-blob.ts';

/** Raw bodies and texts by the hash of their bytes. */
export function createBlobsStore({ connection, scope }: StoreContext): BlobsService {
  return {
    async put({ encoding, bytes }) {
      checkBytes(encoding, bytes);
      const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const sha256 = createHash('sha256').update(body).digest();
      await connection.query(encoding === 'utf8' ? INSERT_TEXT : INSERT_BYTES, [
        scope.projectId,
        sha256,
        encoding,
        body,
        body.length,
      ]);
      return toBlob({ sha256, encoding, size: body.length });
    },

    async get({ id }) {
      const { sha256, encoding } = fromBlobId(id);
      const [row] = await connection.query<{ content: string | null; bytes: Buffer | null }>(
        'SELECT content, bytes FROM blob WHERE project_id = $1 AND sha256 = $2 AND encoding = $3',
        [scope.projectId, sha256, encoding],
      );
      if (!row) throw new LedgerError('NOT_FOUND', { type: 'blob', id });
      return { encoding, bytes: row.bytes ?? Buffer.from(row.content ?? '', 'utf8') };
    },
  };
}

const INSERT_TEXT = `INSERT INTO blob (project_id, sha256, encoding, content, size)
  VALUES ($1, $2, $3, convert_from($4::bytea, 'UTF8'), $5) ON CONFLICT DO NOTHING`;
const INSERT_BYTES = `INSERT INTO blob (project_id, sha256, encoding, bytes, size)
  VALUES ($1, $2, $3, $4::bytea, $5) ON CONFLICT DO NOTHING`;

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
