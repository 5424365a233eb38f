import { createHash } from 'node:crypto';
import {
  type Blob,
  type BlobEncoding,
  type BodyContent,
  isPlainText,
  LedgerError,
} from '@stepledger/contract';
import type { Sql } from '../connection.ts';

/** A blob by the hash of its stored bytes. */
export interface BlobRef {
  readonly sha256: Buffer;
  readonly encoding: BlobEncoding;
  readonly size: number;
}

/** A blob with its bytes, ready to be stored. */
export interface NewBlob extends BlobRef {
  readonly bytes: Buffer;
}

/**
 * How a text is stored: as UTF-8 where PostgreSQL's `text` can hold it, else as the bytes of UTF-16LE.
 *
 * Hashing an ill-formed string as UTF-8 would give every lone surrogate the same hash.
 */
export function textBlob(text: string): NewBlob {
  const encoding = isPlainText(text) ? 'utf8' : 'utf16le';
  return toNewBlob(encoding, Buffer.from(text, encoding));
}

export function toNewBlob(encoding: BlobEncoding, bytes: Buffer): NewBlob {
  return { sha256: createHash('sha256').update(bytes).digest(), encoding, size: bytes.length, bytes };
}

export function toBlobId({ sha256, encoding }: Pick<BlobRef, 'sha256' | 'encoding'>): string {
  return `${sha256.toString('hex')}.${encoding}`;
}

export function toBlob(ref: BlobRef): Blob {
  return { id: toBlobId(ref), encoding: ref.encoding, size: ref.size };
}

/** Reads a blob's name, which the contract has checked. */
export function fromBlobId(id: string): { sha256: Buffer; encoding: BlobEncoding } {
  const [hex = '', encoding = 'binary'] = id.split('.');
  return { sha256: Buffer.from(hex, 'hex'), encoding: encoding as BlobEncoding };
}

/** Collects the blobs of one call, so that they go in by one INSERT in one order. */
export class BlobBag {
  readonly #blobs = new Map<string, NewBlob>();
  readonly #named = new Map<string, BlobRef>();
  readonly #stored: ReadonlyMap<string, BlobRef>;

  constructor(stored: ReadonlyMap<string, BlobRef> = new Map()) {
    this.#stored = stored;
  }

  /** Takes a text, base64 bytes or the name of a stored blob, and answers what rows refer to it by. */
  add(content: BodyContent): BlobRef {
    if (typeof content === 'string') return this.#keep(textBlob(content));
    if ('base64' in content) return this.#keep(toNewBlob('binary', Buffer.from(content.base64, 'base64')));
    const stored = this.#stored.get(content.blob);
    if (!stored) throw new LedgerError('NOT_FOUND', { type: 'blob', id: content.blob });
    this.#named.set(content.blob, stored);
    return stored;
  }

  /** Takes bytes as they came. */
  addBytes(bytes: Buffer): BlobRef {
    return this.#keep(toNewBlob('binary', bytes));
  }

  #keep(blob: NewBlob): BlobRef {
    this.#blobs.set(toBlobId(blob), blob);
    return blob;
  }

  /** What is to be stored, in the order in which every writer takes its locks. */
  sorted(): NewBlob[] {
    return inOrder(this.#blobs);
  }

  /** All that rows of this call refer to, whether it is to be stored or named, in the same order. */
  refs(): BlobRef[] {
    return inOrder(new Map([...this.#named, ...this.#blobs]));
  }
}

function inOrder<Ref>(blobs: ReadonlyMap<string, Ref>): Ref[] {
  return [...blobs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, blob]) => blob);
}

/**
 * Makes a bag for the contents of one call. Only a call that names blobs stored before costs a statement here; that
 * they stay is then guarded by the foreign keys of the rows that refer to them.
 */
export async function openBag(
  sql: Sql,
  projectId: string,
  contents: readonly (BodyContent | undefined)[],
): Promise<BlobBag> {
  const ids = new Set<string>();
  for (const content of contents) {
    if (typeof content === 'object' && 'blob' in content) ids.add(content.blob);
  }
  if (ids.size === 0) return new BlobBag();
  const refs = [...ids].map(fromBlobId);
  const rows = await sql.query<{ sha256: Buffer; encoding: BlobEncoding; size: number }>(
    `SELECT b.sha256, b.encoding, b.size
    FROM unnest($2::bytea[], $3::text[]) AS wanted(sha256, encoding)
    JOIN blob b ON b.project_id = $1 AND b.sha256 = wanted.sha256 AND b.encoding = wanted.encoding`,
    [projectId, refs.map((ref) => ref.sha256), refs.map((ref) => ref.encoding)],
  );
  return new BlobBag(new Map(rows.map((row) => [toBlobId(row), row])));
}
