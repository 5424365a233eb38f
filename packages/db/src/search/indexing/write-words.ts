import type { Sql } from '../../connection.ts';
import { marks } from '../marks.ts';
import { gramsOf } from '../words/grams.ts';

/** Words that travel in one statement. */
const BATCH = 5_000;

/** Adds the words that the project has not had before. */
export async function writeWords(sql: Sql, projectId: string, words: ReadonlySet<string>): Promise<void> {
  const sorted = [...words].sort();
  for (let start = 0; start < sorted.length; start += BATCH) {
    const unknown = await sql.query<{ word: string }>(
      `SELECT w.word FROM unnest($2::text[]) AS w(word) WHERE NOT EXISTS (
        SELECT FROM search_word k WHERE k.project_id = $1 AND k.word = w.word)`,
      [projectId, sorted.slice(start, start + BATCH)],
    );
    if (unknown.length === 0) continue;
    const project = marks.project(projectId);
    await sql.query(
      `INSERT INTO search_word (project_id, word, grams)
      SELECT $1, w.word, string_to_array(w.grams, ' ') FROM unnest($2::text[], $3::text[]) AS w(word, grams)
      ORDER BY w.word ON CONFLICT DO NOTHING`,
      [
        projectId,
        unknown.map(({ word }) => word),
        unknown.map(({ word }) => [project, ...gramsOf(word)].join(' ')),
      ],
    );
  }
}
