import type { RunOverview } from '@stepledger/client';
import { getRouteApi } from '@tanstack/react-router';
import { useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef } from 'react';
import { useChosenRow } from '../../../lib/lists/use-chosen-row.ts';
import { useSight } from '../../../lib/lists/use-sight.ts';
import { cn } from '../../../ui/cn.ts';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { columns, features, NUMERIC } from './runs-columns.tsx';
import { RunsHeader } from './runs-header.tsx';

const ROW_HEIGHT = 52;
const HEADER_HEIGHT = 36;

const route = getRouteApi('/');

export interface RunsTableProps {
  /** Which runs these are, and in what order: others are read from the top. */
  name: string;
  /** The ids of all that are known of. */
  rows: readonly string[];
  /** Those in sight, by their ids. */
  runs: ReadonlyMap<string, RunOverview>;
  onSight: (first: number, last: number) => void;
}

/** Only the rows in sight are drawn. A run that comes while the reader has scrolled moves nothing in sight. */
export function RunsTable({ name, rows, runs, onSight }: RunsTableProps) {
  const navigate = route.useNavigate();
  const box = useRef<HTMLElement>(null);
  const data = useMemo(() => [...runs.values()], [runs]);
  const table = useTable({ features, columns, data, getRowId: ({ id }) => id });
  const { rowsById } = table.getRowModel();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index] ?? index,
    overscan: 10,
    scrollPaddingStart: HEADER_HEIGHT,
    anchorTo: (box.current?.scrollTop ?? 0) > 0 ? 'end' : 'start',
  });
  // Not drawn anew: the button that was pressed stands in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each name.
  useLayoutEffect(() => virtualizer.scrollToOffset(0), [name]);
  const inSight = virtualizer.getVirtualItems();
  const last = inSight.at(-1);
  useSight(inSight, onSight);
  const { chosen, onKeyDown } = useChosenRow({
    box,
    items: rows,
    keyOf: String,
    scrollTo: (index) => virtualizer.scrollToIndex(index),
    onOpen: (id) => {
      const run = runs.get(id);
      if (run !== undefined) void navigate({ to: '/runs/$run', params: { run: run.key }, search: {} });
    },
  });

  return (
    <ScrollRegion
      ref={box}
      aria-label="Runs"
      // Others are not scrolled to where these were; no quote may stand in it.
      data-scroll-restoration-id={`Runs ${encodeURIComponent(name)}`}
      className="min-h-0 grow"
      onKeyDown={onKeyDown}
    >
      <table
        className="w-full border-separate border-spacing-0 whitespace-nowrap"
        aria-rowcount={rows.length + 1}
      >
        <RunsHeader table={table} />
        <tbody>
          <Gap height={inSight[0]?.start ?? 0} />
          {inSight.map(({ index, key }) => {
            const id = rows[index] ?? '';
            const row = rowsById[id];
            return (
              <tr
                key={key}
                aria-rowindex={index + 2}
                data-index={index}
                style={{ height: ROW_HEIGHT }}
                className={cn('hover:bg-surface', id === chosen && 'bg-accent hover:bg-accent')}
              >
                {row === undefined && (
                  <td colSpan={columns.length} className="border-b px-3 text-muted-foreground">
                    Loading…
                  </td>
                )}
                {row?.getAllCells().map((cell) => (
                  <td
                    key={cell.id}
                    className={cn(
                      'border-b px-2 first:w-full first:min-w-64 first:pl-3',
                      NUMERIC.has(cell.column.id) && 'text-right tabular-nums',
                    )}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap height={virtualizer.getTotalSize() - (last?.end ?? 0)} />
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** Stands for the rows that are out of sight. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns.length} style={{ height, padding: 0 }} />
    </tr>
  );
}
