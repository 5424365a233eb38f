import type { Document, LinkGraph } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { Loaded } from '../../ui/states.tsx';
import { RunLink } from '../runs/run-link.tsx';
import { DocumentLink } from './document-link.tsx';

const DIRECTIONS = [
  { direction: 'up', title: 'Built on', none: 'It is not known to be built on any document.' },
  { direction: 'down', title: 'Used by', none: 'No document is known to be built on it.' },
] as const;

const WORDS = {
  used: 'used',
  derived_from: 'derived from',
  depends_on: 'depends on',
  same_text: 'has the text of',
} as const;

/** What this version was built on, and what was built on it. */
export function LineageView({ shown }: { shown: Document }) {
  return (
    <div className="grid content-start lg:grid-cols-2">
      {DIRECTIONS.map((direction) => (
        <Neighbours key={direction.direction} shown={shown} {...direction} />
      ))}
    </div>
  );
}

function Neighbours({ shown, direction, title, none }: { shown: Document } & (typeof DIRECTIONS)[number]) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.links.graph.queryOptions({
      documentId: shown.id,
      version: shown.version,
      direction,
      depth: 1,
      limit: 500,
    }),
  );
  return (
    <section className="p-3">
      <h2 className="mb-2 font-semibold">{title}</h2>
      <Loaded query={query}>
        {(graph) =>
          graph.edges.length === 0 ? (
            <p className="text-muted-foreground">{none}</p>
          ) : (
            <>
              <ul className="grid gap-1">
                {graph.edges.map((edge) => (
                  <Edge
                    key={`${idOf(edge.from)} ${edge.relation} ${idOf(edge.to)}`}
                    edge={edge}
                    graph={graph}
                    runId={shown.runId}
                  />
                ))}
              </ul>
              {graph.cut && <p className="mt-2 text-muted-foreground">There is more behind these.</p>}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

type GraphEdge = LinkGraph['edges'][number];
const idOf = ({ documentId, version }: GraphEdge['from']) => `${documentId}@${version}`;

function Edge({ edge, graph, runId }: { edge: GraphEdge; graph: LinkGraph; runId: string }) {
  const node = (ref: GraphEdge['from']) => {
    const { kind = null, key = null } = graph.nodes.find((each) => idOf(each) === idOf(ref)) ?? {};
    return <DocumentLink document={{ ...ref, kind, key }} />;
  };
  const elsewhere = [edge.from, edge.to]
    .map((ref) => graph.nodes.find((each) => idOf(each) === idOf(ref))?.runId)
    .find((id) => id !== null && id !== undefined && id !== runId);
  return (
    <li>
      {node(edge.from)} <span className="text-muted-foreground">{WORDS[edge.relation]}</span> {node(edge.to)}
      {elsewhere !== null && elsewhere !== undefined && (
        <span className="text-muted-foreground">
          {' '}
          across runs: <RunLink runId={elsewhere} />
        </span>
      )}
    </li>
  );
}
