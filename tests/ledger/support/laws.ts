import type { Tables } from './database.ts';

/** What every ledger keeps to, whoever writes: each statement finds the rows that break it. */
const LAWS: Readonly<Record<string, string>> = {
  'revisions run from 1 to the run’s own, without gap': `
    SELECT r.id, r.revision, count(e.revision) AS entries FROM run r LEFT JOIN entry e ON e.run_id = r.id
    GROUP BY r.id, r.revision
    HAVING count(e.revision) <> r.revision OR min(e.revision) <> 1 OR max(e.revision) <> r.revision`,

  'times never go back': `
    SELECT * FROM (SELECT run_id, revision, at, lag(at) OVER (PARTITION BY run_id ORDER BY revision) AS before
      FROM entry) e WHERE at < before`,

  'a run’s time is that of its last entry': `
    SELECT r.id FROM run r JOIN entry e ON e.run_id = r.id AND e.revision = r.revision WHERE e.at <> r.last_at`,

  'versions run from 1 to the head, without gap': `
    SELECT d.id, d.head_version, count(v.version) AS versions
    FROM document d LEFT JOIN document_version v ON v.document_id = d.id GROUP BY d.id, d.head_version
    HAVING count(v.version) <> d.head_version OR min(v.version) <> 1 OR max(v.version) <> d.head_version`,

  'a later version has a later revision': `
    SELECT * FROM (SELECT document_id, version, revision,
        lag(revision) OVER (PARTITION BY document_id ORDER BY version) AS before
      FROM document_version) v WHERE revision <= before`,

  'a head is its last version': `
    SELECT d.id FROM document d JOIN document_version v ON v.document_id = d.id AND v.version = d.head_version
    WHERE (d.head_step_id, d.head_title, d.head_status, d.head_tags, d.head_metadata, d.head_sha256,
        d.head_encoding, d.head_size, d.head_deleted)
      IS DISTINCT FROM (v.step_id, v.title, v.status, v.tags, v.metadata, v.sha256, v.encoding, v.size,
        v.change = 'delete')`,

  'a document begins with its first version': `
    SELECT d.id FROM document d JOIN document_version v ON v.document_id = d.id AND v.version = 1
    WHERE (d.created_revision, d.created_at, d.run_id, 'create') IS DISTINCT FROM (v.revision, v.at, v.run_id, v.change)`,

  'the writes of a revision are numbered from 0': `
    SELECT run_id, revision FROM document_version GROUP BY run_id, revision
    HAVING count(DISTINCT position) <> count(*) OR min(position) <> 0 OR max(position) <> count(*) - 1`,

  'rows have the time of their entry': `
    SELECT v.run_id, v.revision, e.at, v.at AS of_row FROM (
      SELECT run_id, revision, at FROM document_version
      UNION ALL SELECT run_id, revision, at FROM parse
      UNION ALL SELECT run_id, opened_revision, opened_at FROM exchange
      UNION ALL SELECT run_id, closed_revision, closed_at FROM exchange WHERE closed_revision IS NOT NULL
      UNION ALL SELECT run_id, started_revision, started_at FROM step
      UNION ALL SELECT run_id, finished_revision, finished_at FROM step WHERE finished_revision IS NOT NULL) v
    LEFT JOIN entry e USING (run_id, revision) WHERE e.at IS DISTINCT FROM v.at`,

  'an entry names every step that began or ended with it': `
    SELECT s.id FROM (
      SELECT run_id, id, started_revision AS revision, NULL AS change FROM step
      UNION ALL SELECT run_id, id, finished_revision, CASE status WHEN 'failed' THEN 'fail' ELSE 'complete' END
        FROM step WHERE finished_revision IS NOT NULL) s
    JOIN entry e ON e.run_id = s.run_id AND e.revision = s.revision
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(e.changes) c
      WHERE c ->> 'id' = s.id::text AND c ->> 'change' = coalesce(s.change, c ->> 'change'))`,

  'a run ended where its entry says so': `
    SELECT r.id FROM run r LEFT JOIN entry e ON e.run_id = r.id AND e.revision = r.finished_revision
    WHERE (r.status <> 'running') IS DISTINCT FROM coalesce(e.kind = 'runs.complete', false)`,

  'a run and a step show their newest state': `
    SELECT r.id FROM run r LEFT JOIN LATERAL (
      SELECT * FROM run_state s WHERE s.run_id = r.id ORDER BY s.revision DESC LIMIT 1) s ON true
    WHERE (r.status, r.goal, r.metadata, r.finished_revision)
      IS DISTINCT FROM (s.status, s.goal, s.metadata, s.finished_revision)
    UNION ALL SELECT p.id FROM step p LEFT JOIN LATERAL (
      SELECT * FROM step_state s WHERE s.step_id = p.id ORDER BY s.revision DESC LIMIT 1) s ON true
    WHERE (p.status, p.error, p.parent_step_id, p.finished_revision, p.finished_at)
      IS DISTINCT FROM (s.status, s.error, s.parent_step_id, s.finished_revision, s.finished_at)`,

  'parses are numbered from 1, and the first good one is known': `
    SELECT x.id FROM exchange x LEFT JOIN parse p ON p.exchange_id = x.id
    GROUP BY x.project_id, x.id
    HAVING count(p.id) <> x.parse_count OR coalesce(max(p.attempt), 0) <> x.parse_count
      OR min(p.revision) FILTER (WHERE p.status = 'completed') IS DISTINCT FROM x.parsed_revision`,

  'a closed exchange has its revision, an open one its lease': `
    SELECT id FROM exchange
    WHERE (status IN ('completed', 'failed')) <> (closed_revision IS NOT NULL)
      OR (status IN ('pending', 'streaming')) <> (lease_until IS NOT NULL)
      OR status IN ('pending', 'streaming') AND lease_seconds IS NULL`,

  'bytes that arrived stand without gap, as many as the exchange says, and only while it is open': `
    SELECT x.id FROM exchange_chunk c JOIN exchange x ON x.id = c.exchange_id
    GROUP BY x.project_id, x.id, c.attempt
    HAVING x.status NOT IN ('pending', 'streaming') OR min(c.byte_offset) <> 0
      OR sum(octet_length(c.bytes)) <> max(c.byte_offset + octet_length(c.bytes))
      OR c.attempt > x.stream_attempt
      OR c.attempt = x.stream_attempt AND x.stream_bytes <> sum(octet_length(c.bytes))`,

  'a memo key has one holder in its step': `
    SELECT step_id, memo_key FROM exchange WHERE memo_key IS NOT NULL AND status <> 'failed'
    GROUP BY step_id, memo_key HAVING count(*) > 1`,

  'a memo key is of what was asked for and used, unless it was lost': `
    SELECT id FROM exchange WHERE memo_key IS DISTINCT FROM CASE
      WHEN memo_lost_revision IS NOT NULL OR asked_memo_key IS NULL THEN NULL
      WHEN uses = '[]' THEN asked_memo_key
      ELSE sha256(asked_memo_key || convert_to((SELECT string_agg(DISTINCT name, ',' ORDER BY name) FROM (
        SELECT ((u ->> 'documentId')::uuid::text || '@' || (u ->> 'version')) COLLATE "C" AS name
        FROM jsonb_array_elements(uses) u) names), 'UTF8')) END`,

  'what came with a fork is no newer than the fork, and names where it came from': `
    SELECT x.id FROM (
      SELECT run_id, id, opened_revision AS revision, origin_id FROM exchange
      UNION ALL SELECT run_id, id, started_revision, origin_id FROM step
      UNION ALL SELECT run_id, id, revision, origin_id FROM parse
      UNION ALL SELECT run_id, id, created_revision, origin_id FROM document) x
    JOIN run r ON r.id = x.run_id
    WHERE (x.origin_id IS NOT NULL) IS DISTINCT FROM (x.revision <= coalesce(r.forked_at_revision, 0))
    UNION ALL SELECT d.id FROM document d JOIN run r ON r.id = d.run_id
    JOIN document_version v ON v.document_id = d.id AND v.version = d.head_version
    WHERE d.inherited IS DISTINCT FROM (v.revision <= coalesce(r.forked_at_revision, 0))`,

  'only what is told of in another run has no place in the feed': `
    SELECT e.run_id, e.revision FROM entry e JOIN run r ON r.id = e.run_id
    WHERE (e.xid = '0') IS DISTINCT FROM (e.revision <= coalesce(r.forked_at_revision, 0))`,

  'a chain has as many messages as were sent': `
    WITH RECURSIVE chain AS (
      SELECT x.id, x.message_count, m.parent_hash FROM exchange x JOIN message m ON m.hash = x.prompt_hash
      UNION ALL
      SELECT c.id, c.message_count, m.parent_hash FROM chain c JOIN message m ON m.hash = c.parent_hash)
    SELECT id FROM chain GROUP BY id, message_count HAVING count(*) <> message_count`,

  'a purged row has neither text nor message': `
    SELECT document_id AS id FROM document_version WHERE purged_revision IS NOT NULL AND sha256 IS NOT NULL
    UNION ALL SELECT id FROM exchange
    WHERE purged_revision IS NOT NULL AND (prompt_hash IS NOT NULL OR response_sha256 IS NOT NULL)`,

  'a blob’s name is the hash of its bytes': `
    WITH RECURSIVE node AS (
      SELECT project_id, root_sha256 AS root, root_sha256 AS sha256, '{}'::int[] AS path FROM blob
      WHERE root_sha256 IS NOT NULL
      UNION ALL
      SELECT n.project_id, n.root, c.child_sha256, n.path || c.position
      FROM node n JOIN chunk_child c ON c.project_id = n.project_id AND c.parent_sha256 = n.sha256),
    tree AS (
      SELECT n.project_id, n.root, string_agg(k.bytes, '' ORDER BY n.path) AS bytes
      FROM node n JOIN chunk k ON k.project_id = n.project_id AND k.sha256 = n.sha256 GROUP BY n.project_id, n.root)
    SELECT sha256 FROM (
      SELECT b.sha256, b.size, coalesce(t.bytes, b.bytes, convert_to(b.content, 'UTF8'), '') AS stored
      FROM blob b LEFT JOIN tree t ON t.project_id = b.project_id AND t.root = b.root_sha256) b
    WHERE sha256 <> pg_catalog.sha256(stored) OR size <> octet_length(stored)`,

  'no message is without an exchange': `
    WITH RECURSIVE used AS (
      SELECT prompt_hash AS hash FROM exchange WHERE prompt_hash IS NOT NULL
      UNION SELECT m.parent_hash FROM used u JOIN message m ON m.hash = u.hash WHERE m.parent_hash IS NOT NULL)
    SELECT hash FROM message WHERE hash NOT IN (SELECT hash FROM used)`,

  'no blob is without a row that refers to it': `
    SELECT sha256, encoding FROM blob
    EXCEPT SELECT sha256, encoding FROM document_version
    EXCEPT SELECT sha256, encoding FROM message
    EXCEPT SELECT response_sha256, response_encoding FROM exchange
    EXCEPT SELECT context_sha256, context_encoding FROM exchange
    EXCEPT SELECT request_sha256, request_encoding FROM exchange_attempt
    EXCEPT SELECT response_sha256, response_encoding FROM exchange_attempt`,

  'no chunk is without a blob or a list that holds it': `
    SELECT project_id, sha256 FROM chunk
    EXCEPT SELECT project_id, child_sha256 FROM chunk_child
    EXCEPT SELECT project_id, root_sha256 FROM blob`,

  'a chunk has either bytes or all its children': `
    SELECT k.sha256 FROM chunk k
    LEFT JOIN chunk_child c ON c.project_id = k.project_id AND c.parent_sha256 = k.sha256
    GROUP BY k.project_id, k.sha256
    HAVING (k.bytes IS NULL) <> (count(c.position) > 0) OR max(c.position) + 1 <> count(c.position)`,
};

