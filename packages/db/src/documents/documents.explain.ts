import { LedgerError } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { RunScope } from '../ledger/part.ts';
import { explainCycle } from '../links/explain-cycle.ts';
import { explainReadSet } from './read-set.ts';
import type { DocumentWrites, LinkRow, WriteRow } from './write-rows.ts';

interface FoundHead {
  ord: number;
  id: string;
  head_version: number;
  head_deleted: boolean;
  head_purged: boolean;
  claim_holder: string | null;
  claim_revision: number | null;
  source_found: boolean;
  source_purged: boolean;
}

/** Names the first document or link of a commit that could not be written; null when all could be. */
export async function explainDocuments(
  sql: Sql,
  run: RunScope,
  { documents, links, basedOn }: DocumentWrites,
): Promise<LedgerError | null> {
  const heads = await findHeads(sql, run, documents);
  for (const document of documents) {
    const reason = refusal(document, heads.get(document.ord));
    if (reason) return reason;
  }
  return (
    (await explainReadSet(sql, run, basedOn)) ??
    (await explainLinks(sql, run.projectId, links)) ??
    (await explainCycle(sql, run.projectId, toDependencies(links, heads)))
  );
}

/** Names the cycle that the links of a commit would close; null when they close none. */
export async function explainDependencies(
  sql: Sql,
  run: RunScope,
  { documents, links }: DocumentWrites,
): Promise<LedgerError | null> {
  const heads = await findHeads(sql, run, documents);
  return explainCycle(sql, run.projectId, toDependencies(links, heads));
}

/** The dependencies of documents that there are: nothing can depend yet on a new one. */
function toDependencies(links: readonly LinkRow[], heads: ReadonlyMap<number, FoundHead>) {
  return links.flatMap(({ ord, relation, to_document_id: to }) => {
    const from = heads.get(ord)?.id;
    return from !== undefined && relation === 'depends_on' ? [{ from, to }] : [];
  });
}

function refusal(row: WriteRow, head: FoundHead | undefined): LedgerError | null {
  const type = 'document';
  if (!head) {
    if (row.kind === undefined) return new LedgerError('NOT_FOUND', { type, id: row.id });
    if (!row.expected) return null;
    const details = { type, id: `${row.kind}/${row.key}`, expected: row.expected, actual: 0 };
    return new LedgerError('VERSION_CONFLICT', details);
  }
  const { id, head_version: actual } = head;
  if (row.expected !== undefined && row.expected !== actual) {
    return new LedgerError('VERSION_CONFLICT', { type, id, expected: row.expected, actual });
  }
  if (row.claim !== undefined && row.claim !== head.claim_revision) {
    const { claim_holder: holder } = head;
    return new LedgerError('CLAIM_LOST', { documentId: id, claim: row.claim, holder });
  }
  switch (row.op) {
    case 'create':
      return new LedgerError('ALREADY_EXISTS', {
        type,
        id,
        ...(head.head_deleted ? { deletedVersion: actual } : {}),
      });
    case 'put':
      return null;
    case 'undelete':
      if (!head.head_deleted) {
        return new LedgerError('INVALID_STATE', { type, id, status: 'not deleted', allowed: ['deleted'] });
      }
      return head.head_purged ? new LedgerError('PURGED', { type, id, version: actual }) : null;
    case 'restore': {
      const version = row.from_version ?? 0;
      if (!head.source_found) {
        return new LedgerError('NOT_FOUND', { type: 'document version', id: `${id}@${version}` });
      }
      return head.source_purged ? new LedgerError('PURGED', { type, id, version }) : null;
    }
    default:
      if (head.head_deleted) return new LedgerError('DELETED', { type, id, version: actual });
      return row.op === 'update' && row.sha256 === undefined && head.head_purged
        ? new LedgerError('PURGED', { type, id, version: actual })
        : null;
  }
}

async function findHeads(
  sql: Sql,
  run: RunScope,
  documents: readonly WriteRow[],
): Promise<Map<number, FoundHead>> {
  const rows = await sql.query<FoundHead>(
    `SELECT i.ord, d.id, d.head_version, d.head_deleted, d.head_sha256 IS NULL AS head_purged,
      d.claim_holder, d.claim_revision,
      v.version IS NOT NULL AS source_found, v.purged_revision IS NOT NULL AS source_purged
    FROM jsonb_to_recordset($2::jsonb) AS i(ord int, id uuid, kind text, key text, from_version int)
    JOIN document d ON d.project_id = $1
      AND CASE WHEN i.kind IS NULL THEN d.id = i.id
        ELSE d.run_id = $3 AND d.kind = i.kind AND d.key = i.key END
    LEFT JOIN document_version v
      ON v.project_id = $1 AND v.document_id = d.id AND v.version = i.from_version`,
    [run.projectId, JSON.stringify(documents), run.runId],
  );
  return new Map(rows.map((row) => [row.ord, row]));
}

async function explainLinks(
  sql: Sql,
  projectId: string,
  links: readonly LinkRow[],
): Promise<LedgerError | null> {
  if (links.length === 0) return null;
  const [missing] = await sql.query<{ to_document_id: string; to_version: number }>(
    `SELECT l.to_document_id, l.to_version
    FROM jsonb_to_recordset($2::jsonb) AS l(ord int, to_document_id uuid, to_version int)
    WHERE NOT EXISTS (
      SELECT FROM document_version v
      WHERE v.project_id = $1 AND v.document_id = l.to_document_id AND v.version = l.to_version)
    ORDER BY l.ord LIMIT 1`,
    [projectId, JSON.stringify(links)],
  );
  if (!missing) return null;
  const id = `${missing.to_document_id}@${missing.to_version}`;
  return new LedgerError('NOT_FOUND', { type: 'document version', id });
}
