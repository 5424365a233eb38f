import { FINISHED_STATUSES } from '@stepledger/contract';
import type { CommitScope, Part } from '../ledger/part.ts';
import { explainDependencies, explainDocuments } from './documents.explain.ts';
import { writeReadSet } from './read-set.ts';
import type { DocumentWrites, LinkRow, WriteRow } from './write-rows.ts';

interface Lineage {
  /** SQL of the ids that the versions carry. */
  readonly stepId?: string;
  readonly exchangeId?: string;
  readonly parseId?: string;
}

/** Writes versions of documents, and their links, in the order given. */
export function documentsPart(writes: DocumentWrites, lineage: Lineage = {}): Part {
  const { documents, links, basedOn } = writes;
  const dependent = [
    ...new Set(links.filter(({ relation }) => relation === 'depends_on').map(({ ord }) => ord)),
  ];
  return {
    write(scope) {
      if (documents.length === 0) return { answer: { documents: `'[]'::jsonb` } };
      const byKey = documents.some(({ kind }) => kind !== undefined);
      const unmoved = writeReadSet(scope, basedOn);
      writeHeads(scope, documents, { byKey, stepId: lineage.stepId ?? 'NULL::uuid', unmoved });
      writeVersions(scope, lineage);
      writeLinks(scope, links);
      return {
        searchable: true,
        conditions: [
          ...(unmoved ? [unmoved] : []),
          ...(dependent.length > 0 && !scope.checked ? [closesNoCycle(scope, dependent)] : []),
          `(SELECT count(*) FROM written) = ${scope.statement.bind(documents.length, 'int')}`,
          `(SELECT count(*) FROM new_links) = ${scope.statement.bind(links.length, 'int')}`,
        ],
        changes: [
          `(SELECT jsonb_agg(jsonb_build_object(
            'what', 'document', 'id', v.document_id, 'version', v.version, 'change', v.change) ORDER BY v.position)
          FROM new_versions v)`,
          ...(links.length > 0 ? [NEW_LINKS] : []),
        ],
        answer: {
          documents: `(SELECT jsonb_agg(jsonb_build_object(
            'documentId', w.id, 'kind', w.kind, 'key', w.key, 'version', w.head_version) ORDER BY w.ord)
          FROM written w)`,
        },
      };
    },
    explain: (sql, run) => explainDocuments(sql, run, writes),
    ...(dependent.length > 0 ? { check: (sql, run) => explainDependencies(sql, run, writes) } : {}),
  };
}

/**
 * That no document that there was before gets a dependency, as nothing can depend yet on one that is new. What else may
 * close a cycle takes a walk, which is exact only when the run was locked before: `check`.
 */
function closesNoCycle({ statement }: CommitScope, dependent: readonly number[]): string {
  return `NOT EXISTS (SELECT FROM changed WHERE ord = ANY (${statement.bind(dependent, 'int[]')}))`;
}

const NEW_LINKS = `(SELECT jsonb_agg(jsonb_build_object(
  'what', 'link', 'id', l.from_document_id, 'change', 'add')) FROM new_links l)`;

const HEAD = `id, kind, key, head_version, head_title, head_status, head_tags, head_metadata,
  head_sha256, head_encoding, head_size, head_deleted`;

const FINISHED = FINISHED_STATUSES.map((status) => `'${status}'`).join(', ');

/** Whether a write leaves nothing to do on the document, so that nobody needs a claim on it. */
const FINISHES = `(i.op = 'delete'
  OR coalesce(CASE WHEN i.op = 'restore' THEN s.status WHEN i.set_status THEN i.status END IN (${FINISHED}), false))`;

