import { type ContextDocument, type ContextService, LIMITS, type VersionRef } from '@stepledger/contract';
import type { BlobRef } from '../blobs/stored-blob.ts';
import { headSource } from '../documents/document-row.ts';
import { joinTextBefore } from '../links/same-text.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';

type Input = Parameters<ContextService['build']>[0];

/** A version of a document that a context may hold. */
export interface Candidate extends VersionRef {
  readonly kind: string;
  readonly key: string;
  readonly why: ContextDocument['why'];
  /** Why it cannot be in whatever the budget. */
  readonly leftOut: 'purged' | 'deleted' | 'dropped' | null;
  /** Its stored text; null when it is left out. */
  readonly blob: BlobRef | null;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Documents beyond LIMITS.maxContextDocuments, counted up to LIMITS.maxContextCounted. */
  readonly more: number;
}

/** A version as rows have it. */
export interface VersionRow {
  id: string;
  kind: string;
  key: string;
  version: number;
  change: string;
  status: string | null;
  sha256: Buffer | null;
  encoding: BlobRef['encoding'] | null;
  size: number | null;
}

interface FoundRow extends VersionRow {
  is_linked: boolean;
  is_written: boolean;
  total: string;
}

/** Links and uses, and documents of a step, that are looked at to find what goes first. */
const MAX_RELATED = 10_000;
/** The newest exchanges of a step whose `uses` count. */
const MAX_EXCHANGES = 100;

/**
 * The documents of a run as of a revision that are not pinned, in the order of choice: by the kinds asked for, then what
 * pins and the step are linked to, then what the step wrote, then the newest; all by two statements.
 *
 * Of a run with more than LIMITS.maxContextCounted documents, those that came last are looked at.
 */
export async function findCandidates(
  context: StoreContext,
  input: Input,
  { revision, pins }: { revision: number; pins: readonly VersionRef[] },
): Promise<Candidates> {
  const { connection, scope } = context;
  const related = await findRelated(context, input, { revision, pins });
  const where = new Where('d', scope.projectId);
  where.and('d.run_id = ?', input.runId);
  if (input.kinds) where.and('d.kind = ANY (?::text[])', input.kinds);
  where.and(
    'd.id <> ALL (?::uuid[])',
    pins.map(({ documentId }) => documentId),
  );
  const { select, isHead, revision: number } = headSource(where, revision);
  where.and(`d.created_revision <= ${number}`);
  where.and(`v.change <> 'delete'`);
  const [linked, written] = [where.bind(related.linked), where.bind(related.written)];
  const kinds = where.bind(input.kinds ?? []);
  const rows = await connection.query<FoundRow>(
    `WITH found AS (
      ${select} AND ${isHead} WHERE ${where.sql}
      ORDER BY d.created_revision DESC, d.id LIMIT ${where.bind(LIMITS.maxContextCounted + 1)}
    )
    SELECT f.id, f.kind, f.key, f.version, f.change, f.status, f.sha256, f.encoding, f.size,
      l.id IS NOT NULL AS is_linked, w.id IS NOT NULL AS is_written, count(*) OVER () AS total
    FROM found f
    LEFT JOIN (SELECT DISTINCT id FROM unnest(${linked}::uuid[]) AS u(id)) l ON l.id = f.id
    LEFT JOIN (SELECT DISTINCT id FROM unnest(${written}::uuid[]) AS u(id)) w ON w.id = f.id
    ORDER BY array_position(${kinds}::text[], f.kind), l.id IS NULL, w.id IS NULL, f.revision DESC, f.position DESC, f.id
    LIMIT ${where.bind(LIMITS.maxContextDocuments)}`,
    where.values,
  );
  const rest = input.kinds ? 'kind' : 'recent';
  const candidates = rows.map((row) => {
    const why = row.is_linked ? 'linked' : row.is_written ? 'written' : rest;
    return toCandidate(row, why);
  });
  const total = Math.min(Number(rows[0]?.total ?? 0), LIMITS.maxContextCounted);
  return { candidates, more: total - rows.length };
}

export function toCandidate(row: VersionRow, why: Candidate['why']): Candidate {
  const { id: documentId, kind, key, version, sha256, encoding, size } = row;
  const blob = sha256 && encoding && size !== null ? { sha256, encoding, size } : null;
  const leftOut = reasonOf(row, { why, hasText: blob !== null });
  return { documentId, version, kind, key, why, leftOut, blob: leftOut ? null : blob };
}

function reasonOf(
  { change, status }: VersionRow,
  { why, hasText }: { why: Candidate['why']; hasText: boolean },
): Candidate['leftOut'] {
  if (change === 'delete') return 'deleted';
  if (!hasText) return 'purged';
  return status === 'dropped' && why !== 'pinned' ? 'dropped' : null;
}

/**
 * What the step wrote, and what that, the pins and the exchanges of the step were built on.
 *
 * Lineage is that of the text, also of a version that only changed attributes. Pins of other runs are left aside: their
 * links do not follow this run's revisions.
 */
async function findRelated(
  { connection, scope }: StoreContext,
  { runId, step }: Input,
  { revision, pins }: { revision: number; pins: readonly VersionRef[] },
): Promise<{ linked: string[]; written: string[] }> {
  if (!step && pins.length === 0) return { linked: [], written: [] };
  const rows = await connection.query<{ id: string; why: 'linked' | 'written' }>(
    `WITH the_step AS (
      SELECT s.id FROM step s WHERE s.project_id = $1 AND s.run_id = $2 AND s.name = $4 AND s.key = $5
    ), written AS (
      SELECT v.document_id, v.version FROM the_step s
      JOIN document_version v ON v.project_id = $1 AND v.step_id = s.id AND v.revision <= $3
      ORDER BY v.revision DESC, v.position DESC LIMIT ${MAX_RELATED}
    ), start AS (
      SELECT document_id, version FROM written
      UNION SELECT p."documentId", p.version
      FROM jsonb_to_recordset($6::jsonb) AS p("documentId" uuid, version int)
    ), linked AS (
      SELECT DISTINCT l.to_document_id AS id FROM start
      JOIN document_version v
        ON v.project_id = $1 AND v.document_id = start.document_id AND v.version = start.version AND v.run_id = $2
      ${joinTextBefore('v', 't')}
      JOIN link l ON l.project_id = $1 AND l.from_document_id = t.document_id AND l.from_version = t.version
        AND l.revision <= $3 AND (l.removed_revision IS NULL OR l.removed_revision > $3)
      ORDER BY id LIMIT ${MAX_RELATED}
    ), used AS (
      SELECT u."documentId" AS id FROM (
        SELECT e.uses FROM the_step s
        JOIN exchange e ON e.project_id = $1 AND e.step_id = s.id AND e.opened_revision <= $3
        ORDER BY e.opened_revision DESC, e.id DESC LIMIT ${MAX_EXCHANGES}
      ) x CROSS JOIN jsonb_to_recordset(x.uses) AS u("documentId" uuid)
    )
    SELECT id, 'linked' AS why FROM linked
    UNION SELECT id, 'linked' FROM used
    UNION SELECT document_id, 'written' FROM written`,
    [scope.projectId, runId, revision, step?.name ?? null, step?.key ?? null, JSON.stringify(pins)],
  );
  const idsOf = (why: string) => rows.filter((row) => row.why === why).map(({ id }) => id);
  return { linked: idsOf('linked'), written: idsOf('written') };
}
