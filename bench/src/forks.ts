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
    for (const sql of enlarge()) await pool.query(sql, [runId]);
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

/** Ids like those that the ledger makes: of time and count, and random at the end. */
function enlarge(): string[] {
  const id = (n: string, kind: number) =>
    `overlay(gen_random_uuid()::text placing regexp_replace(
      lpad(to_hex(${n}), 6, '0'), '(...)(...)', '01900000-000${kind}-7\\1-8\\2') from 1 for 23)::uuid`;
  const hash = (text: string) => `sha256(convert_to(${text}, 'UTF8'))`;
  const run = `run r CROSS JOIN generate_series(1, ${EXCHANGES}) n WHERE r.id = $1`;
  return [
    `INSERT INTO blob (project_id, sha256, encoding, content, size)
    SELECT r.project_id, ${hash(`t || n`)}, 'utf8', t || n, octet_length(t || n)
    FROM run r CROSS JOIN generate_series(1, ${EXCHANGES}) n CROSS JOIN (VALUES ('prompt '), ('answer '), ('text ')) AS k(t)
    WHERE r.id = $1`,
    `INSERT INTO message (project_id, hash, role, format, sha256, encoding)
    SELECT r.project_id, ${hash(`'message ' || n`)}, 'user', 'text', ${hash(`'prompt ' || n`)}, 'utf8' FROM ${run}`,
    `INSERT INTO step (project_id, id, run_id, name, key, status, started_revision, started_at)
    SELECT r.project_id, ${id('n', 1)}, r.id, 'step', n::text, 'running', n + 1, r.last_at FROM ${run} AND n % 10 = 1`,
    `INSERT INTO step_state (project_id, step_id, revision, status)
    SELECT project_id, id, started_revision, 'running' FROM step WHERE run_id = $1`,
    `INSERT INTO exchange (project_id, id, run_id, step_id, opened_revision, opened_at, closed_revision, closed_at,
      status, prompt_hash, message_count, model, response_sha256, response_encoding, response_size, usage, metadata,
      parse_count, parsed_revision)
    SELECT r.project_id, ${id('n', 2)}, r.id, s.id, n + 1, r.last_at, n + 1, r.last_at, 'completed',
      ${hash(`'message ' || n`)}, 1, 'model', ${hash(`'answer ' || n`)}, 'utf8', 12,
      '{"inputTokens": 1000, "outputTokens": 100}', '{}', 1, n + 1
    FROM run r JOIN step s ON s.run_id = r.id
    CROSS JOIN LATERAL generate_series(s.started_revision - 1, s.started_revision + 8) n
    WHERE r.id = $1 AND n <= ${EXCHANGES}`,
    `INSERT INTO parse (project_id, id, run_id, exchange_id, attempt, parser, parser_version, status, revision, at)
    SELECT project_id, ${id('opened_revision', 3)}, run_id, id, 1, 'lines', '1', 'completed', opened_revision, opened_at
    FROM exchange WHERE run_id = $1`,
    `INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version, head_tags,
      head_metadata, head_deleted)
    SELECT r.project_id, ${id('n', 4)}, r.id, 'design', n::text, n + 1, r.last_at, ${VERSIONS}, '{}', '{}', false
    FROM ${run} AND n <= ${EXCHANGES / VERSIONS}`,
    `INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, step_id, change,
      tags, metadata, sha256, encoding, size, exchange_id, parse_id)
    SELECT d.project_id, d.id, 1 + (e.opened_revision - 2) / ${EXCHANGES / VERSIONS}, d.run_id, e.opened_revision, 0,
      e.opened_at, e.step_id, CASE WHEN e.opened_revision = d.created_revision THEN 'create' ELSE 'text' END, '{}', '{}',
      ${hash(`'text ' || e.opened_revision - 1`)}, 'utf8', 10, e.id, p.id
    FROM exchange e JOIN document d ON d.created_revision = 2 + (e.opened_revision - 2) % ${EXCHANGES / VERSIONS}
    JOIN parse p ON p.exchange_id = e.id WHERE e.run_id = $1`,
    `UPDATE document d SET head_sha256 = v.sha256, head_encoding = v.encoding, head_size = v.size,
      head_step_id = v.step_id
    FROM document_version v WHERE d.run_id = $1 AND v.document_id = d.id AND v.version = d.head_version`,
    `INSERT INTO entry (project_id, run_id, revision, at, actor, kind, changes)
    SELECT e.project_id, e.run_id, e.opened_revision, e.opened_at, 'bench', 'exchanges.record', jsonb_build_array(
      jsonb_build_object('what', 'exchange', 'id', e.id, 'change', 'record'),
      jsonb_build_object('what', 'parse', 'id', p.id, 'change', 'completed'),
      jsonb_build_object('what', 'document', 'id', v.document_id, 'version', v.version, 'change', v.change))
    FROM exchange e JOIN parse p ON p.exchange_id = e.id JOIN document_version v ON v.exchange_id = e.id
    WHERE e.run_id = $1`,
    `UPDATE run SET revision = ${EXCHANGES} + 1 WHERE id = $1`,
  ];
}
