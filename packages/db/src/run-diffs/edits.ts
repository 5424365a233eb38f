import type { Divergence } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import type { Ends } from './ends.ts';
import { bindEnds } from './section.ts';

type Edit = Extract<Divergence, { what: 'document' }>;

interface EditRow {
  kind: string;
  key: string;
  step_name: string | null;
  step_key: string | null;
  a_id: string | null;
  a_version: number | null;
  a_revision: number | null;
  b_id: string | null;
  b_version: number | null;
  b_revision: number | null;
}

/** The versions of a side that no exchange wrote, after what both share. */
function side(name: string, runId: string, revision: string): string {
  return `${name} AS (
    SELECT d.kind, d.key, v.document_id AS id, v.version, v.revision, v.step_id, v.change = 'delete' AS deleted, v.sha256,
      v.encoding, v.title, v.status, v.tags, v.metadata, v.purged_revision IS NOT NULL AS purged,
      row_number() OVER (PARTITION BY v.document_id ORDER BY v.version) AS ordinal,
      row_number() OVER (ORDER BY v.revision, v.position) AS rank
    FROM document_version v JOIN document d ON d.project_id = $1 AND d.id = v.document_id
    WHERE v.project_id = $1 AND v.run_id = ${runId} AND v.revision > $6::int AND v.revision <= ${revision}
      AND v.exchange_id IS NULL)`;
}

/** The first version that was written by hand and that the other run does not have, or has otherwise. */
export async function findDivergentEdit(context: StoreContext, ends: Ends): Promise<Edit | null> {
  const [row] = await context.connection.query<EditRow>(
    `WITH ${side('a', '$2', '$3')}, ${side('b', '$4', '$5')}
    SELECT coalesce(a.kind, b.kind) AS kind, coalesce(a.key, b.key) AS key, s.name AS step_name, s.key AS step_key,
      a.id AS a_id, a.version AS a_version, a.revision AS a_revision,
      b.id AS b_id, b.version AS b_version, b.revision AS b_revision
    FROM a FULL JOIN b ON b.kind = a.kind AND b.key = a.key AND b.ordinal = a.ordinal
    LEFT JOIN step s ON s.project_id = $1 AND s.id = coalesce(a.step_id, b.step_id)
    WHERE a.id IS NULL OR b.id IS NULL OR a.deleted <> b.deleted OR a.status IS DISTINCT FROM b.status
      OR a.tags <> b.tags
      OR (NOT a.purged AND NOT b.purged AND (a.metadata <> b.metadata OR ROW(a.sha256, a.encoding, a.title)
        IS DISTINCT FROM ROW(b.sha256, b.encoding, b.title)))
    ORDER BY coalesce(a.rank, b.rank), b.id IS NOT NULL AND a.id IS NOT NULL, a.id IS NULL LIMIT 1`,
    [...bindEnds(context, ends), ends.shared],
  );
  if (!row) return null;
  const { kind, key } = row;
  return {
    what: 'document',
    causes: ['edit'],
    kind,
    key,
    step: row.step_name === null ? null : { name: row.step_name, key: row.step_key ?? '' },
    from: toSide(row.a_id, row.a_version, row.a_revision),
    to: toSide(row.b_id, row.b_version, row.b_revision),
  };
}

function toSide(documentId: string | null, version: number | null, revision: number | null) {
  return documentId === null || version === null || revision === null
    ? null
    : { documentId, version, revision };
}
