import { LIMITS, type Page, type RunOrder, type RunStatus, type RunsService } from '@stepledger/contract';
import type { Bind } from '../connection.ts';
import { fromCursor, toCursor } from '../cursors.ts';
import type { StoreContext } from '../store-context.ts';
import { RUN_COLUMNS, type RunRow } from './runs.read.ts';

type Input = Parameters<RunsService['overview']>[0];

interface Order {
  readonly columns: readonly ('changed_minute' | 'id')[];
  readonly types: readonly ('number' | 'uuid')[];
  readonly isDescending: boolean;
}

/**
 * What an index serves. Of changes only the minute is: an index on the time itself would have to be written with every
 * entry of every run.
 */
const ORDERS: Record<RunOrder, Order> = {
  newest: { columns: ['id'], types: ['uuid'], isDescending: true },
  oldest: { columns: ['id'], types: ['uuid'], isDescending: false },
  changed: { columns: ['changed_minute', 'id'], types: ['number', 'uuid'], isDescending: true },
};

type PlacedRow = RunRow & { changed_minute: number };

/**
 * A page of runs in any order.
 *
 * Where the order is that of the ids, one filter is served by its index. The others are tried on LIMITS.maxOverviewRuns
 * runs at the most: a page that has looked at so many ends there, though it may hold fewer than were asked for.
 */
export async function readRunPage({ connection, scope }: StoreContext, input: Input): Promise<Page<RunRow>> {
  const order = ORDERS[input.order];
  const list = `runs, ${input.order}`;
  const values: Bind[] = [scope.projectId];
  const bind = (value: Bind) => `$${values.push(value)}`;
  const after = fromCursor(list, order.types, input.cursor);
  const filters = filtersOf(input);
  const indexed = input.order === 'changed' ? 0 : 1;
  const sorted = order.columns.map((column) => `r.${column}${order.isDescending ? ' DESC' : ''}`).join(', ');
  const place = order.columns.map((column) => `r.${column}`).join(', ');
  const looked = [
    'r.project_id = $1',
    ...filters.slice(0, indexed).map((filter) => filter(bind)),
    ...(after ? [`(${place}) ${order.isDescending ? '<' : '>'} (${after.map(bind).join(', ')})`] : []),
  ].join(' AND ');
  const inOrder = `SELECT r.* FROM run r WHERE ${looked} ORDER BY ${sorted}`;
  const placed = [...values];
  const tried = filters.slice(indexed).map((filter) => filter(bind));
  // As a number, since of a parameter the planner would think that it asks for a tenth of all runs.
  const wanted = input.limit + 1;
  // As a subquery, of which it does think so: where it guesses that fewer are there, it would sort all of them.
  const most = (runs: number) => `(SELECT ${runs})`;
  const rows = await connection.query<PlacedRow>(
    `SELECT ${RUN_COLUMNS}, r.changed_minute,
      (SELECT w.name FROM workflow w WHERE w.project_id = $1 AND w.id = r.workflow_id) AS workflow
    FROM (${inOrder} LIMIT ${tried.length === 0 ? wanted : most(LIMITS.maxOverviewRuns)}) r
    WHERE ${['true', ...tried].join(' AND ')} ORDER BY ${sorted} LIMIT ${wanted}`,
    values,
  );
  const items = rows.slice(0, input.limit);
  const toNext = (row: PlacedRow | undefined) =>
    row
      ? toCursor(
          list,
          order.columns.map((column) => row[column]),
        )
      : null;
  if (rows.length > input.limit) return { items, nextCursor: toNext(items.at(-1)) };
  if (tried.length === 0) return { items, nextCursor: null };
  // The last run that was looked at, if there may be more behind it.
  const [last] = await connection.query<PlacedRow>(
    `${inOrder} OFFSET ${most(LIMITS.maxOverviewRuns - 1)} LIMIT 1`,
    placed,
  );
  return { items, nextCursor: toNext(last) };
}

/** As literals: that few have failed, the planner would not know of a parameter. */
const STATUS: Record<RunStatus, string> = {
  running: `r.status = 'running'`,
  completed: `r.status = 'completed'`,
  failed: `r.status = 'failed'`,
  cancelled: `r.status = 'cancelled'`,
};

type Filter = (bind: (value: Bind) => string) => string;

/** What leaves the fewest runs comes first. */
function filtersOf({ originRunId, workflow, status }: Input): Filter[] {
  const filters: (Filter | undefined)[] = [
    originRunId === undefined ? undefined : (bind) => `r.origin_run_id = ${bind(originRunId)}`,
    workflow === undefined
      ? undefined
      : (bind) =>
          `r.workflow_id = (SELECT id FROM workflow WHERE project_id = $1 AND name = ${bind(workflow)})`,
    status === undefined ? undefined : () => STATUS[status],
  ];
  return filters.filter((filter) => filter !== undefined);
}
