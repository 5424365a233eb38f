/**
 * Versions that only changed attributes, and those that restored a text, say nothing of their own of what that text was
 * built on. So lineage is that of the text: of the version that the text came with, and of all that carry it since.
 */

/** SQL of the version that the text of `v`, a row of document_version, came with. */
function textBegan(v: string): string {
  return `CASE WHEN ${v}.change IN ('create', 'text') THEN ${v}.version ELSE coalesce(
    (SELECT n.version FROM document_version n
      WHERE n.project_id = ${v}.project_id AND n.document_id = ${v}.document_id AND n.version < ${v}.version
        AND n.change IN ('create', 'text') AND ${hasSameText('n', v)}
      ORDER BY n.version DESC LIMIT 1), ${v}.version) END`;
}

/** SQL of a join of `v` with each version `s` from which its text has its lineage: itself, and those before it. */
export function joinTextBefore(v: string, s: string): string {
  return `JOIN document_version ${s} ON ${s}.project_id = ${v}.project_id AND ${s}.document_id = ${v}.document_id
    AND ${s}.version BETWEEN ${textBegan(v)} AND ${v}.version AND ${hasSameText(s, v)}`;
}

/** SQL of a join of `v` with each version `s` that carries its text since it came, also those after it. */
export function joinTextEver(v: string, s: string): string {
  return `JOIN document_version ${s} ON ${s}.project_id = ${v}.project_id AND ${s}.document_id = ${v}.document_id
    AND ${s}.version >= ${textBegan(v)} AND ${hasSameText(s, v)} AND ${textBegan(s)} = ${textBegan(v)}`;
}

/** All purged texts of a document count as one: what they were is not known any more. */
function hasSameText(a: string, b: string): string {
  return `${a}.sha256 IS NOT DISTINCT FROM ${b}.sha256 AND ${a}.encoding IS NOT DISTINCT FROM ${b}.encoding`;
}

/**
 * SQL of whether a document `d` says something else than in its version `b`: its head has another text, or it was
 * deleted. Both come by outer joins, and are not there when the run was deleted. Whether a purged text is still the same
 * cannot be told, so it is not.
 */
export function hasMoved(b: string, d: string): string {
  return `(${b}.version IS NULL OR (${d}.head_version <> ${b}.version AND (${d}.head_deleted OR ${b}.change = 'delete'
    OR ${d}.head_sha256 IS NULL OR ${b}.sha256 IS NULL
    OR ${d}.head_sha256 <> ${b}.sha256 OR ${d}.head_encoding <> ${b}.encoding)))`;
}
