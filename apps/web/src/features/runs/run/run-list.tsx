import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RowList } from '../../../lib/lists/use-row-pages.ts';
import { PagedList } from '../../../ui/paged-list.tsx';
import { Empty, Loaded } from '../../../ui/states.tsx';
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
        {(data) =>
          data.rows.length === 0 ? (
            <Empty title={`No ${label.toLowerCase()}`}>{empty}</Empty>
          ) : (
            <PagedList
              key={order}
              scrollId={`${label} ${order}`}
              label={label}
              data={data}
              rowHeight={52}
              onSight={list.onSight}
              onOpen={onOpen}
            >
              {children}
            </PagedList>
          )
        }
      </Loaded>
    </>
  );
}
