import type { Sql } from '../../connection.ts';
import type { SearchType } from '../marks.ts';
import { hasText } from './load-documents.ts';

/** A text that has rows. */
export interface IndexedText {
  readonly id: string;
  readonly item: number;
  readonly type: SearchType;
}

/** Looks at the next texts that have rows, for those that should have none. */
export async function findOrphans(
  sql: Sql,
  projectId: string,
  { id, item, limit }: { id: string; item: number; limit: number },
): Promise<{
  orphans: IndexedText[];
  checked: number;
  next: { id: string; item: number } | null;
}> {
  const rows = await sql.query<IndexedText & { orphan: boolean }>(
    `SELECT c.id, c.item, c.type, CASE
      WHEN c.type IN ('d', 'o') THEN NOT EXISTS (SELECT FROM document_version v
        WHERE v.project_id = $1 AND v.document_id = c.id AND v.version = c.item AND ${hasText('v')})
      WHEN c.type = 't' THEN NOT EXISTS (SELECT FROM prompt_version v
        WHERE v.project_id = $1 AND v.prompt_id = c.id AND v.version = c.item)
      ELSE NOT EXISTS (SELECT FROM exchange e
        WHERE e.project_id = $1 AND e.id = c.id AND e.purged_revision IS NULL)
      END AS orphan
    FROM (
      SELECT DISTINCT ON (c.source_id, c.item) c.source_id AS id, c.item, c.type FROM search_chunk c
      WHERE c.project_id = $1 AND (c.source_id, c.item) > ($2::uuid, $3::int)
      ORDER BY c.source_id, c.item, c.part LIMIT $4) c
    ORDER BY c.id, c.item`,
    [projectId, id, item, limit],
  );
  const last = rows.at(-1);
  return {
    orphans: rows.filter(({ orphan }) => orphan),
    checked: rows.length,
    next: last && rows.length === limit ? { id: last.id, item: last.item } : null,
  };
}

export async function removeOrphans(
  sql: Sql,
  projectId: string,
  orphans: readonly IndexedText[],
): Promise<void> {
  if (orphans.length === 0) return;
  await sql.query(
    `DELETE FROM search_chunk c USING unnest($2::uuid[], $3::int[]) AS o(id, item)
    WHERE c.project_id = $1 AND c.source_id = o.id AND c.item = o.item`,
    [projectId, orphans.map(({ id }) => id), orphans.map(({ item }) => item)],
  );
}
