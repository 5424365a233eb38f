import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { useChosenRow } from '../lib/lists/use-chosen-row.ts';
import { useSight } from '../lib/lists/use-sight.ts';
import { cn } from './cn.ts';
import { ScrollRegion } from './scroll-region.tsx';

export interface VirtualListProps<Item> {
  /** What the list is, for who cannot see it. */
  label: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  children: (item: Item, index: number) => ReactNode;
  /** The usual height of a row in pixels; real ones are measured. */
  rowHeight: number;
  /** Whether there is more behind the last item, and how to get it when the reader comes near the end. */
  hasMore?: boolean;
  loadMore?: () => void;
  /** Told which rows are in sight, or near it, once the list rests: what is only passed by need not be loaded. */
  onSight?: ((first: number, last: number) => void) | undefined;
  /** Enter, or `o`, on the row that j and k have chosen. */
  onOpen?: (item: Item) => void;
  /** Whether j, k and o work only while the focus is inside: for all lists of a page but its main one. */
  onlyFocused?: boolean;
  /** Lists in one place of the page that have another of these are not scrolled to where the one before was. */
  scrollId?: string | undefined;
  className?: string;
}

/** Only the rows in sight are drawn, however long the list is. j and k walk it, Enter opens. */
export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { label, items, keyOf, children, rowHeight, hasMore = false, loadMore, onOpen, onSight } = props;
  const { onlyFocused, scrollId = label, className } = props;
  const box = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keyOf(items[index] as Item),
    overscan: 10,
    // Who has scrolled goes on looking at the same rows when new ones come above them.
    anchorTo: (box.current?.scrollTop ?? 0) > 0 ? 'end' : 'start',
  });
  const rows = virtualizer.getVirtualItems();
  useSight(rows, onSight);
  const isNearEnd = (rows.at(-1)?.index ?? 0) >= items.length - 10;
  useEffect(() => {
    if (hasMore && isNearEnd) loadMore?.();
  }, [hasMore, isNearEnd, loadMore]);

  const { chosen, onKeyDown } = useChosenRow({
    box,
    items,
    keyOf,
    scrollTo: (index) => virtualizer.scrollToIndex(index),
    onOpen,
    onlyFocused,
  });

  return (
    <ScrollRegion
      ref={box}
      aria-label={label}
      data-scroll-restoration-id={scrollId}
      className={className}
      onKeyDown={onKeyDown}
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map(({ index, key, start }) => {
          const item = items[index] as Item;
          return (
            <li
              key={key}
              data-index={index}
              ref={virtualizer.measureElement}
              className={cn('absolute inset-x-0 top-0', keyOf(item) === chosen && 'bg-accent')}
              style={{ transform: `translateY(${start}px)` }}
            >
              {children(item, index)}
            </li>
          );
        })}
      </ul>
    </ScrollRegion>
  );
}
