import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sql } from '../../connection.ts';
import { toDatabaseFault } from '../../pg-errors.ts';
import { countRows, findBuckets } from './buckets.ts';
import { buildRows, type ChunkRow } from './build-rows.ts';
import { batchesOf, readSourceTexts } from './read-text.ts';
import type { Source } from './source.ts';
import { rememberMessages, writeRows } from './write-rows.ts';
import { writeWords } from './write-words.ts';

/** Texts between two turns of the event loop, of 8 KB at most each: about 10 ms. */
const TEXTS_A_TURN = 5;
/** Rows, and code units of their texts and words, that travel in one statement. */
const MAX_ROWS = 100;
const MAX_LENGTH = 1_000_000;

/** Writes the rows of some texts; writing them again changes nothing. */
export async function indexSources(sql: Sql, projectId: string, sources: readonly Source[]): Promise<void> {
  // By time, so that texts fill one period after the other.
  for (const batch of batchesOf(sources.toSorted((a, b) => a.at - b.at))) {
    try {
      await indexBatch(sql, projectId, batch);
    } catch (error) {
      if (batch.length === 1 || !isOfData(error)) throw error;
      // One text that the database refuses must not keep the others from being found.
      for (const source of batch) await indexAlone(sql, projectId, source);
    }
  }
}

async function indexAlone(sql: Sql, projectId: string, source: Source): Promise<void> {
  try {
    await indexBatch(sql, projectId, [source]);
  } catch (error) {
    // Nor would trying for ever help; `search.verify` names what is missing.
    if (!isOfData(error)) throw error;
  }
}

/** Whether the database refuses what it was given: a value, the words of a text, or a limit that they go beyond. */
function isOfData(error: unknown): boolean {
  return /^(22|54|42601)/.test(toDatabaseFault(error)?.code ?? '');
}

async function indexBatch(sql: Sql, projectId: string, batch: readonly Source[]): Promise<void> {
  const texts = await readSourceTexts(sql, projectId, batch);
  const found = batch.flatMap((source, index) => {
    const text = texts[index];
    return text === null || text === undefined ? [] : [{ source, text }];
  });
  const words = new Set<string>();
  while (!(await writeTexts(sql, projectId, { found, words }))) {
    // The newest period has ended meanwhile: another server has filled it.
  }
  await writeWords(sql, projectId, words);
  await rememberMessages(sql, projectId, batch);
}

async function writeTexts(
  sql: Sql,
  projectId: string,
  { found, words }: { found: readonly { source: Source; text: string }[]; words: Set<string> },
): Promise<boolean> {
  const times = found.map(({ source }) => source.at);
  const { buckets, open } = await findBuckets(sql, projectId, times);
  let rows: ChunkRow[] = [];
  let length = 0;
  for (const [index, { source, text }] of found.entries()) {
    const bucket = buckets[index] ?? 0;
    if (index % TEXTS_A_TURN === 0) await nextTurn();
    for await (const row of buildRows(source, text, { bucket, projectId, words })) {
      rows.push(row);
      length += row.body.length + row.tsv.length;
      if (rows.length < MAX_ROWS && length < MAX_LENGTH) continue;
      if (!(await writeRows(sql, projectId, { rows, open }))) return false;
      rows = [];
      length = 0;
    }
  }
  if (!(await writeRows(sql, projectId, { rows, open }))) return false;
  const newest = Math.max(...buckets);
  const count = buckets.filter((bucket) => bucket === newest).length;
  if (open !== null) await countRows(sql, projectId, { open, count });
  return true;
}
