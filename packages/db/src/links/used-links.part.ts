import { LedgerError, LIMITS, type VersionRef } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { DocumentWrites } from '../documents/write-rows.ts';
import type { Part } from '../ledger/part.ts';

const VERSIONS = `("documentId" uuid, version int)`;

/** Refuses what an exchange says that it used and that is not there. */
export function usedVersionsPart(uses: readonly VersionRef[] = []): Part {
  return {
    write({ statement, project }) {
      if (uses.length === 0) return {};
      // One look-up a version: a plain join could be planned as a hash of all versions that there are.
      const found = `SELECT count(*) FROM jsonb_to_recordset(${statement.bind(JSON.stringify(uses), 'jsonb')}) AS u${VERSIONS}
        CROSS JOIN LATERAL (SELECT 1 FROM document_version v
          WHERE v.project_id = ${project} AND v.document_id = u."documentId" AND v.version = u.version LIMIT 1) t`;
      return { conditions: [`(${found}) = ${statement.bind(uses.length, 'int')}`] };
    },
    explain: (sql, { projectId }) =>
      uses.length === 0 ? Promise.resolve(null) : findMissing(sql, projectId, uses),
  };
}

/** The exchange whose `uses` are linked. */
interface Source {
  /** The common table expression that has its `uses`. */
  readonly from: string;
  readonly exchangeId: string;
  /** Set when it is of the same commit. */
  readonly uses?: readonly VersionRef[];
}

/**
 * Links each document that a commit writes to what its exchange used, as far as the caller has not done so itself.
 *
 * What is gone with its run since the prompt was stored is left out: the answer is there and has to be kept. Needs
 * `written` of the documents' part.
 */
export function usedLinksPart(
  { documents, links }: Pick<DocumentWrites, 'documents' | 'links'>,
  source: Source,
): Part {
  const count = documents.length;
  return {
    write({ statement, project }) {
      if (count === 0) return {};
      const given = links.filter(({ relation }) => relation === 'used');
      // The limit cuts nothing: it tells the planner how few rows there are.
      statement.with(
        'used_version',
        `SELECT DISTINCT u."documentId" AS document_id, u.version
        FROM ${source.from} x CROSS JOIN LATERAL jsonb_to_recordset(x.uses) AS u${VERSIONS}
        LIMIT ${LIMITS.maxLinks}`,
      );
      const isFew = `(SELECT count(*) FROM used_version) * ${statement.bind(count, 'int')} <= ${LIMITS.maxUsedLinks}`;
      statement.with(
        'used_links',
        `INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id,
          revision)
        SELECT ${project}, w.id, w.head_version, 'used', u.document_id, u.version, r.id, r.revision
        FROM run_head r CROSS JOIN written w CROSS JOIN used_version u CROSS JOIN LATERAL (
          SELECT 1 FROM document_version t
          WHERE t.project_id = ${project} AND t.document_id = u.document_id AND t.version = u.version LIMIT 1) t
        WHERE ${isFew} AND (w.ord, u.document_id, u.version) NOT IN (
          SELECT l.ord, l.to_document_id, l.to_version
          FROM jsonb_to_recordset(${statement.bind(JSON.stringify(given), 'jsonb')})
            AS l(ord int, to_document_id uuid, to_version int))
        RETURNING from_document_id`,
      );
      return {
        conditions: [isFew],
        changes: [
          `coalesce((SELECT jsonb_agg(jsonb_build_object('what', 'link', 'id', l.from_document_id, 'change', 'add'))
          FROM used_links l), '[]'::jsonb)`,
        ],
      };
    },
    explain: (sql, { projectId }) => explainTooMany(sql, projectId, { count, source }),
  };
}

async function findMissing(
  sql: Sql,
  projectId: string,
  uses: readonly VersionRef[],
): Promise<LedgerError | null> {
  const [missing] = await sql.query<VersionRef>(
    `SELECT u."documentId", u.version FROM jsonb_to_recordset($2::jsonb) AS u${VERSIONS}
    WHERE NOT EXISTS (SELECT FROM document_version v
      WHERE v.project_id = $1 AND v.document_id = u."documentId" AND v.version = u.version)
    LIMIT 1`,
    [projectId, JSON.stringify(uses)],
  );
  if (!missing) return null;
  const id = `${missing.documentId}@${missing.version}`;
  return new LedgerError('NOT_FOUND', { type: 'document version', id });
}

/** Whether the links would be more than one call may make; null when they are not. */
async function explainTooMany(
  sql: Sql,
  projectId: string,
  { count, source }: { count: number; source: Source },
): Promise<LedgerError | null> {
  const used = countDistinct(source.uses) ?? (await countUses(sql, projectId, source.exchangeId));
  if (count * used <= LIMITS.maxUsedLinks) return null;
  const reason = `are ${count}, which with ${used} versions used makes more than ${LIMITS.maxUsedLinks} links`;
  return new LedgerError('BAD_INPUT', { issues: [{ path: 'documents', reason }] });
}

async function countUses(sql: Sql, projectId: string, exchangeId: string): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `SELECT count(DISTINCT u) AS count FROM exchange e CROSS JOIN LATERAL jsonb_array_elements(e.uses) u
    WHERE e.project_id = $1 AND e.id = $2`,
    [projectId, exchangeId],
  );
  return Number(row?.count ?? 0);
}

function countDistinct(uses: readonly VersionRef[] | undefined): number | undefined {
  return uses && new Set(uses.map(({ documentId, version }) => `${documentId}@${version}`)).size;
}
