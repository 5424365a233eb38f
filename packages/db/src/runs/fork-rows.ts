import { heldMemoKey } from '../exchanges/memo.ts';
import type { ForkIds } from './fork-ids.ts';

/** What was closed, removed, purged or lost after the fork's revision has not happened there. */
const upTo = (revision: string) => `CASE WHEN ${revision} <= :revision THEN ${revision} END`;

/**
 * The statements, with `:name` for a bind parameter, that make a fork as of `:revision` out of what began after `:after`
 * up to `:until`, in the order that their foreign keys ask for.
 *
 * Each row is found by the index on the revisions of the run, or from a row that is; each state by one look-up, so that
 * no plan reads more than the run. A fork has no claims, streams, leases or idempotency keys of others.
 */
export function copiesOfRange(ids: ForkIds): string[] {
  return [
    copySteps(ids),
    copyStepStates(ids),
    copyExchanges(ids),
    copyAttempts(ids),
    copyParses(ids),
    copyDocuments(ids),
    copyVersions(ids),
    copyLinks(ids),
    copyAccepts(ids),
    copyEntries(ids),
  ];
}

/** The copies of what is of the run as a whole. */
export const COPIES_OF_RUN = [
  `INSERT INTO run_state (project_id, run_id, revision, status, goal, metadata, finished_revision)
    SELECT :project, :child, s.revision, s.status, s.goal, s.metadata, s.finished_revision
    FROM run_state s WHERE s.project_id = :project AND s.run_id = :parent AND s.revision <= :revision
    UNION ALL
    SELECT r.project_id, r.id, r.revision, r.status, r.goal, r.metadata, NULL
    FROM run r WHERE r.project_id = :project AND r.id = :child`,
  `INSERT INTO run_prompt (project_id, run_id, prompt_id, label, version, revision)
    SELECT :project, :child, p.prompt_id, p.label, p.version, p.revision
    FROM run_prompt p WHERE p.project_id = :project AND p.run_id = :parent AND p.revision <= :revision`,
];

const inRange = (revision: string) => `${revision} > :after AND ${revision} <= :until`;

const STEPS_OF_RANGE = `s.project_id = :project AND s.run_id = :parent AND ${inRange('s.started_revision')}`;

function copySteps({ id }: ForkIds): string {
  return `INSERT INTO step (project_id, id, run_id, name, key, parent_step_id, status, error, started_revision,
      started_at, finished_revision, finished_at, origin_id)
    SELECT :project, ${id('s.id')}, :child, s.name, s.key, ${id('t.parent_step_id')}, t.status, t.error,
      s.started_revision, s.started_at, t.finished_revision, t.finished_at, s.id
    FROM step s CROSS JOIN LATERAL (
      SELECT * FROM step_state k
      WHERE k.project_id = :project AND k.step_id = s.id AND k.revision <= :revision
      ORDER BY k.revision DESC LIMIT 1) t
    WHERE ${STEPS_OF_RANGE}`;
}

function copyStepStates({ id }: ForkIds): string {
  return `INSERT INTO step_state (project_id, step_id, revision, status, error, parent_step_id, finished_revision,
      finished_at)
    SELECT :project, ${id('t.step_id')}, t.revision, t.status, t.error, ${id('t.parent_step_id')},
      t.finished_revision, t.finished_at
    FROM step s JOIN step_state t ON t.project_id = :project AND t.step_id = s.id AND t.revision <= :revision
    WHERE ${STEPS_OF_RANGE}`;
}

const EXCHANGES_OF_RANGE = `e.project_id = :project AND e.run_id = :parent AND ${inRange('e.opened_revision')}`;

/**
 * An exchange that was open is in the fork one whose writer has let its lease run out: nobody writes to it there.
 *
 * The offset has the versions that were used worked out once, and not for each column that needs them.
 */
