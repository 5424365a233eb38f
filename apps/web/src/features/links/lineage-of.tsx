import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatDocument } from '../../lib/words/format.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { Input } from '../../ui/input.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { LineageGraph } from './lineage-graph.tsx';
import { LinkList } from './link-list.tsx';

/** More than this is no picture that anybody could read. */
const MAX_DRAWN = 150;

export interface LineageOfProps {
  documentId: string;
  /** The head when undefined. */
  version: number | undefined;
  onChoose: (documentId: string, version: number | undefined) => void;
}

/** What one version of a document was built on and what builds on it, as far as the links go. */
export function LineageOf({ documentId, version, onChoose }: LineageOfProps) {
  const trpc = useTRPC();
  const field = useId();
  const query = useQuery(
    trpc.links.graph.queryOptions(
      { documentId, ...(version !== undefined && { version }) },
      { placeholderData: keepPreviousData },
    ),
  );
  const { data: document } = useQuery(
    trpc.documents.get.queryOptions({ documentId, withText: false, includeDeleted: true }),
  );
  return (
    <div className="min-h-0 min-w-0 overflow-auto">
      {document !== undefined && (
        <div className="flex flex-wrap items-center gap-2 px-3 pt-2">
          <h3 className="min-w-0 truncate font-medium">
            <Visible text={formatDocument(document)} />
          </h3>
          <label htmlFor={field} className="text-muted-foreground">
            Version
          </label>
          <Input
            id={field}
            type="number"
            className="w-20"
            min={1}
            max={document.headVersion}
            value={version ?? document.headVersion}
            onChange={({ target: { valueAsNumber } }) => {
              if (valueAsNumber < 1 || valueAsNumber > document.headVersion) return;
              if (Number.isInteger(valueAsNumber)) onChoose(documentId, valueAsNumber);
            }}
          />
          <span className="text-muted-foreground">of {document.headVersion}</span>
        </div>
      )}
      <Loaded query={query}>
        {(graph) => {
          if (graph.edges.length === 0) {
            return (
              <Empty title="No links">
                It is not known what this version was built on, and nothing is built on it.
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
              <LinkList graph={graph} onChoose={(ref) => onChoose(ref.documentId, ref.version)} />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
