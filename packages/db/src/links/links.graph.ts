import { LedgerError, type LinkGraph, type LinksService, type VersionRef } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { GraphInMaking, type WalkRow } from './graph-in-making.ts';
import { joinTextBefore, joinTextEver } from './same-text.ts';

type Input = Parameters<LinksService['graph']>[0];

/** Walks the links of a document by one statement, breadth first, and looks its nodes up by a second. */
export async function readGraph(context: StoreContext, input: Input): Promise<LinkGraph> {
  const start = await findStart(context, input);
  const { depth, limit } = input;
  const graph = new GraphInMaking(start, { depth, limit });
  const rows = await walk(context, input, start);
  for (const row of rows) graph.add(row);
  const cut = graph.cut || rows.length === maxRows(input);
  return { nodes: await describeNodes(context, graph.nodes), edges: graph.edges, cut };
}

const START = 'NULL::uuid, NULL::int, NULL::text, NULL::uuid, NULL::int, NULL::int';
const LINK = 'l.from_document_id, l.from_version, l.relation, l.to_document_id, l.to_version, v.version';

/**
 * One level more than wished tells whether the depth has cut anything.
 *
 * A link comes once for each length of the ways to it, so the walk ends after so many rows that more links than wished
 * must be among them. Sorting would make PostgreSQL walk to the end first.
 */
function walk(
  { connection, scope }: StoreContext,
  { direction, relations, depth, limit }: Input,
  start: VersionRef,
): Promise<WalkRow[]> {
  const active = (l: string) =>
    `${l}.removed_revision IS NULL AND ($6::text[] IS NULL OR ${l}.relation = ANY ($6::text[]))`;
  return connection.query<WalkRow>(
    `WITH RECURSIVE walk (depth, up, document_id, version, from_document_id, from_version, relation, to_document_id,
      to_version, at_version) AS (
      SELECT 0, w.up, $2::uuid, $3::int, ${START} FROM unnest($4::boolean[]) AS w(up)
      UNION
      SELECT w.depth + 1, w.up, n.* FROM walk w CROSS JOIN LATERAL (
        SELECT l.to_document_id, l.to_version, ${LINK}
        FROM document_version v ${joinTextBefore('v', 's')}
        JOIN link l ON l.project_id = $1 AND l.from_document_id = s.document_id AND l.from_version = s.version
        WHERE w.up AND v.project_id = $1 AND v.document_id = w.document_id AND v.version = w.version AND ${active('l')}
        UNION ALL
        SELECT l.from_document_id, l.from_version, ${LINK}
        FROM document_version v ${joinTextEver('v', 's')}
        JOIN link l ON l.project_id = $1 AND l.to_document_id = s.document_id AND l.to_version = s.version
        WHERE NOT w.up AND v.project_id = $1 AND v.document_id = w.document_id AND v.version = w.version
          AND ${active('l')}
      ) n
      WHERE w.depth <= $5::int
    )
    SELECT * FROM walk WHERE depth > 0 LIMIT $7::int`,
    [
      scope.projectId,
      start.documentId,
      start.version,
      // A boolean[] as PostgreSQL writes it.
      { up: '{t}', down: '{f}', both: '{t,f}' }[direction],
      depth,
      relations ?? null,
      maxRows({ depth, limit }),
    ],
  );
}

function maxRows({ depth, limit }: Pick<Input, 'depth' | 'limit'>): number {
  return (limit + 1) * (depth + 1);
}

/** @throws NOT_FOUND of the document or of its version. */
async function findStart(
  { connection, scope }: StoreContext,
  { documentId, version }: Input,
): Promise<VersionRef> {
  const [row] = await connection.query<{ id: string; head_version: number }>(
    'SELECT id, head_version FROM document WHERE project_id = $1 AND id = $2',
    [scope.projectId, documentId],
  );
  if (!row) throw new LedgerError('NOT_FOUND', { type: 'document', id: documentId });
  // Versions run from 1 to the head without gap.
  if (version !== undefined && version > row.head_version) {
    throw new LedgerError('NOT_FOUND', { type: 'document version', id: `${documentId}@${version}` });
  }
  return { documentId: row.id, version: version ?? row.head_version };
}

async function describeNodes(
  { connection, scope }: StoreContext,
  nodes: readonly VersionRef[],
): Promise<LinkGraph['nodes']> {
  const ids = [...new Set(nodes.map(({ documentId }) => documentId))];
  const rows = await connection.query<{ id: string; kind: string; key: string; run_id: string }>(
    'SELECT id, kind, key, run_id FROM document WHERE project_id = $1 AND id = ANY ($2::uuid[])',
    [scope.projectId, ids],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return nodes.map((node) => {
    const row = found.get(node.documentId);
    return { ...node, kind: row?.kind ?? null, key: row?.key ?? null, runId: row?.run_id ?? null };
  });
}
