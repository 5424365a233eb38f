import type { Sql } from '../../connection.ts';
import { marks } from '../marks.ts';
import { gramsIn } from '../words/grams.ts';
import { editDistance } from './edit-distance.ts';
import { parseQuery } from './parse-query.ts';
import { type Corrections, correctable } from './term-query.ts';

/** Words of one search that are corrected, and what each may stand for at most. */
const MAX_WORDS = 8;
const MAX_TAKEN = 8;
/** Words of the project that are compared with each. */
const MAX_CANDIDATES = 5_000;

/** Finds, for each word of a search, the words of the project that it may have been meant for, the nearest first. */
export async function findCorrections(sql: Sql, projectId: string, text: string): Promise<Corrections> {
  const words = parseQuery(text)
    .flat()
    .filter(({ negated, quoted }) => !negated && !quoted)
    .flatMap((term) => correctable(term.text));
  const corrections = new Map<string, string[]>();
  for (const word of new Set(words.slice(0, MAX_WORDS))) {
    corrections.set(word, await findNear(sql, projectId, word));
  }
  return corrections;
}

/**
 * Of a word with at most n errors, cut into n + 1 pieces, one piece is without error. So the words are looked for that
 * have all the grams of one of the pieces.
 */
async function findNear(sql: Sql, projectId: string, word: string): Promise<string[]> {
  const letters = [...word];
  const errors = errorsOf(letters.length);
  const pieces = piecesOf(word, errors + 1);
  const rows = await sql.query<{ word: string }>(
    `SELECT k.word FROM search_word k
    WHERE k.project_id = $1 AND char_length(k.word) BETWEEN $2 AND $3
      AND (k.grams @> string_to_array($4, ' ') OR k.grams @> string_to_array($5, ' ')
        OR k.grams @> string_to_array($6, ' '))
    LIMIT ${MAX_CANDIDATES}`,
    [
      projectId,
      letters.length - errors,
      letters.length + errors,
      ...[0, 1, 2].map((index) =>
        [marks.project(projectId), ...(pieces[index] ?? pieces[0] ?? [])].join(' '),
      ),
    ],
  );
  return rows
    .map((row) => ({ word: row.word, distance: editDistance(word, row.word, errors) }))
    .filter(({ distance }) => distance > 0 && distance <= errors)
    .sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1))
    .slice(0, MAX_TAKEN)
    .map((near) => near.word);
}

/** Errors that are forgiven: one in a short word, two from eight letters on. */
function errorsOf(length: number): number {
  return length < 8 ? 1 : 2;
}

/**
 * The grams of each piece; a piece at an end of the word has that end, so that short words leave enough.
 *
 * Two letters that are swapped where two pieces meet are in neither, which matters when there are only two: then a third
 * is what is left of both without these letters.
 */
function piecesOf(word: string, count: number): string[][] {
  const letters = [...`^${word}$`];
  const size = letters.length / count;
  const cuts = Array.from({ length: count + 1 }, (_, index) => Math.floor(index * size));
  const pieces = cuts.slice(1).map((end, index) => gramsIn(letters.slice(cuts[index], end)));
  const middle = cuts[1] ?? 0;
  const around = [...gramsIn(letters.slice(0, middle - 1)), ...gramsIn(letters.slice(middle + 1))];
  return count === 2 && around.length > 0 ? [...pieces, around] : pieces;
}
