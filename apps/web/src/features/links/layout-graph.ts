import { Graph, layout } from '@dagrejs/dagre';
import type { LinkGraph, VersionRef } from '@stepledger/client';

export const NODE = { width: 176, height: 40 } as const;
const MARGIN = 12;

export interface DrawnNode {
  node: LinkGraph['nodes'][number];
  /** Of its middle, as is all that follows, in pixels. */
  x: number;
  y: number;
}
export interface DrawnEdge {
  edge: LinkGraph['edges'][number];
  points: { x: number; y: number }[];
}
export interface Drawing {
  width: number;
  height: number;
  nodes: DrawnNode[];
  edges: DrawnEdge[];
}

export function idOf({ documentId, version }: VersionRef): string {
  return `${documentId}@${version}`;
}

/** Where each version stands: what was built on is left of what builds on it. */
export function layoutGraph(graph: LinkGraph): Drawing {
  const drawn = new Graph({ multigraph: true });
  drawn.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 60, marginx: MARGIN, marginy: MARGIN });
  for (const node of graph.nodes) drawn.setNode(idOf(node), { ...NODE });
  for (const { from, to, relation } of graph.edges) drawn.setEdge(idOf(to), idOf(from), {}, relation);
  layout(drawn);
  const { width = 0, height = 0 } = drawn.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: graph.nodes.map((node) => {
      const { x, y } = drawn.node(idOf(node)) as { x: number; y: number };
      return { node, x, y };
    }),
    edges: graph.edges.map((edge) => {
      const { points } = drawn.edge(idOf(edge.to), idOf(edge.from), edge.relation) as Pick<
        DrawnEdge,
        'points'
      >;
      return { edge, points };
    }),
  };
}
