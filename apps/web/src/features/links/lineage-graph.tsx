import type { LinkGraph } from '@stepledger/client';
import { Link } from '@tanstack/react-router';
import { type Ref, useEffect, useMemo, useRef } from 'react';
import { formatDocument } from '../../lib/words/format.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { useRunView } from '../runs/run/run-view.ts';
import { GraphEdges } from './graph-edges.tsx';
import { type DrawnNode, idOf, layoutGraph, NODE } from './layout-graph.ts';

const DASHES = { used: undefined, derived_from: '6 3', depends_on: '2 3', same_text: '1 4' } as const;
const WORDS = {
  used: 'used',
  derived_from: 'derived from',
  depends_on: 'depends on',
  same_text: 'same text',
} as const;

/** The lineage as a picture: what was built on stands on the left. The list below it says the same in words. */
export function LineageGraph({ graph }: { graph: LinkGraph }) {
  const drawing = useMemo(() => layoutGraph(graph), [graph]);
  const start = graph.nodes[0];
  const startNode = useRef<HTMLAnchorElement>(null);
  // The picture may be wider than its place: the reader begins at the version that was asked for.
  // One that is drawn anew, as there is more of it, stays where the reader has scrolled it to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each start.
  useEffect(
    // What newer browsers answer is no clean-up.
    () => void startNode.current?.scrollIntoView({ block: 'nearest', inline: 'center' }),
    [start && idOf(start)],
  );
  const used = new Set(graph.edges.map(({ relation }) => relation));
  return (
    <figure className="m-0 p-3">
      <ScrollRegion aria-label="Lineage as a picture" className="h-auto rounded-md border">
        <div className="relative" style={{ width: drawing.width, height: drawing.height }}>
          <GraphEdges drawing={drawing} dashOf={({ relation }) => DASHES[relation]} />
          {drawing.nodes.map((drawn) => (
            <Node
              key={idOf(drawn.node)}
              drawn={drawn}
              isStart={drawn.node === start}
              ref={drawn.node === start ? startNode : undefined}
            />
          ))}
        </div>
      </ScrollRegion>
      <figcaption className="flex flex-wrap gap-4 pt-2 text-xs text-muted-foreground">
        {(['used', 'derived_from', 'depends_on', 'same_text'] as const)
          .filter((relation) => used.has(relation))
          .map((relation) => (
            <span key={relation} className="flex items-center gap-1">
              <svg aria-hidden width="28" height="6">
                <path d="M0 3H28" className="stroke-muted-foreground" strokeDasharray={DASHES[relation]} />
              </svg>
              {WORDS[relation]}
            </span>
          ))}
      </figcaption>
    </figure>
  );
}

interface NodeProps {
  drawn: DrawnNode;
  isStart: boolean;
  ref: Ref<HTMLAnchorElement> | undefined;
}

function Node({ drawn: { node, x, y }, isStart, ref }: NodeProps) {
  const { run } = useRunView();
  const place = { left: x - NODE.width / 2, top: y - NODE.height / 2, ...NODE };
  const look = `absolute grid content-center rounded-md border px-2 text-xs ${isStart ? 'border-primary bg-accent font-medium' : 'bg-background'}`;
  if (node.kind === null || node.key === null) {
    return (
      <span className={`${look} border-dashed text-muted-foreground`} style={place}>
        gone with its run
      </span>
    );
  }
  return (
    <Link
      ref={ref}
      to="/documents/$documentId"
      params={{ documentId: node.documentId }}
      search={{ version: node.version }}
      className={`${look} hover:border-primary`}
      style={place}
    >
      <span className="truncate">
        <Visible text={formatDocument({ kind: node.kind, key: node.key })} />
      </span>
      <span className="truncate text-muted-foreground">
        v{node.version}
        {node.runId !== run.id && ' · another run'}
      </span>
    </Link>
  );
}
