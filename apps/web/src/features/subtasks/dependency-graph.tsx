import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { formatDocument } from '../../lib/words/format.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { GraphEdges } from '../links/graph-edges.tsx';
import { idOf, layoutGraph, NODE } from '../links/layout-graph.ts';
import { type Dependencies, useDependencies } from './use-dependencies.ts';
import type { Scope } from './use-subtasks.ts';

type Node = Dependencies['graph']['nodes'][number];

/** What has to be finished first stands on the left; the list below says the same in words. */
export function DependencyGraph({ scope }: { scope: Scope }) {
  const { graph, statuses, isLoading, error, refetch, cut } = useDependencies(scope);
  if (isLoading) return <Loading />;
  if (error !== null) return <Failure error={error} retry={refetch} />;
  if (graph.nodes.length === 0) {
    return <Empty title="No subtasks">Each document that has something to do for an agent is one.</Empty>;
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 p-3">
      {cut && (
        <p className="text-muted-foreground">
          There are more: of each status, and of documents without one, the first 50 are looked at.
        </p>
      )}
      <Picture graph={graph} statuses={statuses} />
      <DependencyList graph={graph} />
    </div>
  );
}

function Picture({ graph, statuses }: Pick<Dependencies, 'graph' | 'statuses'>) {
  const drawing = useMemo(() => layoutGraph(graph), [graph]);
  return (
    <ScrollRegion aria-label="Dependencies as a picture" className="h-auto rounded-md border">
      <div className="relative" style={{ width: drawing.width, height: drawing.height }}>
        <GraphEdges drawing={drawing} />
        {drawing.nodes.map(({ node, x, y }) => {
          const status = statuses.get(node.documentId) ?? null;
          return (
            <Link
              key={node.documentId}
              to="/documents/$documentId"
              params={{ documentId: node.documentId }}
              className="absolute flex items-center gap-2 rounded-md border bg-background px-2 text-xs hover:border-primary"
              style={{ left: x - NODE.width / 2, top: y - NODE.height / 2, ...NODE }}
            >
              <span className="min-w-0 grow truncate">
                <Visible text={nameOf(node)} />
              </span>
              {status !== null && <StatusBadge status={status} />}
            </Link>
          );
        })}
      </div>
    </ScrollRegion>
  );
}

function DependencyList({ graph: { nodes, edges } }: Pick<Dependencies, 'graph'>) {
  if (edges.length === 0) return <p className="text-muted-foreground">None depends on another.</p>;
  const names = new Map(nodes.map((node) => [node.documentId, nameOf(node)]));
  return (
    <ul className="grid gap-1 text-muted-foreground">
      {edges.map(({ from, to }) => (
        <li key={`${idOf(from)} ${idOf(to)}`} className="break-words">
          <Visible text={names.get(from.documentId) ?? ''} /> depends on{' '}
          <Visible text={names.get(to.documentId) ?? ''} />
        </li>
      ))}
    </ul>
  );
}

function nameOf({ kind, key, documentId }: Node): string {
  return kind === null || key === null ? documentId.slice(0, 8) : formatDocument({ kind, key });
}
