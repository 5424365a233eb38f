import type { Tables } from '../../ledger/support/database.ts';

export const REVISIONS = 10_000;
const DOCUMENTS = 500;

/**
 * Writes a ledger of thousands of entries into a run that has just begun, which would take a minute one by one.
 *
 * Each revision has an exchange with a parse, and the next version of one of the documents, taking turns; each tenth
 * begins a step that the fifth after it completes.
 */
export async function enlargeRun(tables: Tables, runId: string): Promise<void> {
  for (const sql of STATEMENTS) await tables.query(sql.replaceAll('$n', String(REVISIONS)), [runId]);
}

const NUMBERED = `run r CROSS JOIN generate_series(2, $n) n WHERE r.id = $1`;

const STATEMENTS = [
  `INSERT INTO entry (project_id, run_id, revision, at, actor, kind, changes)
  SELECT r.project_id, r.id, n, r.created_at + make_interval(secs => n), 'test', 'test', '[]' FROM ${NUMBERED}`,
  `INSERT INTO run_state (project_id, run_id, revision, status, goal, metadata)
  SELECT r.project_id, r.id, n, 'running', NULL, jsonb_build_object('n', n) FROM ${NUMBERED} AND n % 10 = 0`,
  `INSERT INTO step (project_id, id, run_id, name, key, status, started_revision, started_at, finished_revision,
    finished_at)
  SELECT r.project_id, gen_random_uuid(), r.id, 'step_' || n, '', 'completed', n, r.last_at, n + 5, r.last_at
  FROM ${NUMBERED} AND n % 10 = 0 AND n + 5 <= $n`,
  `INSERT INTO step_state (project_id, step_id, revision, status)
  SELECT project_id, id, started_revision, 'running' FROM step WHERE run_id = $1`,
  `INSERT INTO step_state (project_id, step_id, revision, status, finished_revision, finished_at)
  SELECT project_id, id, finished_revision, status, finished_revision, finished_at FROM step WHERE run_id = $1`,
  `INSERT INTO exchange (project_id, id, run_id, step_id, opened_revision, opened_at, closed_revision, closed_at,
    status, message_count, metadata, parse_count, parsed_revision)
  SELECT s.project_id, gen_random_uuid(), s.run_id, s.id, n, s.started_at, least(n + 1, $n), s.started_at,
    'completed', 0, '{}', 1, least(n + 1, $n)
  FROM step s CROSS JOIN generate_series(2, $n) n WHERE s.run_id = $1 AND s.name = 'step_' || greatest(n / 10, 1) * 10`,
  `INSERT INTO parse (project_id, id, run_id, exchange_id, attempt, parser, parser_version, status, revision, at)
  SELECT project_id, gen_random_uuid(), run_id, id, 1, 'lines', '1', 'completed', closed_revision, closed_at
  FROM exchange WHERE run_id = $1`,
  `INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version, head_tags,
    head_metadata, head_deleted, head_status)
  SELECT r.project_id, gen_random_uuid(), r.id, 'design', n::text, n, r.last_at, 0, '{}', '{}', false, 'new'
  FROM ${NUMBERED} AND n < 2 + ${DOCUMENTS}`,
  `INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, step_id, change,
    tags, metadata, status)
  SELECT d.project_id, d.id, 1 + (n - 2) / ${DOCUMENTS}, d.run_id, n, 0, d.created_at, s.id,
    CASE WHEN n < 2 + ${DOCUMENTS} THEN 'create' ELSE 'attributes' END, '{}', '{}', 'new'
  FROM document d
  JOIN generate_series(2, $n) n ON (n - 2) % ${DOCUMENTS} = d.created_revision - 2
  LEFT JOIN step s ON s.run_id = d.run_id AND s.name = 'step_' || n / 10 * 10
  WHERE d.run_id = $1`,
  `UPDATE document d SET head_version = v.version, head_step_id = v.step_id FROM document_version v
  WHERE d.run_id = $1 AND v.document_id = d.id
    AND v.version = (SELECT max(x.version) FROM document_version x WHERE x.document_id = d.id)`,
  `INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id, revision)
  SELECT v.project_id, v.document_id, v.version, 'used', t.id, 1, v.run_id, v.revision
  FROM document_version v JOIN document t ON t.run_id = v.run_id
    AND t.created_revision = 2 + (v.revision * 7) % ${DOCUMENTS} AND t.created_revision <= v.revision
  WHERE v.run_id = $1`,
  `UPDATE run SET revision = $n, last_at = created_at + make_interval(secs => $n), metadata = jsonb_build_object('n', $n)
  WHERE id = $1`,
];
