/** SQL of the documents of one exchange or parse, by its id. */
export type SelectDocuments = (id: string) => string;

const COLUMNS = `d.kind, d.key, v.document_id, v.version, v.sha256, v.encoding,
  v.purged_revision IS NOT NULL AS purged`;

/** SQL of the versions that the exchange `id` used. */
export const USED: SelectDocuments = (id) => `SELECT ${COLUMNS}
  FROM exchange e
  CROSS JOIN LATERAL jsonb_to_recordset(e.uses) AS u("documentId" uuid, version int)
  JOIN document d ON d.project_id = $1 AND d.id = u."documentId"
  JOIN document_version v ON v.project_id = $1 AND v.document_id = u."documentId" AND v.version = u.version
  WHERE e.project_id = $1 AND e.id = ${id}`;

/** SQL of the versions that the parse `id` made. */
export const PARSED: SelectDocuments = (id) => `SELECT ${COLUMNS}
  FROM document_version v JOIN document d ON d.project_id = $1 AND d.id = v.document_id
  WHERE v.project_id = $1 AND v.parse_id = ${id}`;

/**
 * SQL of the documents that only one of two sides has with that text, each with its `side`. Of a text that was purged on
 * either side nobody can say that it differs.
 *
 * By sorting all once: joined with each other, two lists of 1000 were a million comparisons.
 */
export function documentsOfOneSide(select: SelectDocuments, from: string, to: string): string {
  return `SELECT o.side, o.kind, o.key, o.document_id, o.version FROM (
      SELECT u.*, min(u.side) OVER same_text <> max(u.side) OVER same_text AS is_same,
        min(u.side) OVER same_key <> max(u.side) OVER same_key AND bool_or(u.purged) OVER same_key AS is_unknown
      FROM (SELECT 'from' AS side, x.* FROM (${select(from)}) x
        UNION ALL SELECT 'to', x.* FROM (${select(to)}) x) u
      WINDOW same_text AS (PARTITION BY u.kind, u.key, u.sha256, u.encoding), same_key AS (PARTITION BY u.kind, u.key)) o
    WHERE NOT o.is_same AND NOT o.is_unknown`;
}
