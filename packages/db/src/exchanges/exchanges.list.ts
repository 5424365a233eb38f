import type { ExchangeSummary, ExchangesService, Page } from '@stepledger/contract';
import { toPage } from '../cursors.ts';
import { startPage } from '../ledger/as-of.ts';
import { PARSE_STATUS } from '../parses/parses.read.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';
import { type ExchangeRow, SELECT_EXCHANGE, selectExchangeAsOf, toSummary } from './exchange-row.ts';

type Input = Parameters<ExchangesService['list']>[0];

/** In the order of a run's ledger, across runs in the order in which they were made; or the other way round. */
export async function listExchanges(context: StoreContext, input: Input): Promise<Page<ExchangeSummary>> {
  const { connection, scope } = context;
  const { runId, limit } = input;
  const list = runId === undefined ? 'exchanges' : 'exchanges of a run';
  const order = runId === undefined ? ['e.id'] : ['e.opened_revision', 'e.id'];
  const types = runId === undefined ? (['uuid'] as const) : (['number', 'uuid'] as const);
  const target = runId === undefined ? undefined : { runId };
  const page = await startPage(context, input, { list, types, target });
  const where = new Where('e', scope.projectId);
  const revision = page.revision === null ? null : where.bind(page.revision);
  if (revision !== null) where.and(`e.opened_revision <= ${revision}`);
  filter(where, input, revision);
  where.after(order, types, page);
  const select = revision === null ? SELECT_EXCHANGE : selectExchangeAsOf(revision);
  const rows = await connection.query<ExchangeRow>(
    `${select} WHERE ${where.sql} ORDER BY ${page.sorted(order)} LIMIT ${where.bind(limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && runId !== undefined) await requireRun(connection, scope.projectId, runId);
  return toPage(rows, limit, {
    toItem: toSummary,
    toCursor: (row) => page.toCursor(runId === undefined ? [row.id] : [row.opened_revision, row.id]),
  });
}

function filter(
  where: Where,
  { runId, workflow, step, status, lastParse }: Input,
  revision: string | null,
): void {
  // Across runs, what came with a fork is listed once: as that of the run that it came from.
  if (runId === undefined) where.and('e.origin_id IS NULL');
  else where.and('e.run_id = ?', runId);
  if (workflow !== undefined) {
    where.and(
      `e.run_id IN (SELECT r.id FROM run r JOIN workflow w ON w.project_id = r.project_id AND w.id = r.workflow_id
        WHERE r.project_id = e.project_id AND w.name = ?)`,
      workflow,
    );
  }
  if (step) where.and('s.name = ?', step.name);
  if (step?.key !== undefined) where.and('s.key = ?', step.key);
  if (status !== undefined) where.and(revision === null ? STATUS[status] : statusAsOf(status, revision));
  if (lastParse) filterByParse(where, lastParse, revision);
}

function filterByParse(
  where: Where,
  { parser, parserVersion, status }: NonNullable<Input['lastParse']>,
  revision: string | null,
): void {
  const conditions = [
    ...(status === undefined ? [] : [PARSE_STATUS[status]]),
    ...(parser === undefined ? [] : [`p.parser = ${where.bind(parser)}`]),
    ...(parserVersion === undefined ? [] : [`p.parser_version = ${where.bind(parserVersion)}`]),
  ];
  const ofExchange = 'p.project_id = e.project_id AND p.exchange_id = e.id';
  if (revision === null) {
    conditions.push(ofExchange, 'p.attempt = e.parse_count');
    where.and(`EXISTS (SELECT FROM parse p WHERE ${conditions.join(' AND ')})`);
    return;
  }
  // The limit keeps it one look-up an exchange: as a join it was planned over all parses.
  where.and(`EXISTS (SELECT FROM (
    SELECT p.* FROM parse p WHERE ${ofExchange} AND p.revision <= ${revision} ORDER BY p.attempt DESC LIMIT 1) p
    WHERE ${['true', ...conditions].join(' AND ')})`);
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

function statusAsOf(status: NonNullable<Input['status']>, revision: string): string {
  if (status === 'unparsed') {
    return `e.status = 'completed' AND e.closed_revision <= ${revision}
      AND (e.parsed_revision IS NULL OR e.parsed_revision > ${revision})`;
  }
  if (status === 'completed' || status === 'failed') {
    return `e.status = '${status}' AND e.closed_revision <= ${revision}`;
  }
  // Of those that were open no more is known; the contract refuses to ask.
  return `(e.closed_revision IS NULL OR e.closed_revision > ${revision})`;
}
