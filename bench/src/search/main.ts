/**
 * What a search costs as the project grows: the first page of 20 with facets, in documents of about 2 KB, on PostgreSQL
 * with fsync.
 *
 * `node src/search/main.ts [documents] [directory]`: 100,000 documents when left out; a million takes half an hour and
 * 12 GB. A directory that is named is kept, and the next run goes on with what is in it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import pg from 'pg';
import { loadCorpus } from './corpus.ts';
import { loadDocuments } from './load.ts';
import { chooseQueries, type NamedQuery, toQueries } from './queries.ts';

const [WANTED, KEPT] = [Number(process.argv[2] ?? 100_000), process.argv[3]];
const TURNS = 100;

const SIZES = `SELECT pg_size_pretty(pg_table_size('search_chunk')) AS chunks,
  pg_size_pretty(pg_indexes_size('search_chunk')) AS indexes, pg_size_pretty(pg_total_relation_size('search_word')) AS words`;

const dataDir = KEPT ?? (await mkdtemp(join(tmpdir(), 'stepledger-bench-')));
try {
  await using postgres = await startPostgres({ dataDir });
  await using database = await openDatabase({ url: postgres.url() });
  await database.migrate();
  const { id: projectId } = await database.ensureProject({ slug: 'bench', name: 'Bench' });
  const services = database.store.open({ projectId, actor: 'bench' });
  const pool = new pg.Pool({ connectionString: postgres.url(), max: 1 });
  try {
    const corpus = await loadCorpus();
    const chosen = chooseQueries(Array.from({ length: 3000 }, (_, n) => corpus.piece(n)));
    let from =
      (await pool.query<{ count: number }>('SELECT count(*)::int FROM document')).rows[0]?.count ?? 0;
    const sizes = [10_000, 100_000, 1_000_000].filter((size) => size <= WANTED && size >= from);
    for (const to of sizes) {
      const begun = performance.now();
      await loadDocuments({ pool, services, projectId }, { corpus, from, to });
      const ms = (performance.now() - begun) / (to - from);
      await pool.query('VACUUM ANALYZE');
      const { rows } = await pool.query(SIZES);
      const each = to > from ? `, ${ms.toFixed(2)} ms each to write and index` : '';
      console.log(`\n${to} documents${each}`, rows[0]);
      const [run] = (await services.runs.list({ limit: 1 })).items;
      await time(toQueries(chosen, run?.id ?? ''), (query, order) =>
        services.search.query({ ...query, order }),
      );
      from = to;
    }
  } finally {
    await pool.end();
  }
} finally {
  if (KEPT === undefined) await rm(dataDir, { recursive: true, force: true });
}

/** Interleaved, so that a machine whose speed drifts treats all alike; the first three turns warm up. */
async function time(
  queries: readonly NamedQuery[],
  search: (query: NamedQuery['query'], order: 'newest' | 'ranked') => Promise<{ items: unknown[] }>,
): Promise<void> {
  const cells = queries.flatMap(({ name, query }) =>
    (['newest', 'ranked'] as const).map((order) => ({ name, query, order, times: [] as number[], hits: 0 })),
  );
  for (let turn = -3; turn < TURNS; turn++) {
    for (const cell of cells) {
      const begun = performance.now();
      cell.hits = (await search(cell.query, cell.order)).items.length;
      if (turn >= 0) cell.times.push(performance.now() - begun);
    }
  }
  const told = Map.groupBy(cells, ({ name }) => name);
  console.table(
    Object.fromEntries(
      Array.from(told, ([name, both]) => [
        name,
        Object.fromEntries([
          ['hits', both[0]?.hits],
          ...both.flatMap(({ order, times }) => [
            [`${order} median`, at(times, 0.5)],
            [`${order} p99`, at(times, 0.99)],
          ]),
        ]),
      ]),
    ),
  );
}

function at(times: number[], share: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
}
