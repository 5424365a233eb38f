import type { ExchangeSummary, ExchangesService, Page } from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { PARSE_STATUS } from '../parses/parses.read.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';
import { type ExchangeRow, SELECT_EXCHANGE, toSummary } from './exchange-row.ts';

type Input = Parameters<ExchangesService['list']>[0];

/** In the order of a run's ledger; across runs in the order in which they were made. */
export async function listExchanges(context: StoreContext, input: Input): Promise<Page<ExchangeSummary>> {
  const { connection, scope } = context;
  const { runId, limit } = input;
  const where = new Where('e', scope.projectId);
  filter(where, input);
  const list = runId === undefined ? 'exchanges' : 'exchanges of a run';
  const order = runId === undefined ? ['e.id'] : ['e.opened_revision', 'e.id'];
  const types = runId === undefined ? (['uuid'] as const) : (['number', 'uuid'] as const);
  where.after(order, types, fromCursor(list, types, input.cursor));
  const rows = await connection.query<ExchangeRow>(
    `${SELECT_EXCHANGE} WHERE ${where.sql} ORDER BY ${order.join(', ')} LIMIT ${where.bind(limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && runId !== undefined) await requireRun(connection, scope.projectId, runId);
  return toPage(rows, limit, {
    toItem: toSummary,
    toCursor: (row) => toCursor(list, runId === undefined ? [row.id] : [row.opened_revision, row.id]),
  });
}

function filter(where: Where, { runId, workflow, step, status, lastParse }: Input): void {
  if (runId !== undefined) where.and('e.run_id = ?', runId);
  if (workflow !== undefined) {
    where.and(
      `e.run_id IN (SELECT r.id FROM run r JOIN workflow w ON w.project_id = r.project_id AND w.id = r.workflow_id
        WHERE r.project_id = e.project_id AND w.name = ?)`,
      workflow,
    );
  }
  if (step) where.and('s.name = ?', step.name);
  if (step?.key !== undefined) where.and('s.key = ?', step.key);
  if (status !== undefined) where.and(STATUS[status]);
  if (lastParse) filterByParse(where, lastParse);
}

function filterByParse(
  where: Where,
  { parser, parserVersion, status }: NonNullable<Input['lastParse']>,
): void {
  const conditions = [
    'p.project_id = e.project_id AND p.exchange_id = e.id AND p.attempt = e.parse_count',
    ...(status === undefined ? [] : [PARSE_STATUS[status]]),
    ...(parser === undefined ? [] : [`p.parser = ${where.bind(parser)}`]),
    ...(parserVersion === undefined ? [] : [`p.parser_version = ${where.bind(parserVersion)}`]),
  ];
  where.and(`EXISTS (SELECT FROM parse p WHERE ${conditions.join(' AND ')})`);
}

const OPEN = `e.status IN ('pending', 'streaming')`;
const STATUS: Record<NonNullable<Input['status']>, string> = {
  pending: `${OPEN} AND e.status = 'pending' AND (e.lease_until IS NULL OR e.lease_until > now())`,
  streaming: `${OPEN} AND e.status = 'streaming' AND (e.lease_until IS NULL OR e.lease_until > now())`,
  interrupted: `${OPEN} AND e.lease_until <= now()`,
  completed: `e.status = 'completed'`,
  failed: `e.status = 'failed'`,
  unparsed: `e.status = 'completed' AND e.parsed_revision IS NULL`,
};
