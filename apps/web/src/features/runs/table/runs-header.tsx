import type { RunOrder, RunOverview } from '@stepledger/client';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactTable } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../../../ui/cn.ts';
import { type features, NUMERIC, SORTABLE } from './runs-columns.tsx';

const route = getRouteApi('/');

export function RunsHeader({ table }: { table: ReactTable<typeof features, RunOverview> }) {
  const { order = 'newest' } = route.useSearch();
  return (
    <thead>
      {table.getHeaderGroups().map((group) => (
        <tr key={group.id}>
          {group.headers.map((header) => {
            const { id } = header.column;
            const look = cn(
              'sticky top-0 z-10 h-9 border-b bg-surface px-2 first:pl-3 text-left text-xs font-medium text-muted-foreground',
              NUMERIC.has(id) && 'text-right',
            );
            if (header.column.columnDef.header === '') return <td key={header.id} className={look} />;
            const label = <table.FlexRender header={header} />;
            if (!isSortable(id)) {
              return (
                <th key={header.id} scope="col" className={look}>
                  {label}
                </th>
              );
            }
            return (
              <th key={header.id} scope="col" aria-sort={sortOf(id, order)} className={look}>
                <SortButton orders={SORTABLE[id]} order={order}>
                  {label}
                </SortButton>
              </th>
            );
          })}
        </tr>
      ))}
    </thead>
  );
}

function SortButton(props: { orders: readonly RunOrder[]; order: RunOrder; children: ReactNode }) {
  const { orders, order, children } = props;
  const navigate = route.useNavigate();
  const at = orders.indexOf(order);
  const Icon = order === 'oldest' ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      className="inline-flex cursor-pointer items-center gap-1 hover:text-foreground"
      onClick={() => {
        const next = orders[(at + 1) % orders.length];
        void navigate({ search: (before) => ({ ...before, order: next === 'newest' ? undefined : next }) });
      }}
    >
      {children}
      {at !== -1 && <Icon aria-hidden className="size-3" />}
    </button>
  );
}

function isSortable(id: string): id is keyof typeof SORTABLE {
  return Object.hasOwn(SORTABLE, id);
}

function sortOf(id: keyof typeof SORTABLE, order: RunOrder): 'ascending' | 'descending' | 'none' {
  if (!(SORTABLE[id] as readonly RunOrder[]).includes(order)) return 'none';
  return order === 'oldest' ? 'ascending' : 'descending';
}
