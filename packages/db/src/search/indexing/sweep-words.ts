import type { Sql } from '../../connection.ts';
import { marks } from '../marks.ts';
import { stem } from '../words/fold.ts';
import { quote } from '../words/vector.ts';

/** Words of which it is looked up whether another text has them; the others are learned again when they come again. */
const MAX_CHECKED = 2_000;
const BATCH = 200;

/** Forgets the words of a purged text, but for those that other texts have. */
export async function removeWords(sql: Sql, projectId: string, words: ReadonlySet<string>): Promise<void> {
  const all = [...words].sort();
  for (let start = 0; start < MAX_CHECKED && start < all.length; start += BATCH) {
    await removeUnused(sql, projectId, all.slice(start, start + BATCH));
  }
  const rest = all.slice(MAX_CHECKED);
  if (rest.length === 0) return;
  await sql.query('DELETE FROM search_word WHERE project_id = $1 AND word = ANY ($2::text[])', [
    projectId,
    rest,
  ]);
}

/** Forgets the words behind one that no text has any more. @returns the last that was looked at; null at the end. */
export async function sweepWords(
  sql: Sql,
  projectId: string,
  { after, limit }: { after: string; limit: number },
): Promise<string | null> {
  const rows = await sql.query<{ word: string }>(
    'SELECT word FROM search_word WHERE project_id = $1 AND word > $2 ORDER BY word LIMIT $3',
    [projectId, after, limit],
  );
  await removeUnused(
    sql,
    projectId,
    rows.map(({ word }) => word),
  );
  return rows.length < limit ? null : (rows.at(-1)?.word ?? null);
}

async function removeUnused(sql: Sql, projectId: string, words: readonly string[]): Promise<void> {
  const project = quote(marks.project(projectId));
  await sql.query(
    `DELETE FROM search_word k USING unnest($2::text[], $3::text[]) AS w(word, query)
    WHERE k.project_id = $1 AND k.word = w.word AND NOT EXISTS (
      SELECT FROM search_chunk c WHERE c.project_id = $1 AND c.tsv @@ w.query::tsquery)`,
    [projectId, words, words.map((word) => `${project} & ${quote(stem(word))}`)],
  );
}
