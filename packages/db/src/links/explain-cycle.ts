import { LedgerError, LIMITS } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { type Dependency, findCycle } from './find-cycle.ts';

/**
 * Names the cycle that new `depends_on` links would close; null when they close none.
 *
 * It is among documents: links of all their versions count that were not removed. Exact only under the run's lock, and
 * for the links of that run: two runs that at once begin to depend on each other are not seen.
 *
 * @returns BAD_INPUT when there are too many dependencies to walk.
 */
export async function explainCycle(
  sql: Sql,
  projectId: string,
  added: readonly Dependency[],
): Promise<LedgerError | null> {
  if (added.length === 0) return null;
  const known = await walkDependencies(sql, projectId, added);
  if (known.length > LIMITS.maxDependencies) {
    const reason = `depends on more than can be searched for a cycle, ${LIMITS.maxDependencies} links`;
    return new LedgerError('BAD_INPUT', { issues: [{ path: 'links', reason }] });
  }
  const path = findCycle(added, known);
  return path ? new LedgerError('CYCLE', { path: await nameDocuments(sql, projectId, path) }) : null;
}

/** What the targets of the new links depend on, and what that depends on, and so on. */
async function walkDependencies(
  sql: Sql,
  projectId: string,
  added: readonly Dependency[],
): Promise<Dependency[]> {
  const rows = await sql.query<{ from_id: string; to_id: string }>(
    // Recursion goes on only as far as rows are taken from it, and the OFFSET keeps the planner from reading all links.
    `WITH RECURSIVE reached(id) AS (
      SELECT DISTINCT t.id FROM unnest($2::uuid[]) AS t(id)
      UNION
      SELECT l.to_document_id FROM reached r CROSS JOIN LATERAL (${DEPENDENCIES}) l
    )
    SELECT r.id AS from_id, l.to_document_id AS to_id
    FROM (SELECT id FROM reached LIMIT $3 OFFSET 0) r CROSS JOIN LATERAL (${DEPENDENCIES}) l LIMIT $3`,
    [projectId, [...new Set(added.map(({ to }) => to))], LIMITS.maxDependencies + 1],
  );
  return rows.map(({ from_id: from, to_id: to }) => ({ from, to }));
}

const DEPENDENCIES = `SELECT k.to_document_id FROM link k
  WHERE k.project_id = $1 AND k.from_document_id = r.id AND k.relation = 'depends_on' AND k.removed_revision IS NULL
  OFFSET 0`;

/** Documents of a cycle that an error names; of a longer one the beginning. */
const MAX_NAMED = 1000;

async function nameDocuments(sql: Sql, projectId: string, path: readonly string[]) {
  const shown = path.slice(0, MAX_NAMED);
  const rows = await sql.query<{ id: string; kind: string; key: string }>(
    'SELECT id, kind, key FROM document WHERE project_id = $1 AND id = ANY ($2::uuid[])',
    [projectId, shown],
  );
  const names = new Map(rows.map(({ id, kind, key }) => [id, { kind, key }]));
  return shown.map((documentId) => ({ documentId, ...(names.get(documentId) ?? { kind: '', key: '' }) }));
}
