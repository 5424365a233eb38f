import type { LinkGraph, VersionRef } from '@stepledger/client';
import { formatDocument } from '../../lib/words/format.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { idOf } from './layout-graph.ts';

/** The links of a graph in words; a name leads to the lineage of that document. */
export function LinkList({ graph, onChoose }: { graph: LinkGraph; onChoose: (ref: VersionRef) => void }) {
  const nodes = new Map(graph.nodes.map((node) => [idOf(node), node]));
  const nameOf = (ref: VersionRef): string => {
    const node = nodes.get(idOf(ref));
    if (node === undefined || node.kind === null || node.key === null) return 'a document that is gone';
    return `${formatDocument({ kind: node.kind, key: node.key })} v${ref.version}`;
  };
  return (
    <section aria-labelledby="links" className="p-3">
      <h3 id="links" className="pb-1 font-medium">
        Links
      </h3>
      <ul className="grid gap-1">
        {graph.edges.map(({ from, relation, to }) => (
          <li key={`${idOf(from)} ${relation} ${idOf(to)}`} className="flex flex-wrap items-baseline gap-x-2">
            <Name text={nameOf(from)} onChoose={() => onChoose(from)} />
            <span className="text-muted-foreground">{relation.replace('_', ' ')}</span>
            <Name text={nameOf(to)} onChoose={() => onChoose(to)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Name({ text, onChoose }: { text: string; onChoose: () => void }) {
  return (
    <button
      type="button"
      className="max-w-full cursor-pointer truncate py-0.5 text-left hover:underline"
      onClick={onChoose}
    >
      <Visible text={text} />
    </button>
  );
}