function copyExchanges(ids: ForkIds): string {
  const { id } = ids;
  const isOpen = '(e.closed_revision IS NULL OR e.closed_revision > :revision)';
  const closed = (column: string) => `CASE WHEN NOT ${isOpen} THEN e.${column} END`;
  const isHeld = 'e.memo_lost_revision IS NULL OR e.memo_lost_revision > :revision';
  const columns: Record<string, string> = {
    project_id: ':project',
    id: id('e.id'),
    run_id: ':child',
    step_id: id('e.step_id'),
    opened_revision: 'e.opened_revision',
    opened_at: 'e.opened_at',
    closed_revision: closed('closed_revision'),
    closed_at: closed('closed_at'),
    status: `CASE WHEN ${isOpen} THEN 'pending' ELSE e.status END`,
    lease_until: `CASE WHEN ${isOpen} THEN e.opened_at END`,
    // One that was opened before leases were kept has none once it is closed.
    lease_seconds: `CASE WHEN ${isOpen} THEN coalesce(e.lease_seconds, 900) ELSE e.lease_seconds END`,
    stream_attempt: closed('stream_attempt'),
    stream_bytes: closed('stream_bytes'),
    prompt_id: 'e.prompt_id',
    prompt_version: 'e.prompt_version',
    variables: 'e.variables',
    uses: 'u.uses',
    context_sha256: 'e.context_sha256',
    context_encoding: 'e.context_encoding',
    prompt_hash: 'e.prompt_hash',
    message_count: 'e.message_count',
    memo_key: `CASE WHEN ${isHeld} THEN ${heldMemoKey('e.asked_memo_key', 'u.uses')} END`,
    asked_memo_key: 'e.asked_memo_key',
    memo_lost_revision: upTo('e.memo_lost_revision'),
    provider: 'e.provider',
    model: 'e.model',
    response_model: closed('response_model'),
    parameters: 'e.parameters',
    response_sha256: closed('response_sha256'),
    response_encoding: closed('response_encoding'),
    response_size: closed('response_size'),
    usage: closed('usage'),
    error: closed('error'),
    metadata: 'e.metadata',
    started_at: closed('started_at'),
    first_byte_ms: closed('first_byte_ms'),
    total_ms: closed('total_ms'),
    parse_count: `CASE WHEN e.parse_count = 0 THEN 0 ELSE (SELECT count(*)::int FROM parse p
      WHERE p.project_id = :project AND p.exchange_id = e.id AND p.revision <= :revision) END`,
    parsed_revision: upTo('e.parsed_revision'),
    purged_revision: purgedBy('e.purged_revision'),
    origin_id: 'e.id',
  };
  return `INSERT INTO exchange (${Object.keys(columns).join(', ')})
    SELECT ${Object.values(columns).join(', ')}
    FROM exchange e CROSS JOIN LATERAL (SELECT ${copiedUses(ids)} AS uses OFFSET 0) u
    WHERE ${EXCHANGES_OF_RANGE} ORDER BY e.opened_revision`;
}

/** Versions of other runs' documents stay what they are. */
function copiedUses(ids: ForkIds): string {
  return `CASE WHEN e.uses = '[]' THEN e.uses ELSE (
    SELECT jsonb_agg(jsonb_build_object(
      'documentId', ${copiedDocument("(x ->> 'documentId')::uuid", ids)}, 'version', x -> 'version') ORDER BY n)
    FROM jsonb_array_elements(e.uses) WITH ORDINALITY AS l(x, n)) END`;
}

/** SQL of the id that a document has in the fork: its own when it is of another run. */
function copiedDocument(documentId: string, { id }: ForkIds): string {
  return `CASE WHEN EXISTS (SELECT FROM document o
      WHERE o.project_id = :project AND o.id = ${documentId} AND o.run_id = :parent)
    THEN ${id(documentId)} ELSE ${documentId} END`;
}

/** What was purged after the fork's revision is gone all the same, as of the fork itself, whose entry says so. */
function purgedBy(revision: string): string {
  return `CASE WHEN ${revision} > :revision THEN :revision + 1 ELSE ${revision} END`;
}

/** While an exchange is open, attempts come and go without a revision. */
function copyAttempts({ id }: ForkIds): string {
  const columns = `attempt, status, http_status, url, content_type, headers, request_sha256, request_encoding,
    response_sha256, response_encoding, error, started_at, first_byte_ms, total_ms`;
  return `INSERT INTO exchange_attempt (project_id, exchange_id, ${columns})
    SELECT :project, ${id('a.exchange_id')}, ${columns.replace(/\w+/g, 'a.$&')}
    FROM exchange e JOIN exchange_attempt a ON a.project_id = :project AND a.exchange_id = e.id
    WHERE ${EXCHANGES_OF_RANGE} AND e.closed_revision <= :revision`;
}

