/**
 * The same searches in the same 10,000 documents by LangGraph's PostgresStore, which is installed into a temporary
 * directory for it, and by ours: first pages of 20, in turn, on one PostgreSQL with fsync.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import pg from 'pg';
import { measure, print } from '../measure.ts';
import { loadCorpus } from './corpus.ts';
import { loadDocuments } from './load.ts';
import { chooseQueries, toQueries } from './queries.ts';

const DOCUMENTS = 10_000;
const PACKAGES = [
  '@langchain/langgraph-checkpoint-postgres@1.0.5',
  '@langchain/langgraph-checkpoint@1.2.2',
  '@langchain/core@1.4.0',
];

/** What we use of it. */
interface PostgresStore {
  put(namespace: string[], key: string, value: object): Promise<void>;
  search(namespace: string[], options: { query: string; limit: number }): Promise<unknown[]>;
  stop(): Promise<void>;
}

async function openStore(directory: string, url: string): Promise<PostgresStore> {
  await promisify(execFile)('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefix',
    directory,
    ...PACKAGES,
  ]);
  const file = join(directory, 'node_modules/@langchain/langgraph-checkpoint-postgres/dist/store/index.js');
  const module = (await import(pathToFileURL(file).href)) as {
    PostgresStore: { fromConnString(url: string, options: { schema: string }): PostgresStore };
  };
  return module.PostgresStore.fromConnString(url, { schema: 'langgraph' });
}

const directory = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir: join(directory, 'data') });
  await using database = await openDatabase({ url: postgres.url() });
  await database.migrate();
  const { id: projectId } = await database.ensureProject({ slug: 'bench', name: 'Bench' });
  const services = database.store.open({ projectId, actor: 'bench' });
  const pool = new pg.Pool({ connectionString: postgres.url(), max: 1 });
  const store = await openStore(join(directory, 'langgraph'), postgres.url());
  try {
    const corpus = await loadCorpus();
    await loadDocuments({ pool, services, projectId }, { corpus, from: 0, to: DOCUMENTS });
    for (let n = 0; n < DOCUMENTS; n++) await store.put(['documents'], String(n), { text: corpus.piece(n) });
    await pool.query('VACUUM ANALYZE');
    const chosen = chooseQueries(Array.from({ length: 3000 }, (_, n) => corpus.piece(n)));
    // It knows no filters on runs and steps.
    for (const { name, query } of toQueries(chosen, '').filter(
      ({ query }) => Object.keys(query.filter).length === 0,
    )) {
      const text = query.text.replaceAll('"', '');
      const contenders = [
        { name: 'PostgresStore', run: () => store.search(['documents'], { query: text, limit: 20 }) },
        { name: 'newest first', run: () => services.search.query(query) },
        { name: 'ranked', run: () => services.search.query({ ...query, order: 'ranked' }) },
      ];
      print(name, await measure(contenders, { rounds: 3, turnsPerRound: 2, writers: 1 }));
    }
  } finally {
    await store.stop();
    await pool.end();
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
