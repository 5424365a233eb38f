import { isUtf8 } from 'node:buffer';
import { type BlobEncoding, type BlobsService, LedgerError, LIMITS } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { Statement } from '../ledger/statement.ts';
import { isRace } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { fromBlobId, type NewBlob, toBlob, toNewBlob } from './stored-blob.ts';
import { BLOB_COLUMNS } from './tree-bytes.ts';
import { toBlobRows, writeBlobs } from './write-blobs.ts';

/** Raw bodies and texts by the hash of their bytes. */
export function createBlobsStore({ connection, scope }: StoreContext): BlobsService {
  return {
    async put({ encoding, bytes }) {
      checkBytes(encoding, bytes);
      const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const blob = toNewBlob(encoding, body);
      await insertBlob(connection, scope.projectId, blob);
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

/** Turns before a blob is given up whose chunks are collected each time; none is the rule. */
const MAX_TURNS = 8;

async function insertBlob(sql: Sql, projectId: string, blob: NewBlob): Promise<void> {
  const rows = toBlobRows([blob]);
  const statement = new Statement();
  const project = statement.bind(projectId, 'uuid');
  writeBlobs({ statement, project }, rows, '(SELECT) always');
  const text = statement.text('SELECT 1');
  for (let turn = 1; ; turn++) {
    try {
      await sql.query(text, statement.values);
      return;
    } catch (error) {
      if (turn >= MAX_TURNS || !isRace(error)) throw error;
    }
  }
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
