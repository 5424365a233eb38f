import type { Services } from '@stepledger/contract';
import type pg from 'pg';
import type { Corpus } from './corpus.ts';

/** Documents of one run, written at one revision. */
const RUN_SIZE = 1000;
const KINDS = ['requirement', 'design', 'subtask', 'code', 'review', 'test', 'note', 'plan'];
const STEPS = KINDS.map((kind) => `${kind}_step`);

/**
 * Writes documents of new runs by a few statements a thousand, which the API takes minutes for, and has them indexed as
 * any commit.
 */
export async function loadDocuments(
  { pool, services, projectId }: { pool: pg.Pool; services: Services; projectId: string },
  { corpus, from, to }: { corpus: Corpus; from: number; to: number },
): Promise<void> {
  for (let first = from; first < to; first += RUN_SIZE) {
    const { runId } = await services.runs.start({ key: `run ${first}`, strict: true });
    const texts = Array.from({ length: RUN_SIZE }, (_, n) =>
      corpus
        .piece(first + n)
        .toWellFormed()
        .replaceAll('\0', ''),
    );
    const values = [projectId, runId, texts, KINDS, STEPS, first];
    await pool.query('BEGIN');
    try {
      for (const statement of STATEMENTS)
        await pool.query(
          statement.text,
          statement.binds.map((bind) => values[bind - 1]),
        );
      await pool.query('COMMIT');
    } catch (error) {
      await pool.query('ROLLBACK');
      throw error;
    }
    // A search waits until what was committed before is indexed.
    await services.search.query({ ...ANYTHING, text: 'anything' });
    if ((first + RUN_SIZE) % 10_000 === 0) console.log(`${first + RUN_SIZE} documents`);
  }
}

export const ANYTHING = {
  in: ['documents' as const],
  filter: {},
  mode: 'full' as const,
  order: 'newest' as const,
  versions: 'head' as const,
  facets: true,
  limit: 20,
};

/** As `$1`, ... with the numbers of the values that each takes. */
const STATEMENTS = [
  statement(`INSERT INTO blob (project_id, sha256, encoding, content, size)
    SELECT $1::uuid, sha256(convert_to(t, 'UTF8')), 'utf8', t, octet_length(t) FROM unnest($3::text[]) t
    ORDER BY 2 ON CONFLICT DO NOTHING`),
  statement(`INSERT INTO step (project_id, id, run_id, name, key, status, started_revision, started_at)
    SELECT $1::uuid, gen_random_uuid(), $2::uuid, s, '', 'running', 2, clock_timestamp() FROM unnest($5::text[]) s`),
  statement(`INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version,
      head_step_id, head_tags, head_metadata, head_sha256, head_encoding, head_size, head_deleted)
    SELECT $1::uuid, gen_random_uuid(), $2::uuid, k.kind, ($6::int + n)::text, 2, clock_timestamp(), 1,
      s.id, '{}', '{}', sha256(convert_to(t, 'UTF8')), 'utf8', octet_length(t), false
    FROM unnest($3::text[]) WITH ORDINALITY AS x(t, n)
    JOIN unnest($4::text[]) WITH ORDINALITY AS k(kind, place) ON k.place = 1 + n % 8
    JOIN step s ON s.project_id = $1::uuid AND s.run_id = $2::uuid AND s.name = k.kind || '_step'`),
  statement(`INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, step_id,
      change, tags, metadata, sha256, encoding, size)
    SELECT d.project_id, d.id, 1, d.run_id, 2, row_number() OVER (ORDER BY d.key::int), d.created_at, d.head_step_id,
      'create', '{}', '{}', d.head_sha256, d.head_encoding, d.head_size
    FROM document d WHERE d.project_id = $1::uuid AND d.run_id = $2::uuid`),
  statement(`INSERT INTO entry (project_id, run_id, revision, at, actor, kind, changes)
    VALUES ($1::uuid, $2::uuid, 2, clock_timestamp(), 'bench', 'bench', '[]')`),
  statement(`UPDATE run SET revision = 2 WHERE project_id = $1::uuid AND id = $2::uuid`),
  statement(`INSERT INTO search_pending (project_id, backlog, kind, id, revision)
    VALUES ($1::uuid, false, 'commit', $2::uuid, 2)`),
];

function statement(sql: string): { text: string; binds: number[] } {
  const binds: number[] = [];
  const text = sql.replace(/\$(\d)/g, (_, digit: string) => {
    const bind = Number(digit);
    if (!binds.includes(bind)) binds.push(bind);
    return `$${binds.indexOf(bind) + 1}`;
  });
  return { text, binds };
}