function writeHeads(
  { statement, project }: CommitScope,
  documents: readonly WriteRow[],
  { byKey, stepId, unmoved }: { byKey: boolean; stepId: string; unmoved: string | null },
): void {
  // The limit cuts nothing: it tells the planner how few rows there are, which else expects 100 and reads all documents.
  statement.with(
    'input',
    `SELECT *, decode(i.sha256, 'hex') AS hash FROM jsonb_to_recordset(${statement.bind(JSON.stringify(documents), 'jsonb')})
    AS i(ord int, op text, id uuid, kind text, key text, expected int, sha256 text, encoding text, size int,
      set_title boolean, title text, set_status boolean, status text, tags text[], metadata jsonb,
      author text, note text, from_version int, claim int)
    LIMIT ${statement.bind(documents.length, 'int')}`,
  );
  // One look-up a document: as a plain join it was planned as a hash of everything that the run holds.
  statement.with(
    'known',
    byKey
      ? `SELECT i.ord, d.id FROM run_head r CROSS JOIN input i CROSS JOIN LATERAL (
          SELECT t.id FROM document t
          WHERE t.project_id = ${project} AND t.run_id = r.id AND t.kind = i.kind AND t.key = i.key LIMIT 1) d`
      : 'SELECT i.ord, i.id FROM input i',
  );
  // The version to restore: locked, so that a purge that was waited for is seen.
  statement.with(
    'source',
    `SELECT i.ord, v.title, v.status, v.tags, v.metadata, v.sha256, v.encoding, v.size
    FROM run_head r CROSS JOIN input i JOIN document_version v
      ON v.project_id = ${project} AND v.document_id = i.id AND v.version = i.from_version
    WHERE i.op = 'restore' AND v.purged_revision IS NULL
    FOR SHARE OF v`,
  );
  // Each right-hand side reads the locked row, never the snapshot's: the head may have moved since. What is known is
  // of this run; to say so once more made the planner read all documents of the run before the first ANALYZE.
  statement.with(
    'changed',
    `UPDATE document d SET
      head_version = d.head_version + 1,
      head_step_id = ${stepId},
      head_title = CASE WHEN i.op = 'restore' THEN s.title WHEN i.set_title THEN i.title ELSE d.head_title END,
      head_status = CASE WHEN i.op = 'restore' THEN s.status WHEN i.set_status THEN i.status ELSE d.head_status END,
      head_tags = coalesce(s.tags, i.tags, d.head_tags),
      head_metadata = coalesce(s.metadata, i.metadata, d.head_metadata),
      head_sha256 = coalesce(s.sha256, i.hash, d.head_sha256),
      head_encoding = coalesce(s.encoding, i.encoding, d.head_encoding),
      head_size = coalesce(s.size, i.size, d.head_size),
      head_deleted = (i.op = 'delete'),
      inherited = false,
      claim_holder = CASE WHEN NOT ${FINISHES} THEN d.claim_holder END,
      claim_until = CASE WHEN NOT ${FINISHES} THEN d.claim_until END,
      claim_revision = CASE WHEN NOT ${FINISHES} THEN d.claim_revision END
    FROM run_head r CROSS JOIN input i JOIN known k ON k.ord = i.ord LEFT JOIN source s ON s.ord = i.ord
    WHERE d.project_id = ${project} AND d.id = k.id
      AND (i.expected IS NULL OR d.head_version = i.expected)
      AND (i.claim IS NULL OR d.claim_revision = i.claim)
      ${unmoved ? `AND ${unmoved}` : ''}
      AND CASE i.op
        WHEN 'create' THEN false
        WHEN 'put' THEN true
        WHEN 'restore' THEN s.ord IS NOT NULL
        WHEN 'undelete' THEN d.head_deleted AND d.head_sha256 IS NOT NULL
        WHEN 'delete' THEN NOT d.head_deleted
        ELSE NOT d.head_deleted AND (i.hash IS NOT NULL OR d.head_sha256 IS NOT NULL)
      END
    RETURNING i.ord, ${HEAD.replace(/\b(id|kind|key|head_\w+)\b/g, 'd.$1')}`,
  );
  if (!byKey) {
    statement.with('written', `SELECT ord, ${HEAD} FROM changed`);
    return;
  }
  statement.with(
    'added',
    `INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version,
      head_step_id, head_title, head_status, head_tags, head_metadata, head_sha256, head_encoding, head_size,
      head_deleted)
    SELECT ${project}, i.id, r.id, i.kind, i.key, r.revision, r.last_at, 1,
      ${stepId}, i.title, i.status, coalesce(i.tags, '{}'), coalesce(i.metadata, '{}'), i.hash, i.encoding, i.size,
      false
    FROM run_head r CROSS JOIN input i
    WHERE i.ord NOT IN (SELECT ord FROM known) AND coalesce(i.expected, 0) = 0
    ORDER BY i.ord
    RETURNING ${HEAD}`,
  );
  statement.with(
    'written',
    `SELECT ord, ${HEAD} FROM changed
    UNION ALL
    SELECT i.ord, a.id, a.kind, a.key, ${HEAD.replace('id, kind, key,', '').replace(/\bhead_/g, 'a.head_')}
    FROM added a JOIN input i ON i.id = a.id`,
  );
}

function writeVersions({ statement, project }: CommitScope, lineage: Lineage): void {
  statement.with(
    'new_versions',
    `INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, step_id, change,
      title, status, tags, metadata, sha256, encoding, size, exchange_id, parse_id, author, note)
    SELECT ${project}, w.id, w.head_version, r.id, r.revision, w.ord, r.last_at, ${lineage.stepId ?? 'NULL::uuid'},
      CASE
        WHEN i.op = 'delete' THEN 'delete'
        WHEN i.op IN ('restore', 'undelete') THEN 'restore'
        WHEN w.head_version = 1 THEN 'create'
        WHEN i.hash IS NULL THEN 'attributes'
        ELSE 'text'
      END,
      w.head_title, w.head_status, w.head_tags, w.head_metadata, w.head_sha256, w.head_encoding, w.head_size,
      ${lineage.exchangeId ?? 'NULL::uuid'}, ${lineage.parseId ?? 'NULL::uuid'}, i.author, i.note
    FROM run_head r CROSS JOIN written w JOIN input i ON i.ord = w.ord
    ORDER BY w.ord
    RETURNING document_id, version, position, change`,
  );
}

function writeLinks({ statement, project }: CommitScope, links: readonly LinkRow[]): void {
  if (links.length === 0) {
    statement.with('new_links', 'SELECT 1 WHERE false');
    return;
  }
  statement.with(
    'new_links',
    `INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id,
      revision)
    SELECT ${project}, w.id, w.head_version, l.relation, t.document_id, t.version, r.id, r.revision
    FROM run_head r
    CROSS JOIN jsonb_to_recordset(${statement.bind(JSON.stringify(links), 'jsonb')})
      AS l(ord int, relation text, to_document_id uuid, to_version int)
    JOIN written w ON w.ord = l.ord
    JOIN document_version t
      ON t.project_id = ${project} AND t.document_id = l.to_document_id AND t.version = l.to_version
    RETURNING from_document_id`,
  );
}
