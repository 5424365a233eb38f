export interface LargeRun {
  readonly exchanges: number;
  /** Of each document; there is an exchange for each. */
  readonly versions: number;
  /** Characters of each text, beside the few that make it another one. */
  readonly textLength?: number;
}

/**
 * SQL that gives the run $1, which has one revision, exchanges with a prompt and a response of their own, a parse and a
 * version of a document each, ten to a step. Ids are like those that the ledger makes: of time and count, and random at
 * the end.
 */
export function enlarge({ exchanges, versions, textLength = 0 }: LargeRun): string[] {
  const id = (n: string, kind: number) =>
    `overlay(gen_random_uuid()::text placing regexp_replace(
      lpad(to_hex(${n}), 6, '0'), '(...)(...)', '01900000-000${kind}-7\\1-8\\2') from 1 for 23)::uuid`;
  const hash = (text: string) => `sha256(convert_to(${text}, 'UTF8'))`;
  const padding = `repeat('x', ${textLength})`;
  const text = (kind: string, n: string) => `'${kind} ' || ${n} || ${padding}`;
  const message = hash(
    `'[null,"user","text","' || encode(${hash(text('prompt', 'n'))}, 'hex') || '","utf8"]'`,
  );
  const run = `run r CROSS JOIN generate_series(1, ${exchanges}) n WHERE r.id = $1`;
  return [
    `INSERT INTO blob (project_id, sha256, encoding, content, size)
    SELECT r.project_id, ${hash(`t || n || ${padding}`)}, 'utf8', t || n || ${padding}, octet_length(t || n || ${padding})
    FROM run r CROSS JOIN generate_series(1, ${exchanges}) n CROSS JOIN (VALUES ('prompt '), ('answer '), ('text ')) AS k(t)
    WHERE r.id = $1`,
    `INSERT INTO message (project_id, hash, role, format, sha256, encoding)
    SELECT r.project_id, ${message}, 'user', 'text', ${hash(text('prompt', 'n'))}, 'utf8' FROM ${run}`,
    `INSERT INTO step (project_id, id, run_id, name, key, status, started_revision, started_at)
    SELECT r.project_id, ${id('n', 1)}, r.id, 'step', n::text, 'running', n + 1, r.last_at FROM ${run} AND n % 10 = 1`,
    `INSERT INTO step_state (project_id, step_id, revision, status)
    SELECT project_id, id, started_revision, 'running' FROM step WHERE run_id = $1`,
    `INSERT INTO exchange (project_id, id, run_id, step_id, opened_revision, opened_at, closed_revision, closed_at,
      status, prompt_hash, message_count, model, response_sha256, response_encoding, response_size, usage, metadata,
      parse_count, parsed_revision)
    SELECT r.project_id, ${id('n', 2)}, r.id, s.id, n + 1, r.last_at, n + 1, r.last_at, 'completed',
      ${message}, 1, 'model', ${hash(text('answer', 'n'))}, 'utf8', octet_length(${text('answer', 'n')}),
      '{"inputTokens": 1000, "outputTokens": 100}', '{}', 1, n + 1
    FROM run r JOIN step s ON s.run_id = r.id
    CROSS JOIN LATERAL generate_series(s.started_revision - 1, s.started_revision + 8) n
    WHERE r.id = $1 AND n <= ${exchanges}`,
    `INSERT INTO parse (project_id, id, run_id, exchange_id, attempt, parser, parser_version, status, revision, at)
    SELECT project_id, ${id('opened_revision', 3)}, run_id, id, 1, 'lines', '1', 'completed', opened_revision, opened_at
    FROM exchange WHERE run_id = $1`,
    `INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version, head_tags,
      head_metadata, head_deleted)
    SELECT r.project_id, ${id('n', 4)}, r.id, 'design', n::text, n + 1, r.last_at, ${versions}, '{}', '{}', false
    FROM ${run} AND n <= ${exchanges / versions}`,
    `INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, step_id, change,
      tags, metadata, sha256, encoding, size, exchange_id, parse_id)
    SELECT d.project_id, d.id, 1 + (e.opened_revision - 2) / ${exchanges / versions}, d.run_id, e.opened_revision, 0,
      e.opened_at, e.step_id, CASE WHEN e.opened_revision = d.created_revision THEN 'create' ELSE 'text' END, '{}', '{}',
      ${hash(text('text', '(e.opened_revision - 1)'))}, 'utf8', octet_length(${text('text', '(e.opened_revision - 1)')}), e.id, p.id
    FROM exchange e JOIN document d ON d.run_id = e.run_id AND d.created_revision = 2 + (e.opened_revision - 2) % ${exchanges / versions}
    JOIN parse p ON p.exchange_id = e.id WHERE e.run_id = $1`,
    `UPDATE document d SET head_sha256 = v.sha256, head_encoding = v.encoding, head_size = v.size,
      head_step_id = v.step_id
    FROM document_version v WHERE d.run_id = $1 AND v.document_id = d.id AND v.version = d.head_version`,
    `INSERT INTO entry (project_id, run_id, revision, at, actor, kind, changes)
    SELECT e.project_id, e.run_id, e.opened_revision, e.opened_at, 'bench', 'exchanges.record', jsonb_build_array(
      jsonb_build_object('what', 'exchange', 'id', e.id, 'change', 'record'),
      jsonb_build_object('what', 'parse', 'id', p.id, 'change', 'completed'),
      jsonb_build_object('what', 'document', 'id', v.document_id, 'version', v.version, 'change', v.change))
      || coalesce((SELECT jsonb_build_array(jsonb_build_object('what', 'step', 'id', s.id, 'change', 'start')) FROM step s
        WHERE s.project_id = e.project_id AND s.id = e.step_id AND s.started_revision = e.opened_revision), '[]')
    FROM exchange e JOIN parse p ON p.exchange_id = e.id JOIN document_version v ON v.exchange_id = e.id
    WHERE e.run_id = $1`,
    `UPDATE run SET revision = ${exchanges} + 1 WHERE id = $1`,
  ];
}
