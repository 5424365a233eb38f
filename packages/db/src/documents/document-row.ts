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

const LEFT_JOIN_STEP = 'LEFT JOIN step s ON s.project_id = v.project_id AND s.id = v.step_id';
const JOIN_VERSION = `JOIN document_version v ${LEFT_JOIN_STEP} ON v.project_id = d.project_id AND v.document_id = d.id`;

/** To be followed by a condition on `v.version` and a WHERE on `d`. */
export const SELECT_DOCUMENT = select('d.head_version', JOIN_VERSION);

/** How documents are read, at their heads or as of a revision. */
export interface DocumentSource {
  /** To be followed by a condition on `v`, as `SELECT_DOCUMENT`. */
  readonly select: string;
  /** SQL of the number of the head, at whichever time. */
  readonly head: string;
  /** The condition that `v` is the head. */
  readonly isHead: string;
  /** The bind parameter of the revision; null at the head. */
  readonly revision: string | null;
}

const AT_HEAD: DocumentSource = {
  select: SELECT_DOCUMENT,
  head: 'd.head_version',
  isHead: 'v.version = d.head_version',
  revision: null,
};

/**
 * Reads any version of the documents `d`, whose heads are those of now or of a revision, which becomes a parameter of
 * `where`.
 *
 * The head of then is one look-up a document, by the index on (document, revision); one that did not exist has no row.
 */
export function documentSource(where: Where, revision: number | null): DocumentSource {
  if (revision === null) return AT_HEAD;
  const number = where.bind(revision);
  const head = `CROSS JOIN LATERAL (${headAsOf('n.version', number)}) h`;
  return {
    select: select('h.version', `${head} ${JOIN_VERSION}`),
    head: 'h.version',
    isHead: 'v.version = h.version',
    revision: number,
  };
}

/**
 * The same for nothing but the heads: that of then is read in the one look-up.
 *
 * Joined once more by its number, it was taken out of all versions of the document: both of their keys begin with the
 * document, and cost the same to the planner.
 */
export function headSource(where: Where, revision: number | null): DocumentSource {
  if (revision === null) return AT_HEAD;
  const number = where.bind(revision);
  const join = `CROSS JOIN LATERAL (${headAsOf('n.*', number)}) v ${LEFT_JOIN_STEP}`;
  return { select: select('v.version', join), head: 'v.version', isHead: 'true', revision: number };
}

function headAsOf(columns: string, revision: string): string {
  return `SELECT ${columns} FROM document_version n
    WHERE n.project_id = d.project_id AND n.document_id = d.id AND n.revision <= ${revision}
    ORDER BY n.revision DESC LIMIT 1`;
}

function select(headVersion: string, join: string): string {
  return `SELECT d.id, d.run_id, d.kind, d.key, d.created_revision, d.created_at, ${headVersion} AS head_version,
    v.version, v.revision, v.position, v.at, v.change, v.title, v.status, v.tags, v.metadata, v.sha256, v.encoding,
    v.size, v.exchange_id, v.parse_id, v.author, v.note, v.purged_revision IS NOT NULL AS purged,
    v.step_id, s.name AS step_name, s.key AS step_key
  FROM document d ${join}`;
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
