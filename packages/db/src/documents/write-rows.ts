import { type DocumentWrite, LedgerError, type VersionRef } from '@stepledger/contract';
import type { BlobBag, BlobRef } from '../blobs/stored-blob.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { newId } from '../ids.ts';
import { toReadSet } from './read-set.ts';

export type DocumentOperation = 'create' | 'put' | 'update' | 'restore' | 'delete' | 'undelete';

/** One document of a commit, as the statement reads it from JSON; a field left out stays as it is. */
export interface WriteRow {
  readonly ord: number;
  readonly op: DocumentOperation;
  /** The document's id; for a create or put, the id that it gets if it is new. */
  readonly id: string;
  readonly kind?: string;
  readonly key?: string;
  readonly expected?: number;
  /** Hexadecimal. */
  readonly sha256?: string;
  readonly encoding?: string;
  readonly size?: number;
  readonly set_title: boolean;
  readonly title?: string | null;
  readonly set_status: boolean;
  readonly status?: string | null;
  readonly tags?: readonly string[];
  readonly metadata?: unknown;
  readonly author?: string;
  readonly note?: string | null;
  /** Of `restore`. */
  readonly from_version?: number;
  /** The claim on the document that must still be held. */
  readonly claim?: number;
}

export interface LinkRow {
  /** The document of this commit that the link starts from. */
  readonly ord: number;
  readonly relation: string;
  readonly to_document_id: string;
  readonly to_version: number;
}

/** All that one commit writes of documents. */
export interface DocumentWrites {
  readonly documents: readonly WriteRow[];
  readonly links: readonly LinkRow[];
  /** Versions that must be heads, each once. */
  readonly basedOn: readonly VersionRef[];
}

/** The attributes of a write; text and attributes left out are not touched. */
type Attributes = Partial<Pick<DocumentWrite, 'title' | 'status' | 'tags' | 'metadata' | 'author' | 'note'>>;

export function toAttributes(write: { [K in keyof Attributes]?: Attributes[K] | undefined }) {
  const { title, status, tags, metadata, author, note } = write;
  return {
    set_title: title !== undefined,
    ...(title === undefined ? {} : { title }),
    set_status: status !== undefined,
    ...(status === undefined ? {} : { status }),
    ...(tags === undefined ? {} : { tags }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(author === undefined ? {} : { author }),
    ...(note === undefined ? {} : { note: toExactJsonOrNull(note) }),
  };
}

export function toContent({ sha256, encoding, size }: BlobRef) {
  return { sha256: sha256.toString('hex'), encoding, size };
}

/** Turns the documents of a put, a record or a parse into rows; kind and key must not come twice. */
export function toPutRows(
  writes: readonly DocumentWrite[],
  bag: BlobBag,
  op: 'create' | 'put' = 'put',
): DocumentWrites {
  const seen = new Set<string>();
  const documents = writes.map((write, ord): WriteRow => {
    const key = write.key ?? write.kind;
    const name = JSON.stringify([write.kind, key]);
    if (seen.has(name)) {
      const reason = `names the ${write.kind} ${key} a second time`;
      throw new LedgerError('BAD_INPUT', { issues: [{ path: `documents[${ord}].key`, reason }] });
    }
    seen.add(name);
    return {
      ord,
      op,
      id: newId(),
      kind: write.kind,
      key,
      ...(write.expectedVersion === undefined ? {} : { expected: write.expectedVersion }),
      ...toContent(bag.add(write.text)),
      ...toAttributes(write),
    };
  });
  const links = writes.flatMap(({ links }, ord) => toLinkRows(ord, links));
  return { documents, links, basedOn: toReadSet(writes.map(({ basedOn }) => basedOn)) };
}

function toLinkRows(ord: number, links: readonly { relation: string; to: VersionRef }[]): LinkRow[] {
  const rows = links.map(({ relation, to }) => ({
    ord,
    relation,
    to_document_id: to.documentId,
    to_version: to.version,
  }));
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}
