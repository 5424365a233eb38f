import { LedgerError, LIMITS, type VersionRef } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { CommitScope, RunScope } from '../ledger/part.ts';

/** Joins what the documents of one call are based on; a version that several name stands once. */
export function toReadSet(basedOn: readonly (readonly VersionRef[] | undefined)[]): VersionRef[] {
  const refs = basedOn.flatMap((refs) => refs ?? []);
  const distinct = [...new Map(refs.map((ref) => [`${ref.documentId}@${ref.version}`, ref])).values()];
  if (distinct.length > LIMITS.maxLinks) {
    const reason = `names ${distinct.length} versions in one call, more than ${LIMITS.maxLinks}`;
    throw new LedgerError('BAD_INPUT', { issues: [{ path: 'basedOn', reason }] });
  }
  return distinct;
}

/**
 * Adds `read_set`: whether each version that the commit is based on is the head of a document of its run.
 *
 * Read through locks of the documents' rows: the statement's snapshot is older than the run's lock, and a head that
 * moved in between would pass (tried).
 *
 * @returns the condition that all are. What changes documents must wait for it, since a row that the statement itself
 * has changed can no longer be locked.
 */
export function writeReadSet(
  { statement, project }: CommitScope,
  refs: readonly VersionRef[],
): string | null {
  if (refs.length === 0) return null;
  const count = statement.bind(refs.length, 'int');
  statement.with(
    'read_set',
    `SELECT d.run_id = r.id AND d.head_version = b.version AS unmoved
    FROM run_head r
    CROSS JOIN (SELECT * FROM jsonb_to_recordset(${statement.bind(JSON.stringify(refs), 'jsonb')})
      AS b("documentId" uuid, version int) LIMIT ${count}) b
    JOIN document d ON d.project_id = ${project} AND d.id = b."documentId"
    FOR SHARE OF d`,
  );
  return `(SELECT count(*) FROM read_set WHERE unmoved) = ${count}`;
}

interface FoundInput {
  document_id: string;
  version: number;
  kind: string | null;
  key: string | null;
  head_version: number | null;
  head_deleted: boolean | null;
}

/** Names the first version that is not there, or else all that are no longer heads; null when all are. */
export async function explainReadSet(
  sql: Sql,
  run: RunScope,
  refs: readonly VersionRef[],
): Promise<LedgerError | null> {
  if (refs.length === 0) return null;
  const rows = await sql.query<FoundInput>(
    `SELECT b."documentId" AS document_id, b.version, d.kind, d.key, d.head_version, d.head_deleted
    FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS ("documentId" uuid, version int)) WITH ORDINALITY
      AS b("documentId", version, ord)
    LEFT JOIN document d ON d.project_id = $1 AND d.id = b."documentId" AND d.run_id = $3
    ORDER BY b.ord`,
    [run.projectId, JSON.stringify(refs), run.runId],
  );
  const inputs = [];
  for (const { document_id: documentId, version, kind, key, head_version: actual, head_deleted } of rows) {
    if (actual === null) return new LedgerError('NOT_FOUND', { type: 'document', id: documentId });
    if (actual < version) {
      return new LedgerError('NOT_FOUND', { type: 'document version', id: `${documentId}@${version}` });
    }
    if (actual === version) continue;
    const deleted = head_deleted === true;
    inputs.push({ documentId, kind: kind ?? '', key: key ?? '', basedOn: version, actual, deleted });
  }
  return inputs.length > 0 ? new LedgerError('INPUTS_MOVED', { inputs }) : null;
}
