import { type BlobEncoding, LedgerError } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { toBlobId } from './stored-blob.ts';
import { BLOB_COLUMNS } from './tree-bytes.ts';

interface TextRef {
  readonly sha256: Buffer | null;
  readonly encoding: BlobEncoding | null;
}

/**
 * Reads the texts of many rows by one statement, each stored text once.
 *
 * @returns what a row's text is: null for a binary body and where nothing is stored.
 */
export async function readTexts(
  { connection, scope }: StoreContext,
  refs: readonly TextRef[],
): Promise<(ref: TextRef) => string | null> {
  const wanted = new Map<string, { sha256: Buffer; encoding: BlobEncoding }>();
  for (const { sha256, encoding } of refs) {
    if (sha256 && encoding && encoding !== 'binary')
      wanted.set(toBlobId({ sha256, encoding }), { sha256, encoding });
  }
  const texts = new Map<string, string>();
  if (wanted.size > 0) {
    const keys = [...wanted.values()];
    const rows = await connection.query<{
      sha256: Buffer;
      encoding: BlobEncoding;
      content: string | null;
      bytes: Buffer | null;
    }>(
      `SELECT b.sha256, b.encoding, ${BLOB_COLUMNS}
      FROM unnest($2::bytea[], $3::text[]) AS wanted(sha256, encoding)
      JOIN blob b ON b.project_id = $1 AND b.sha256 = wanted.sha256 AND b.encoding = wanted.encoding`,
      [scope.projectId, keys.map(({ sha256 }) => sha256), keys.map(({ encoding }) => encoding)],
    );
    for (const row of rows) texts.set(toBlobId(row), row.content ?? row.bytes?.toString('utf16le') ?? '');
  }
  return ({ sha256, encoding }) => {
    if (!sha256 || !encoding || encoding === 'binary') return null;
    const text = texts.get(toBlobId({ sha256, encoding }));
    if (text === undefined) {
      // A row keeps its text by a foreign key; only a purge between the two statements takes both away.
      throw new LedgerError('UNAVAILABLE', { reason: 'A text was purged while it was read; read again' });
    }
    return text;
  };
}
