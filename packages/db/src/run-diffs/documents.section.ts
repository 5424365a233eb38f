import { setImmediate } from 'node:timers/promises';
import {
  type BlobEncoding,
  type DocumentDifference,
  type DocumentTextDiff,
  LIMITS,
} from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import type { StoreContext } from '../store-context.ts';
import { diffTexts } from '../text-diff.ts';
import { inTwoLanes, type LaneInput } from './lanes.ts';
import { bindEnds, type Section } from './section.ts';

/** The columns of one side, with `a_` or `b_` before their names. */
interface DocumentRow {
  kind: string;
  key: string;
  created_revision: number;
  id: string;
  a_id: string | null;
  a_version: number | null;
  a_sha256: Buffer | null;
  a_encoding: BlobEncoding | null;
  a_size: number | null;
  b_id: string | null;
  b_version: number | null;
  b_sha256: Buffer | null;
  b_encoding: BlobEncoding | null;
  b_size: number | null;
  purged: boolean;
  text_differs: boolean;
  attributes: DocumentDifference['attributes'];
}

/** Documents by kind and key; one that is deleted is not there. */
export const diffDocuments: Section = (context, input) =>
  inTwoLanes(input, async (lane) => {
    const rows = await findDocuments(context, lane);
    const { isTo, limit } = lane;
    const items = await toDocuments(context, rows.slice(0, limit), { isTo, withPatches: input.withPatches });
    const last = rows[items.length - 1];
    const next = last && items.length < rows.length ? ([last.created_revision, last.id] as const) : null;
    return { items, next };
  });

/** The version of a document `d` that stood at a revision, unless it says that the document is gone. */
function standing(document: string, revision: string): string {
  return `SELECT ${document}.id, h.* FROM (
      SELECT v.* FROM document_version v
      WHERE v.project_id = $1 AND v.document_id = ${document}.id AND v.revision <= ${revision}
      ORDER BY v.revision DESC LIMIT 1) h
    WHERE h.change <> 'delete'`;
}

/** Of the documents that both sides have in common only those that one side has written since can differ. */
const TOUCHED = `AND (d.kind, d.key) IN (
  SELECT t.kind, t.key FROM document_version v JOIN document t ON t.project_id = $1 AND t.id = v.document_id
  WHERE v.project_id = $1 AND v.run_id = $2 AND v.revision > $9::int AND v.revision <= $3
  UNION
  SELECT t.kind, t.key FROM document_version v JOIN document t ON t.project_id = $1 AND t.id = v.document_id
  WHERE v.project_id = $1 AND v.run_id = $4 AND v.revision > $9::int AND v.revision <= $5)`;

function findDocuments(
  context: StoreContext,
  { ends, after, limit, isTo }: LaneInput,
): Promise<DocumentRow[]> {
  // What both have, the first lane has told; the second has what was never there on the other side.
  const differ = isTo
    ? `a.id IS NOT NULL AND NOT EXISTS (SELECT FROM document o WHERE o.project_id = $1 AND o.run_id = $4
        AND o.kind = d.kind AND o.key = d.key AND o.created_revision <= $5)`
    : `(a.id IS NOT NULL OR b.id IS NOT NULL) AND (a.id IS NULL OR b.id IS NULL OR c.text_differs
        OR c.title OR c.status OR c.tags OR c.metadata)`;
  const values = [...bindEnds(context, ends), ...after, limit + 1];
  return context.connection.query<DocumentRow>(
    `SELECT d.kind, d.key, d.created_revision, d.id, a.id AS a_id, a.version AS a_version, a.sha256 AS a_sha256,
      a.encoding AS a_encoding, a.size AS a_size, b.id AS b_id, b.version AS b_version, b.sha256 AS b_sha256,
      b.encoding AS b_encoding, b.size AS b_size, c.purged,
      coalesce(c.text_differs, true) AS text_differs,
      CASE WHEN a.id IS NULL OR b.id IS NULL THEN '{}' ELSE array_remove(ARRAY[
        CASE WHEN c.title THEN 'title' END, CASE WHEN c.status THEN 'status' END,
        CASE WHEN c.tags THEN 'tags' END, CASE WHEN c.metadata THEN 'metadata' END], NULL) END AS attributes
    FROM document d
    LEFT JOIN LATERAL (${standing('d', '$3')}) a ON true
    LEFT JOIN LATERAL (
      SELECT z.* FROM (
        SELECT o.id FROM document o
        WHERE o.project_id = $1 AND o.run_id = $4 AND o.kind = d.kind AND o.key = d.key AND o.created_revision <= $5
        LIMIT 1) o
      CROSS JOIN LATERAL (${standing('o', '$5')}) z) b ON true
    CROSS JOIN LATERAL (SELECT
      (a.purged_revision IS NOT NULL OR b.purged_revision IS NOT NULL) AS purged,
      CASE WHEN a.id = b.id AND a.version = b.version THEN false
        WHEN a.purged_revision IS NOT NULL OR b.purged_revision IS NOT NULL THEN true
        ELSE ROW(a.sha256, a.encoding) IS DISTINCT FROM ROW(b.sha256, b.encoding) END AS text_differs,
      a.status IS DISTINCT FROM b.status AS status,
      a.tags <> b.tags AS tags,
      a.purged_revision IS NULL AND b.purged_revision IS NULL AND a.title IS DISTINCT FROM b.title AS title,
      a.purged_revision IS NULL AND b.purged_revision IS NULL AND a.metadata <> b.metadata AS metadata) c
    WHERE d.project_id = $1 AND d.run_id = $2 AND d.created_revision <= $3
      AND (d.created_revision, d.id) > ($6::int, $7::uuid) ${ends.shared > 0 ? TOUCHED : ''} AND ${differ}
    ORDER BY d.created_revision, d.id LIMIT $8::int`,
    ends.shared > 0 ? [...values, ends.shared] : values,
  );
}

