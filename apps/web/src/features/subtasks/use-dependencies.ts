import type { Document, Link, LinkGraph } from '@stepledger/client';
import { useQueries } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { type Scope, SUBTASK_STATUSES } from './use-subtasks.ts';

/** Documents of each status whose dependencies are looked at. */
const MAX_OF_STATUS = 50;
/** Links of one document that are looked at, of every relation: the most of one page. */
const MAX_LINKS = 500;

export interface Dependencies {
  /** Each document once, at its head; edges lead from a document to what it depends on. */
  graph: LinkGraph;
  statuses: ReadonlyMap<string, string | null>;
  isLoading: boolean;
  error: unknown;
  refetch: () => void;
  /** Whether there is more than was looked at. */
  cut: boolean;
}

/** What the subtasks of a run depend on, as `ready` understands it: by any of their versions, until a link is removed. */
export function useDependencies(scope: Scope): Dependencies {
  const trpc = useTRPC();
  const lists = useQueries({
    queries: [...SUBTASK_STATUSES, undefined].map((status) =>
      trpc.documents.list.queryOptions({ ...scope, status, withText: false, limit: MAX_OF_STATUS }),
    ),
  });
  const listed = new Map(
    lists.flatMap(({ data }) => data?.items ?? []).map((document) => [document.id, document]),
  );
  const links = useQueries({
    queries: [...listed.keys()].map((documentId) =>
      trpc.links.list.queryOptions({ documentId, direction: 'from', limit: MAX_LINKS }),
    ),
  });
  const edges = links
    .flatMap(({ data }) => data?.items ?? [])
    .filter(({ relation, from, to }) => relation === 'depends_on' && from.documentId !== to.documentId);
  const unlisted = [...new Set(edges.map(({ to }) => to.documentId))].filter((id) => !listed.has(id));
  const others = useQueries({
    queries: unlisted.map((documentId) =>
      trpc.documents.get.queryOptions({ documentId, withText: false, includeDeleted: true }),
    ),
  });
  const documents = [...listed.values(), ...others.flatMap(({ data }) => (data ? [data] : []))];
  const queries = [...lists, ...links, ...others];
  return {
    graph: toGraph(documents, edges),
    statuses: new Map(documents.map(({ id, status, deleted }) => [id, deleted ? 'deleted' : status])),
    // Later, what is new is added to what is drawn.
    isLoading:
      lists.some(({ isPending }) => isPending) ||
      (links.length > 0 && links.every(({ isPending }) => isPending)),
    error: queries.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => {
      for (const query of queries) if (query.error !== null) void query.refetch();
    },
    cut: [...lists, ...links].some(({ data }) => data !== undefined && data.nextCursor !== null),
  };
}

/** As the lineage of one document is told, so that it can be drawn as that is. */
function toGraph(documents: readonly Document[], links: readonly Link[]): LinkGraph {
  const versions = new Map(documents.map(({ id, headVersion }) => [id, headVersion]));
  const edges = new Map<string, LinkGraph['edges'][number]>();
  for (const { from, relation, to } of links) {
    const [fromVersion, toVersion] = [versions.get(from.documentId), versions.get(to.documentId)];
    if (fromVersion === undefined || toVersion === undefined) continue;
    edges.set(`${from.documentId} ${to.documentId}`, {
      from: { documentId: from.documentId, version: fromVersion },
      relation,
      to: { documentId: to.documentId, version: toVersion },
    });
  }
  const nodes = documents.map(({ id, headVersion, kind, key, runId }) => ({
    documentId: id,
    version: headVersion,
    kind,
    key,
    runId,
  }));
  return { nodes, edges: [...edges.values()], cut: false };
}
