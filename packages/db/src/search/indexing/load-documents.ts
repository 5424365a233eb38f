import type { Sql } from '../../connection.ts';
import type { Pending } from './pending.ts';
import type { Source } from './source.ts';
import { microseconds, notInherited, type RunRow, toContent, toRun } from './source-rows.ts';

export const SELECT_VERSIONS = `SELECT v.document_id AS id, v.version, v.revision, ${microseconds('v.at')} AS at, v.sha256,
    v.encoding, v.size, v.title, v.tags, d.kind, d.key, v.run_id, v.step_id, s.name AS step, r.workflow_id,
    d.head_version = v.version AND NOT d.head_deleted AS head,
    (${hasText('v')} AND ${notInherited('v.revision')}) AS searchable`;
export const JOIN_DOCUMENTS = `JOIN document d ON d.project_id = v.project_id AND d.id = v.document_id
  JOIN run r ON r.project_id = v.project_id AND r.id = v.run_id
  LEFT JOIN step s ON s.project_id = v.project_id AND s.id = v.step_id`;

/**
 * SQL of whether a version has a text to find. Not that of a deletion, nor one that was only given other attributes: the
 * next version has the same text.
 */
export function hasText(version: string): string {
  return `(${version}.sha256 IS NOT NULL AND ${version}.change <> 'delete' AND NOT EXISTS (
    SELECT FROM document_version n WHERE n.project_id = ${version}.project_id
      AND n.document_id = ${version}.document_id AND n.version = ${version}.version + 1 AND n.change = 'attributes'
      AND n.purged_revision IS NULL))`;
}

export interface DocumentRow extends RunRow {
  version: number;
  title: string | null;
  tags: string[];
  kind: string;
  key: string;
  head: boolean;
  searchable: boolean;
}

export async function loadDocuments(
  sql: Sql,
  projectId: string,
  commits: readonly Pending[],
): Promise<{ sources: Source[]; documentIds: string[] }> {
  if (commits.length === 0) return { sources: [], documentIds: [] };
  const rows = await sql.query<DocumentRow>(
    `${SELECT_VERSIONS}
    FROM unnest($2::uuid[], $3::int[]) AS w(run_id, revision)
    JOIN document_version v ON v.project_id = $1 AND v.run_id = w.run_id AND v.revision = w.revision
    ${JOIN_DOCUMENTS}`,
    [projectId, commits.map(({ id }) => id), commits.map(({ revision }) => revision)],
  );
  return {
    sources: rows.filter((row) => row.searchable).map(toDocument),
    documentIds: [...new Set(rows.map(({ id }) => id))].sort(),
  };
}

export function toDocument(row: DocumentRow): Source {
  const { id, version, at, kind, key, title, tags } = row;
  return {
    id,
    item: version,
    type: row.head ? 'd' : 'o',
    at,
    run: toRun(row),
    names: [...new Set([...(title === null ? [] : [title]), key, kind])],
    kind,
    tags,
    content: { ...toContent(row), format: 'text' },
  };
}