/** As many of the rows as a page has room and time for; at least one. */
async function toDocuments(
  context: StoreContext,
  rows: readonly DocumentRow[],
  { isTo, withPatches }: { isTo: boolean; withPatches: boolean },
): Promise<DocumentDifference[]> {
  const comparable = (row: DocumentRow) => withPatches && row.text_differs && !row.purged;
  const kept = rows.slice(0, countThatFit(rows, comparable));
  const texts = await readTexts(
    context,
    kept.filter(comparable).flatMap((row) => [toText(row, 'a'), toText(row, 'b')]),
  );
  const begun = performance.now();
  const items: DocumentDifference[] = [];
  for (const row of kept) {
    let text: DocumentTextDiff | null = null;
    if (comparable(row)) {
      if (items.length > 0 && performance.now() - begun > LIMITS.maxDiffMs) break;
      text = compare(row, { a: texts(toText(row, 'a')) ?? '', b: texts(toText(row, 'b')) ?? '', isTo });
      // Others are served between two comparisons.
      await setImmediate();
    } else if (row.text_differs) {
      text = { added: null, removed: null, patch: null, reason: row.purged ? 'purged' : 'not_asked' };
    }
    items.push(toDocument(row, text, isTo));
  }
  return items;
}

function countThatFit(rows: readonly DocumentRow[], comparable: (row: DocumentRow) => boolean): number {
  let bytes = 0;
  const full = rows.findIndex((row) => {
    if (comparable(row)) bytes += (row.a_size ?? 0) + (row.b_size ?? 0);
    return bytes > LIMITS.maxPageTextBytes;
  });
  return full === -1 ? rows.length : Math.max(full, 1);
}

function toText(row: DocumentRow, side: 'a' | 'b') {
  return { sha256: row[`${side}_sha256`], encoding: row[`${side}_encoding`] };
}

function compare(
  row: DocumentRow,
  { a, b, isTo }: { a: string; b: string; isTo: boolean },
): DocumentTextDiff {
  // Version 0 stands for a document that is not there, as in `expectedVersion`.
  const sides = [
    { version: row.a_version ?? 0, text: a },
    { version: row.b_version ?? 0, text: b },
  ] as const;
  const [from, to] = isTo ? [sides[1], sides[0]] : sides;
  const { added, removed, patch } = diffTexts(`${row.kind}/${row.key}`, from, to);
  return { added, removed, patch, reason: patch === null ? 'too_different' : null };
}

function toDocument(row: DocumentRow, text: DocumentTextDiff | null, isTo: boolean): DocumentDifference {
  const a = toRef(row.a_id, row.a_version);
  const b = toRef(row.b_id, row.b_version);
  const { from, to } = isTo ? { from: b, to: a } : { from: a, to: b };
  return {
    what: 'document',
    change: from ? (to ? 'changed' : 'removed') : 'added',
    kind: row.kind,
    key: row.key,
    from,
    to,
    attributes: row.attributes,
    text,
  };
}

function toRef(documentId: string | null, version: number | null) {
  return documentId === null || version === null ? null : { documentId, version };
}