function copyParses({ id }: ForkIds): string {
  const columns = 'attempt, parser, parser_version, status, error, error_offset, revision, at';
  return `INSERT INTO parse (project_id, id, run_id, exchange_id, ${columns}, origin_id)
    SELECT :project, ${id('p.id')}, :child, ${id('p.exchange_id')}, ${columns.replace(/\w+/g, 'p.$&')}, p.id
    FROM exchange e
    JOIN parse p ON p.project_id = :project AND p.exchange_id = e.id AND p.revision <= :revision
    WHERE ${EXCHANGES_OF_RANGE} AND e.parse_count > 0`;
}

/** With the head of then. */
function copyDocuments({ id }: ForkIds): string {
  return `INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version,
      head_step_id, head_title, head_status, head_tags, head_metadata, head_sha256, head_encoding, head_size,
      head_deleted, origin_id, inherited)
    SELECT :project, ${id('d.id')}, :child, d.kind, d.key, d.created_revision, d.created_at, v.version,
      ${id('v.step_id')}, v.title, v.status, v.tags, v.metadata, v.sha256, v.encoding, v.size,
      v.change = 'delete', d.id, true
    FROM document d CROSS JOIN LATERAL (
      SELECT * FROM document_version n
      WHERE n.project_id = :project AND n.document_id = d.id AND n.revision <= :revision
      ORDER BY n.revision DESC LIMIT 1) v
    WHERE d.project_id = :project AND d.run_id = :parent AND ${inRange('d.created_revision')}`;
}

const VERSIONS_OF_RANGE = `v.project_id = :project AND v.run_id = :parent AND ${inRange('v.revision')}`;

function copyVersions({ id }: ForkIds): string {
  const columns = `version, revision, position, at, change, title, status, tags, metadata, sha256, encoding, size, author,
    note`;
  return `INSERT INTO document_version (project_id, document_id, run_id, ${columns}, step_id, exchange_id, parse_id,
      purged_revision)
    SELECT :project, ${id('v.document_id')}, :child, ${columns.replace(/\w+/g, 'v.$&')}, ${id('v.step_id')},
      ${id('v.exchange_id')}, ${id('v.parse_id')}, ${purgedBy('v.purged_revision')}
    FROM document_version v WHERE ${VERSIONS_OF_RANGE} ORDER BY v.revision, v.position`;
}

function copyLinks(ids: ForkIds): string {
  return `INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id,
      revision, removed_revision)
    SELECT :project, ${ids.id('l.from_document_id')}, l.from_version, l.relation,
      ${copiedDocument('l.to_document_id', ids)}, l.to_version, :child, l.revision, ${upTo('l.removed_revision')}
    FROM document_version v JOIN link l ON l.project_id = :project AND l.from_document_id = v.document_id
      AND l.from_version = v.version AND l.revision <= :revision
    WHERE ${VERSIONS_OF_RANGE}`;
}

function copyAccepts(ids: ForkIds): string {
  return `INSERT INTO link_accept (project_id, document_id, version, input_document_id, input_version, run_id, revision)
    SELECT :project, ${ids.id('a.document_id')}, a.version, ${copiedDocument('a.input_document_id', ids)},
      a.input_version, :child, a.revision
    FROM document_version v JOIN link_accept a ON a.project_id = :project AND a.document_id = v.document_id
      AND a.version = v.version AND a.revision <= :revision
    WHERE ${VERSIONS_OF_RANGE}`;
}

/** The feed over all runs passes them over: they were told of as those of the run. */
function copyEntries({ changes }: ForkIds): string {
  return `INSERT INTO entry (project_id, run_id, revision, at, xid, actor, kind, changes)
    SELECT :project, :child, e.revision, e.at, '0', e.actor, e.kind, ${changes('e.changes')}
    FROM entry e WHERE e.project_id = :project AND e.run_id = :parent AND ${inRange('e.revision')}`;
}
