import type { Document, LinkGraph } from '@stepledger/client';
import { useQueries } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger.tsx';
import { type Scope, SUBTASK_STATUSES } from './use-subtasks.ts';

/** Documents of each status whose dependencies are looked at. */
const MAX_OF_STATUS = 50;

export interface Dependencies {
  /** Each document once, at the version that is the newest known; edges lead from a document to what it depends on. */
  graph: LinkGraph;
  statuses: ReadonlyMap<string, string | null>;
  isLoading: boolean;
  error: unknown;
  refetch: () => void;
  /** Whether there are more documents than were looked at. */
  cut: boolean;
}

/** What the subtasks of a run depend on now, as their heads say. */
export function useDependencies(scope: Scope): Dependencies {
  const trpc = useTRPC();
  const lists = useQueries({
    queries: SUBTASK_STATUSES.map((status) =>
      trpc.documents.list.queryOptions({ ...scope, status, withText: false, limit: MAX_OF_STATUS }),
    ),
  });
  const documents = lists.flatMap(({ data }) => data?.items ?? []);
  // One step up from each head: beyond it, what an older version depended on would be taken for what it does now.
  const graphs = useQueries({
    queries: documents.map(({ id }) =>
      trpc.links.graph.queryOptions({
        documentId: id,
        direction: 'up',
        relations: ['depends_on'],
        depth: 1,
      }),
    ),
  });
  const queries = [...lists, ...graphs];
  return {
    graph: joinGraphs(
      documents,
      graphs.map(({ data }) => data),
    ),
    statuses: new Map(documents.map(({ id, status }) => [id, status])),
    isLoading: queries.some(({ isPending }) => isPending),
    error: queries.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => {
      for (const query of queries) if (query.error !== null) void query.refetch();
    },
    cut: lists.some(({ data }) => data !== undefined && data.nextCursor !== null),
  };
}

function joinGraphs(documents: readonly Document[], graphs: readonly (LinkGraph | undefined)[]): LinkGraph {
  const nodes = new Map<string, LinkGraph['nodes'][number]>();
  for (const { id, headVersion, kind, key, runId } of documents) {
    nodes.set(id, { documentId: id, version: headVersion, kind, key, runId });
  }
  for (const node of graphs.flatMap((graph) => graph?.nodes ?? [])) {
    if (!nodes.has(node.documentId)) nodes.set(node.documentId, node);
  }
  const edges = new Map<string, LinkGraph['edges'][number]>();
  const refOf = (documentId: string) => ({ documentId, version: nodes.get(documentId)?.version ?? 1 });
  for (const { from, relation, to } of graphs.flatMap((graph) => graph?.edges ?? [])) {
    if (relation !== 'depends_on' || from.documentId === to.documentId) continue;
    const id = `${from.documentId} ${to.documentId}`;
    edges.set(id, { from: refOf(from.documentId), relation, to: refOf(to.documentId) });
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], cut: false };
}