const WRITTEN = `
  SELECT run_id, revision, 'document' AS what, document_id AS id, version, change FROM document_version
  UNION ALL SELECT run_id, purged_revision, 'document', document_id, version, 'purge' FROM document_version
    WHERE purged_revision IS NOT NULL
  UNION ALL SELECT run_id, opened_revision, 'exchange', id, NULL,
    CASE opened_revision WHEN closed_revision THEN 'record' ELSE 'open' END FROM exchange
  UNION ALL SELECT run_id, closed_revision, 'exchange', id, NULL,
    CASE status WHEN 'completed' THEN 'complete' ELSE 'fail' END FROM exchange
    WHERE closed_revision <> opened_revision
  UNION ALL SELECT run_id, purged_revision, 'exchange', id, NULL, 'purge' FROM exchange
    WHERE purged_revision IS NOT NULL
  UNION ALL SELECT run_id, revision, 'parse', id, NULL, status FROM parse
  UNION ALL SELECT run_id, revision, 'link', from_document_id, NULL, 'add' FROM link
  UNION ALL SELECT run_id, removed_revision, 'link', from_document_id, NULL, 'remove' FROM link
    WHERE removed_revision IS NOT NULL`;

const NAMED = `
  SELECT e.run_id, e.revision, c ->> 'what', (c ->> 'id')::uuid, (c ->> 'version')::int, c ->> 'change'
  FROM entry e CROSS JOIN jsonb_array_elements(e.changes) c
  WHERE c ->> 'what' IN ('document', 'exchange', 'parse', 'link')`;

const ENTRIES: Readonly<Record<string, string>> = {
  'entries name all that was written': `(${WRITTEN}) EXCEPT ALL (${NAMED})`,
  'entries name nothing else': `(${NAMED}) EXCEPT ALL (${WRITTEN})`,
};

/** The laws that the rows of a database break, with the first rows that do. */
export async function brokenLaws(tables: Tables): Promise<Record<string, unknown[]>> {
  const broken = await Promise.all(
    Object.entries({ ...LAWS, ...ENTRIES }).map(async ([law, sql]) => {
      const rows = await tables.query(sql);
      return rows.length > 0 ? [[law, rows.slice(0, 5)] as const] : [];
    }),
  );
  return Object.fromEntries(broken.flat());
}
