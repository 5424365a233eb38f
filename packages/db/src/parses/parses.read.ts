import {
  LedgerError,
  type ListedParse,
  type Page,
  type Parse,
  type ParsesService,
  type WrittenDocument,
} from '@stepledger/contract';
import { toPage } from '../cursors.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { type PageStart, startPage } from '../ledger/as-of.ts';
import type { RunTarget } from '../ledger/run-target.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';
import { Where } from '../where.ts';

type Input = Parameters<ParsesService['list']>[0];

interface ParseRow {
  id: string;
  run_id: string;
  exchange_id: string;
  attempt: number;
  parser: string;
  parser_version: string;
  status: 'completed' | 'failed';
  error: string | null;
  error_offset: number | null;
  revision: number;
  at: Date;
}

const SELECT_PARSE = `SELECT p.id, p.run_id, p.exchange_id, p.attempt, p.parser, p.parser_version, p.status, p.error,
    p.error_offset, p.revision, p.at
  FROM parse p`;

/** Conditions on a parse `p`, as literals: that few have failed, the planner would not know of a parameter. */
export const PARSE_STATUS: Readonly<Record<ParseRow['status'], string>> = {
  completed: `p.status = 'completed'`,
  failed: `p.status = 'failed'`,
};

/** Every parse of an exchange, by number; those up to a revision when one is given. */
export async function readParses(
  { connection, scope }: StoreContext,
  exchangeId: string,
  revision: number | null,
): Promise<Parse[]> {
  const where = new Where('p', scope.projectId);
  where.and('p.exchange_id = ?', exchangeId);
  if (revision !== null) where.and('p.revision <= ?', revision);
  const rows = await connection.query<ParseRow>(
    `${SELECT_PARSE} WHERE ${where.sql} ORDER BY p.attempt`,
    where.values,
  );
  return rows.map(toParse);
}

/** From either end, with the documents that came of each: two statements a page. */
export async function listParses(context: StoreContext, input: Input): Promise<Page<ListedParse>> {
  const { connection, scope } = context;
  const page = await startPage(context, input, { list: 'parses', types: ['uuid'], target: targetOf(input) });
  const where = new Where('p', scope.projectId);
  const fields = [
    ['p.exchange_id = ?', input.exchangeId],
    ['p.run_id = ?', input.runId],
    ['p.parser = ?', input.parser],
    ['p.parser_version = ?', input.parserVersion],
  ] as const;
  for (const [sql, value] of fields) if (value !== undefined) where.and(sql, value);
  if (input.step !== undefined) ofStep(where, input.step);
  // Across runs, what came with a fork is listed once: as that of the run that it came from.
  if (input.exchangeId === undefined && input.runId === undefined) where.and('p.origin_id IS NULL');
  if (input.status !== undefined) where.and(PARSE_STATUS[input.status]);
  if (page.revision !== null) where.and('p.revision <= ?', page.revision);
  where.after(['p.id'], ['uuid'], page);
  const rows = await connection.query<ParseRow>(
    `${SELECT_PARSE} WHERE ${where.sql} ORDER BY ${page.sorted(['p.id'])} LIMIT ${where.bind(input.limit + 1)}`,
    where.values,
  );
  if (rows.length === 0) await requireNamed(context, input);
  const documents = await findDocuments(context, { parses: rows.slice(0, input.limit), page });
  return toPage(rows, documents.whole, {
    toItem: (row) => ({ ...toParse(row), runId: row.run_id, documents: documents.of(row.id) }),
    toCursor: ({ id }) => page.toCursor([id]),
  });
}

/** By way of the exchange that was read: a parse does not name its step. */
function ofStep(where: Where, { name, key }: NonNullable<Input['step']>): void {
  const ofKey = key === undefined ? '' : `AND s.key = ${where.bind(key)}`;
  where.and(
    `EXISTS (SELECT FROM exchange e JOIN step s ON s.project_id = e.project_id AND s.id = e.step_id
      WHERE e.project_id = p.project_id AND e.id = p.exchange_id AND s.name = ? ${ofKey})`,
    name,
  );
}

function targetOf({ runId, exchangeId }: Input): RunTarget | undefined {
  if (runId !== undefined) return { runId };
  return exchangeId === undefined ? undefined : { exchangeId };
}

/** Documents that one page carries; a page has at least one parse with all of its own, which are fewer. */
const MAX_PAGE_DOCUMENTS = 10_000;

interface MadeRow {
  parse_id: string;
  document_id: string;
  kind: string;
  key: string;
  version: number;
}

/** The versions that the parses of a page made, as many as a page carries. */
async function findDocuments(
  { connection, scope }: StoreContext,
  { parses, page }: { parses: readonly ParseRow[]; page: PageStart },
) {
  const rows = await connection.query<MadeRow>(
    `SELECT v.parse_id, v.document_id, d.kind, d.key, v.version
    FROM document_version v JOIN document d ON d.project_id = v.project_id AND d.id = v.document_id
    WHERE v.project_id = $1 AND v.parse_id = ANY ($2::uuid[])
    ORDER BY ${page.sorted(['v.parse_id'])}, v.position LIMIT $3`,
    [scope.projectId, parses.map(({ id }) => id), MAX_PAGE_DOCUMENTS + 1],
  );
  const byParse = Map.groupBy(rows, (row) => row.parse_id);
  // Those from the one on where the limit cut are left to the next page.
  const cutId = rows.length > MAX_PAGE_DOCUMENTS ? rows.at(-1)?.parse_id : undefined;
  const cutAt = parses.findIndex(({ id }) => id === cutId);
  return {
    whole: cutAt === -1 ? parses.length : cutAt,
    of: (parseId: string): WrittenDocument[] =>
      (byParse.get(parseId) ?? []).map((row) => ({
        documentId: row.document_id,
        kind: row.kind,
        key: row.key,
        version: row.version,
      })),
  };
}

/** Tells that nothing was parsed from a run or exchange that is not there. @throws NOT_FOUND */
async function requireNamed(
  { connection, scope }: StoreContext,
  { runId, exchangeId }: Input,
): Promise<void> {
  if (runId !== undefined) await requireRun(connection, scope.projectId, runId);
  if (exchangeId === undefined) return;
  const [exchange] = await connection.query('SELECT 1 FROM exchange WHERE project_id = $1 AND id = $2', [
    scope.projectId,
    exchangeId,
  ]);
  if (!exchange) throw new LedgerError('NOT_FOUND', { type: 'exchange', id: exchangeId });
}

function toParse(row: ParseRow): Parse {
  return {
    id: row.id,
    exchangeId: row.exchange_id,
    parser: row.parser,
    parserVersion: row.parser_version,
    attempt: row.attempt,
    status: row.status,
    error: fromExactJsonOrNull<string>(row.error),
    errorOffset: row.error_offset,
    revision: row.revision,
    at: toTime(row.at),
  };
}
