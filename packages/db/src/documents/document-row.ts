import { type BlobEncoding, type Document, type JsonObject, LIMITS } from '@stepledger/contract';
import { toBlob } from '../blobs/stored-blob.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { toTime } from '../time.ts';
import type { Where } from '../where.ts';

/** One version of a document with its head's number and its step. */
export interface DocumentRow {
  id: string;
  run_id: string;
  kind: string;
  key: string;
  created_revision: number;
  created_at: Date;
  head_version: number;
  version: number;
  revision: number;
  position: number;
  at: Date;
  change: Document['change'];
  title: string | null;
  status: string | null;
  tags: string[];
  metadata: JsonObject;
  sha256: Buffer | null;
  encoding: BlobEncoding | null;
  size: number | null;
  exchange_id: string | null;
  parse_id: string | null;
  author: string | null;
  note: string | null;
  purged: boolean;
  step_id: string | null;
  step_name: string | null;
  step_key: string | null;
}

/** To be followed by a condition on `v.version` and a WHERE on `d`. */
export const SELECT_DOCUMENT = select('d.head_version');

/** How documents are read, at their heads or as of a revision. */
export interface DocumentSource {
  /** As `SELECT_DOCUMENT`. */
  readonly select: string;
  /** SQL of the number of the head, at whichever time. */
  readonly head: string;
  /** The bind parameter of the revision; null at the head. */
  readonly revision: string | null;
}

/**
 * Reads the documents `d` at their heads, or as they were at a revision, which becomes a parameter of `where`.
 *
 * The head of then is one look-up a document, by the index on (document, revision); one that did not exist has no row.
 */
export function documentSource(where: Where, revision: number | null): DocumentSource {
  if (revision === null) return { select: SELECT_DOCUMENT, head: 'd.head_version', revision };
  const number = where.bind(revision);
  const head = `CROSS JOIN LATERAL (SELECT n.version FROM document_version n
    WHERE n.project_id = d.project_id AND n.document_id = d.id AND n.revision <= ${number}
    ORDER BY n.revision DESC LIMIT 1) h`;
  return { select: select('h.version AS head_version', head), head: 'h.version', revision: number };
}

function select(headVersion: string, join = ''): string {
  return `SELECT d.id, d.run_id, d.kind, d.key, d.created_revision, d.created_at, ${headVersion},
    v.version, v.revision, v.position, v.at, v.change, v.title, v.status, v.tags, v.metadata, v.sha256, v.encoding,
    v.size, v.exchange_id, v.parse_id, v.author, v.note, v.purged_revision IS NOT NULL AS purged,
    v.step_id, s.name AS step_name, s.key AS step_key
  FROM document d ${join}
  JOIN document_version v
  LEFT JOIN step s ON s.project_id = v.project_id AND s.id = v.step_id
  ON v.project_id = d.project_id AND v.document_id = d.id`;
}

/** How many rows may show their texts before a page is full; at least one. */
export function cutToTextBytes(rows: readonly DocumentRow[]): number {
  let bytes = 0;
  const full = rows.findIndex((row) => {
    bytes += row.size ?? 0;
    return bytes > LIMITS.maxPageTextBytes;
  });
  return full === -1 ? rows.length : Math.max(full, 1);
}

export function toDocument(row: DocumentRow, text: string | null): Document {
  const { sha256, encoding, size } = row;
  return {
    id: row.id,
    runId: row.run_id,
    kind: row.kind,
    key: row.key,
    version: row.version,
    headVersion: row.head_version,
    revision: row.revision,
    position: row.position,
    change: row.change,
    deleted: row.change === 'delete',
    purged: row.purged,
    step:
      row.step_id === null || row.step_name === null
        ? null
        : { id: row.step_id, name: row.step_name, key: row.step_key ?? '' },
    title: row.title,
    status: row.status,
    tags: row.tags,
    metadata: row.metadata,
    author: row.author,
    note: fromExactJsonOrNull(row.note),
    exchangeId: row.exchange_id,
    parseId: row.parse_id,
    content: sha256 && encoding && size !== null ? toBlob({ sha256, encoding, size }) : null,
    text,
    createdAt: toTime(row.created_at),
    updatedAt: toTime(row.at),
  };
}
