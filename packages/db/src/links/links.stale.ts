import { LedgerError, LIMITS, type LinksService, type StaleDocuments } from '@stepledger/contract';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { hasMoved, joinTextBefore } from './same-text.ts';
import { type Cause, findCauses, type InputLink, nameOf, toPath } from './stale-paths.ts';

type Input = Parameters<LinksService['stale']>[0];
type Stale = StaleDocuments['documents'][number];

/**
 * The documents of a run whose heads were built, over `used` and `derived_from`, on what is not the head any more.
 *
 * `depends_on` says in which order things are done, not what a text was made from, and does not count. Neither do links
 * between versions of one document. What lies behind an input that moved is the business of its newer version.
 */
export async function findStale(context: StoreContext, input: Input): Promise<StaleDocuments> {
  await requireDocument(context, input);
  const rows = await readInputs(context, input);
  const heads = new Map(rows.filter(({ moved }) => moved).map((row) => [row.document_id, row]));
  const { causes, cut } = findCauses(rows.slice(0, LIMITS.maxStaleLinks).map(toInputLink));
  const candidates = await readCandidates(context, input, [...causes.keys()]);
  const documents = candidates.flatMap((candidate): Stale[] => {
    const { document_id: documentId, version, kind, key, accepted } = candidate;
    const fine = new Set(accepted);
    const left = (causes.get(nameOf({ documentId, version })) ?? []).filter(
      (cause) => !fine.has(cause.input.documentId),
    );
    const [nearest] = left;
    if (!nearest) return [];
    const moved = left.slice(0, LIMITS.maxMovedInputs).map(({ input }) => describe(input, heads));
    return [{ documentId, version, kind, key, path: toPath(nearest), moved }];
  });
  return {
    documents: documents.slice(0, input.limit),
    cut: cut || rows.length > LIMITS.maxStaleLinks || documents.length > input.limit,
  };
}

interface InputRow {
  from_document_id: string;
  from_version: number;
  document_id: string;
  version: number;
  head_version: number | null;
  deleted: boolean;
  moved: boolean;
}

/**
 * What a version `r` was built on, with whether that moved.
 *
 * Offset and limits skip nothing: they have each version looked up by itself, where joins were planned as a hash of all.
 */
const INPUTS = `SELECT l.to_document_id AS document_id, l.to_version AS version, d.head_version,
    coalesce(d.head_deleted, true) AS deleted, ${hasMoved('b', 'd')} AS moved
  FROM document_version v ${joinTextBefore('v', 's')}
  JOIN link l ON l.project_id = $1 AND l.from_document_id = s.document_id AND l.from_version = s.version
    AND l.relation IN ('used', 'derived_from') AND l.removed_revision IS NULL
    AND l.to_document_id <> l.from_document_id
  LEFT JOIN LATERAL (SELECT * FROM document o WHERE o.project_id = $1 AND o.id = l.to_document_id LIMIT 1) d ON true
  LEFT JOIN LATERAL (SELECT * FROM document_version o
    WHERE o.project_id = $1 AND o.document_id = l.to_document_id AND o.version = l.to_version LIMIT 1) b ON true
  WHERE v.project_id = $1 AND v.document_id = r.document_id AND v.version = r.version OFFSET 0`;

/** Every link by which the heads of the run were built, near ones first, and one row more than is looked at. */
function readInputs({ connection, scope }: StoreContext, { runId, documentId }: Input): Promise<InputRow[]> {
  return connection.query<InputRow>(
    `WITH RECURSIVE reached (document_id, version) AS (
      SELECT d.id, d.head_version FROM document d
      WHERE d.project_id = $1 AND d.run_id = $2 AND NOT d.head_deleted AND ($3::uuid IS NULL OR d.id = $3::uuid)
      UNION
      SELECT i.document_id, i.version FROM reached r CROSS JOIN LATERAL (${INPUTS}) i WHERE NOT i.moved
    )
    SELECT r.document_id AS from_document_id, r.version AS from_version, i.*
    FROM reached r CROSS JOIN LATERAL (${INPUTS}) i LIMIT $4::int`,
    [scope.projectId, runId, documentId ?? null, LIMITS.maxStaleLinks + 1],
  );
}

interface CandidateRow {
  document_id: string;
  version: number;
  kind: string;
  key: string;
  /** The inputs that may stay as they are now. */
  accepted: string[];
}

/** Those of the versions that are heads of the run, in the order in which the documents came to be. */
function readCandidates(
  { connection, scope }: StoreContext,
  { runId, documentId }: Input,
  names: readonly string[],
): Promise<CandidateRow[]> | CandidateRow[] {
  if (names.length === 0) return [];
  const refs = names.map((name) => name.split('@'));
  return connection.query<CandidateRow>(
    `SELECT h.id AS document_id, h.head_version AS version, h.kind, h.key, ARRAY(
        SELECT a.input_document_id::text
        FROM document_version v ${joinTextBefore('v', 's')}
        JOIN link_accept a ON a.project_id = $1 AND a.document_id = s.document_id AND a.version = s.version
        JOIN document d ON d.project_id = $1 AND d.id = a.input_document_id
        JOIN document_version b
          ON b.project_id = $1 AND b.document_id = a.input_document_id AND b.version = a.input_version
        WHERE v.project_id = $1 AND v.document_id = h.id AND v.version = h.head_version AND NOT ${hasMoved('b', 'd')}
      ) AS accepted
    FROM unnest($3::uuid[], $4::int[]) AS c(id, version)
    JOIN document h ON h.project_id = $1 AND h.id = c.id AND h.head_version = c.version
    WHERE h.run_id = $2 AND NOT h.head_deleted AND ($5::uuid IS NULL OR h.id = $5::uuid)
    ORDER BY h.created_revision, h.id`,
    [
      scope.projectId,
      runId,
      refs.map(([id = '']) => id),
      refs.map(([, version]) => Number(version)),
      documentId ?? null,
    ],
  );
}

/** @throws NOT_FOUND of the run, or of a document that is not in it. */
async function requireDocument(
  { connection, scope }: StoreContext,
  { runId, documentId }: Input,
): Promise<void> {
  await requireRun(connection, scope.projectId, runId);
  if (documentId === undefined) return;
  const [row] = await connection.query(
    'SELECT 1 FROM document WHERE project_id = $1 AND id = $2 AND run_id = $3',
    [scope.projectId, documentId, runId],
  );
  if (!row) throw new LedgerError('NOT_FOUND', { type: 'document', id: documentId });
}

function toInputLink(row: InputRow): InputLink {
  return {
    from: { documentId: row.from_document_id, version: row.from_version },
    to: { documentId: row.document_id, version: row.version },
    moved: row.moved,
  };
}

function describe(input: Cause['input'], heads: ReadonlyMap<string, InputRow>): Stale['moved'][number] {
  const head = heads.get(input.documentId);
  return { ...input, headVersion: head?.head_version ?? null, deleted: head?.deleted ?? true };
}
