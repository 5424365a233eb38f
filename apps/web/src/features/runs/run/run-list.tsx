import type { ReactNode } from 'react';
import { moreOf, type PagedQuery } from '../../../lib/more-of.ts';
import { Empty, Loaded } from '../../../ui/states.tsx';
import { VirtualList } from '../../../ui/virtual-list.tsx';

interface InfiniteList<Item> extends PagedQuery {
  data: { pages: { items: Item[] }[] } | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

export interface RunListProps<Item> {
  label: string;
  query: InfiniteList<Item>;
  keyOf: (item: Item) => string;
  empty: ReactNode;
  onOpen?: (item: Item) => void;
  children: (item: Item) => ReactNode;
}

/** A list of what a run holds, in the order of its ledger: what is new comes at the end, so that nothing jumps. */
export function RunList<Item>({ label, query, keyOf, empty, onOpen, children }: RunListProps<Item>) {
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items);
        if (items.length === 0) return <Empty title={`No ${label.toLowerCase()}`}>{empty}</Empty>;
        return (
          <VirtualList
            label={label}
            items={items}
            keyOf={keyOf}
            rowHeight={52}
            {...moreOf(query)}
            {...(onOpen && { onOpen })}
            className="min-h-0 grow"
          >
            {children}
          </VirtualList>
        );
      }}
    </Loaded>
  );
}
