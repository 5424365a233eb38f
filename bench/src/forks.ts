/**
 * What it takes to fork a run of 100,000 exchanges, each with a prompt and a response of its own, a parse and a version
 * of a document, against copying the same rows into tables without indexes and foreign keys, on PostgreSQL with fsync.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRunInput } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import pg from 'pg';
import { enlarge } from './large-run.ts';
import { type Contender, measure, print } from './measure.ts';

const EXCHANGES = Number(process.argv[2] ?? 100_000);
/** Each is written to so many times. */
const VERSIONS = 10;
const COPIED = [
  'run_state',
  'step',
  'step_state',
  'exchange',
  'parse',
  'document',
  'document_version',
  'entry',
];

const dataDir = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir });
  await using database = await openDatabase({ url: postgres.url() });
  await database.migrate();
  const { id: projectId } = await database.ensureProject({ slug: 'bench', name: 'Bench' });
  const open = () => database.store.open({ projectId, actor: 'bench' });
  const pool = new pg.Pool({ connectionString: postgres.url() });
  // The server is stopped before the pool has closed its connections.
  pool.on('error', () => undefined);
  try {
    const { runId } = await open().runs.start(startRunInput.parse({ key: 'large' }));
    for (const sql of enlarge({ exchanges: EXCHANGES, versions: VERSIONS })) await pool.query(sql, [runId]);
    await pool.query('VACUUM ANALYZE');
    for (const table of COPIED) await pool.query(`CREATE TABLE bare_${table} AS TABLE ${table} WITH NO DATA`);
    const contenders: Contender[] = [
      { name: 'bare copies of the rows', run: () => copyBare(pool, runId) },
      { name: 'runs.fork', run: (turn) => open().runs.fork({ runId, key: `fork ${turn}` }) },
    ];
    print(
      `a run of ${EXCHANGES} exchanges`,
      await measure(contenders, { rounds: 3, turnsPerRound: 1, writers: 1 }),
    );
  } finally {
    await pool.end();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function copyBare(pool: pg.Pool, runId: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    for (const table of COPIED) {
      const where =
        table === 'step_state' ? 'step_id IN (SELECT id FROM step WHERE run_id = $1)' : 'run_id = $1';
      await client.query(`INSERT INTO bare_${table} SELECT * FROM ${table} WHERE ${where}`, [runId]);
    }
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
