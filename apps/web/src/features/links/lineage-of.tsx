import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { LineageGraph } from './lineage-graph.tsx';
import { LinkList } from './link-list.tsx';

/** More than this is no picture that anybody could read. */
const MAX_DRAWN = 150;

/** What one document was built on and what builds on it, as far as the links go. */
export function LineageOf({ documentId, onChoose }: { documentId: string; onChoose: (id: string) => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.links.graph.queryOptions({ documentId }));
  return (
    <div className="min-h-0 min-w-0 overflow-auto">
      <Loaded query={query}>
        {(graph) => {
          if (graph.edges.length === 0) {
            return (
              <Empty title="No links">
                This document says nothing of what it was built on, and nothing is built on it.
              </Empty>
            );
          }
          return (
            <>
              {graph.cut && (
                <p className="px-3 pt-2 text-warning">There is more than is shown: these are the nearest.</p>
              )}
              {graph.nodes.length <= MAX_DRAWN ? (
                <LineageGraph graph={graph} />
              ) : (
                <p className="px-3 pt-2 text-muted-foreground">
                  {graph.nodes.length} versions are linked: too many for a picture, so here they are as a
                  list.
                </p>
              )}
              <LinkList graph={graph} onChoose={onChoose} />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
