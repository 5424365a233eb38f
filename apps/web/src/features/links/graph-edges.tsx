import { useId } from 'react';
import { type Drawing, type DrawnEdge, idOf } from './layout-graph.ts';

export interface GraphEdgesProps {
  drawing: Drawing;
  /** How the line of an edge is broken; all are whole when left out. */
  dashOf?: (edge: DrawnEdge['edge']) => string | undefined;
}

/** The arrows of a graph, below its nodes. What they say is told in words beside the picture. */
export function GraphEdges({ drawing: { width, height, edges }, dashOf }: GraphEdgesProps) {
  const arrow = useId();
  return (
    <svg aria-hidden width={width} height={height} className="absolute inset-0">
      <defs>
        <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 8 4 0 8z" className="fill-muted-foreground" />
        </marker>
      </defs>
      {edges.map(({ edge, points }) => (
        <path
          key={`${idOf(edge.from)} ${edge.relation} ${idOf(edge.to)}`}
          d={`M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`}
          className="fill-none stroke-muted-foreground"
          strokeDasharray={dashOf?.(edge)}
          markerEnd={`url(#${arrow})`}
        />
      ))}
    </svg>
  );
}
