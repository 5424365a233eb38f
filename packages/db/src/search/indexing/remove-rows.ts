import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sql } from '../../connection.ts';
import type { RunScope } from '../../ledger/part.ts';
import { readWords } from '../words/read-words.ts';
import { removeWords } from './sweep-words.ts';

/** Rows whose texts are in memory at once. */
const BATCH = 100;
/** Rows between two turns of the event loop: about 10 ms. */
const ROWS_A_TURN = 5;

/**
 * Takes purged texts out of the index, in the transaction that purges them and after it has marked them: whoever writes
 * their rows at the same time then either sees the mark or has ended.
 *
 * A message that another exchange of the run sent too is found there from now on: all messages of the run are indexed
 * once more.
 */
export async function removeFromSearch(
  sql: Sql,
  { projectId, runId }: RunScope,
  purged: { documentId: string; versions: readonly number[]; exchangeIds: readonly string[] },
): Promise<void> {
  const { documentId, versions, exchangeIds } = purged;
  const words = new Set<string>();
  await removeRows(sql, { projectId, words, ids: [documentId], items: versions });
  if (exchangeIds.length > 0) {
    await removeRows(sql, { projectId, words, ids: exchangeIds, items: null });
    await sql.query('DELETE FROM search_message WHERE project_id = $1 AND run_id = $2', [projectId, runId]);
    await sql.query(`DELETE FROM search_chunk WHERE project_id = $1 AND run_id = $2 AND type = 'm'`, [
      projectId,
      runId,
    ]);
    await sql.query(
      `INSERT INTO search_pending (project_id, backlog, kind, id, revision)
      SELECT DISTINCT e.project_id, false, 'commit', e.run_id, e.opened_revision FROM exchange e
      WHERE e.project_id = $1 AND e.run_id = $2 AND e.purged_revision IS NULL ON CONFLICT DO NOTHING`,
      [projectId, runId],
    );
  }
  await removeWords(sql, projectId, words);
}

async function removeRows(
  sql: Sql,
  removed: {
    projectId: string;
    words: Set<string>;
    ids: readonly string[];
    items: readonly number[] | null;
  },
): Promise<void> {
  const { projectId, words, ids, items } = removed;
  const sink = { lexeme: () => undefined, word: (word: string) => words.add(word) };
  let count = BATCH;
  while (count === BATCH) {
    const rows = await sql.query<{ label: string; body: string }>(
      `DELETE FROM search_chunk c USING (
        SELECT source_id, item, part FROM search_chunk
        WHERE project_id = $1 AND source_id = ANY ($2::uuid[]) AND ($3::int[] IS NULL OR item = ANY ($3))
        ORDER BY source_id, item, part LIMIT ${BATCH} FOR UPDATE) r
      WHERE c.project_id = $1 AND c.source_id = r.source_id AND c.item = r.item AND c.part = r.part
      RETURNING c.label, c.body`,
      [projectId, ids, items],
    );
    for (const [index, { label, body }] of rows.entries()) {
      if (index % ROWS_A_TURN === 0) await nextTurn();
      readWords(label, sink);
      readWords(body, sink);
    }
    count = rows.length;
  }
}

/** Takes the texts of a deleted run out of the index, in the transaction that deletes it and after it has done so. */
export async function removeRunFromSearch(sql: Sql, projectId: string, runId: string): Promise<void> {
  await sql.query('DELETE FROM search_chunk WHERE project_id = $1 AND run_id = $2', [projectId, runId]);
  await sql.query(`DELETE FROM search_pending WHERE project_id = $1 AND kind = 'commit' AND id = $2`, [
    projectId,
    runId,
  ]);
}
