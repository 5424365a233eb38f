import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RowList } from '../../../lib/lists/use-row-pages.ts';
import { Empty, Loaded } from '../../../ui/states.tsx';
import { VirtualList } from '../../../ui/virtual-list.tsx';
import { OrderSelect } from './order-select.tsx';

const route = getRouteApi('/runs/$run');

export interface RunListProps<Item> {
  label: string;
  list: RowList<Item>;
  /** What is chosen of it, beside its order. */
  filters?: ReactNode;
  empty: ReactNode;
  onOpen: (item: Item) => void;
  children: (item: Item) => ReactNode;
}

/** A list of what a run holds, in the order of its ledger or the other way round. */
export function RunList<Item>({ label, list, filters, empty, onOpen, children }: RunListProps<Item>) {
  // From another end, it is read from its top.
  const { order } = route.useSearch();
  return (
    <>
      <div className="flex flex-wrap gap-x-4 border-b px-3 py-1.5 text-muted-foreground">
        {filters}
        <OrderSelect />
      </div>
      <Loaded query={list}>
        {({ rows, items }) => {
          if (rows.length === 0) return <Empty title={`No ${label.toLowerCase()}`}>{empty}</Empty>;
          return (
            <VirtualList
              key={order}
              scrollId={`${label} ${order}`}
              label={label}
              items={rows}
              keyOf={String}
              rowHeight={52}
              onSight={list.onSight}
              onOpen={(row) => {
                const item = items.get(row);
                if (item !== undefined) onOpen(item);
              }}
              className="min-h-0 grow"
            >
              {(row) => {
                const item = items.get(row);
                return item === undefined ? <RowToCome /> : children(item);
              }}
            </VirtualList>
          );
        }}
      </Loaded>
    </>
  );
}

function RowToCome() {
  return <div className="h-13 border-b px-3 py-1.5 text-muted-foreground">Loading…</div>;
}
