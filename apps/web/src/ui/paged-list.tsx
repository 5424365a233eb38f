import type { ReactNode } from 'react';
import type { RowList } from '../lib/lists/use-row-pages.ts';
import { VirtualList, type VirtualListProps } from './virtual-list.tsx';

export interface PagedListProps<Item>
  extends Pick<VirtualListProps<string>, 'label' | 'rowHeight' | 'scrollId'> {
  data: NonNullable<RowList<Item>['data']>;
  onSight: RowList<Item>['onSight'];
  onOpen: (item: Item) => void;
  children: (item: Item) => ReactNode;
}

/** The rows of a list that is read page by page: those that were not read yet say so, and cannot be opened. */
export function PagedList<Item>({ data, onOpen, children, ...shown }: PagedListProps<Item>) {
  const { rows, items } = data;
  return (
    <VirtualList
      {...shown}
      items={rows}
      keyOf={String}
      onOpen={(row) => {
        const item = items.get(row);
        if (item !== undefined) onOpen(item);
      }}
      className="min-h-0 grow"
    >
      {(row) => {
        const item = items.get(row);
        return item === undefined ? <RowToCome height={shown.rowHeight} /> : children(item);
      }}
    </VirtualList>
  );
}

function RowToCome({ height }: { height: number }) {
  return (
    <div className="border-b px-3 py-1.5 text-muted-foreground" style={{ height }}>
      Loading…
    </div>
  );
}
