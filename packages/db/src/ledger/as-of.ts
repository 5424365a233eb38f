import { type AsOf, LedgerError, type ListOrder } from '@stepledger/contract';
import type { Bind } from '../connection.ts';
import { type CursorValue, fromCursor, toCursor } from '../cursors.ts';
import type { StoreContext } from '../store-context.ts';
import { type RunTarget, runIdOf, targetNotFound, toTargetRow } from './run-target.ts';

type Reader = Pick<StoreContext, 'connection' | 'scope'>;
type Target = RunTarget | { readonly key: string };

interface FoundRun {
  id: string;
  newest: number;
  /** Null when no entry is that old. */
  revision: number | null;
}

/**
 * Finds the revision that a read of the past is of, in one look-up.
 *
 * @throws NOT_FOUND when the target does not exist, or when its run did not exist then; BAD_INPUT for a revision that
 * is still to come, since what it will show is not known.
 */
export async function findRevision(context: Reader, target: Target, asOf: AsOf): Promise<number> {
  const run = await findRun(context, target, asOf);
  if (!run) {
    throw 'key' in target
      ? new LedgerError('NOT_FOUND', { type: 'run', id: target.key })
      : targetNotFound(target);
  }
  const { id, newest, revision } = run;
  if (!revision) throw new LedgerError('NOT_FOUND', { type: 'run', id: `${id} as of ${nameOfAsOf(asOf)}` });
  if (revision <= newest) return revision;
  throw stillToCome('asOf.revision', newest);
}

/** The refusal of a revision that the run does not have yet. */
export function stillToCome(path: string, newest: number): LedgerError {
  const reason = `is later than the run's newest revision, which is ${newest}`;
  return new LedgerError('BAD_INPUT', { issues: [{ path, reason }] });
}

async function findRun(
  { connection, scope }: Reader,
  target: Target,
  asOf: AsOf,
): Promise<FoundRun | undefined> {
  const [where, id] = toCondition(target);
  const [sql, value]: [string, Bind] = 'time' in asOf ? [BY_TIME, asOf.time] : ['$3::int', asOf.revision];
  const [run] = await connection.query<FoundRun>(
    `SELECT r.id, r.revision AS newest, ${sql} AS revision FROM run r WHERE r.project_id = $1 AND ${where}`,
    [scope.projectId, id, value],
  );
  return run;
}

function toCondition(target: Target): [string, string] {
  if ('key' in target) return ['r.key = $2', target.key];
  const row = toTargetRow(target);
  return [`r.id = ${runIdOf(row, '$1', '$2::uuid')}`, row.id];
}

/**
 * The newest entry up to a time; times never go back along the revisions of a run.
 *
 * Entries have finer times than the milliseconds that callers see, and belong to the one that they are shown with.
 */
const BY_TIME = `(SELECT e.revision FROM entry e
  WHERE e.project_id = $1 AND e.run_id = r.id AND e.at < $3::timestamptz + interval '1 millisecond'
  ORDER BY e.at DESC, e.revision DESC LIMIT 1)`;

export function nameOfAsOf(asOf: AsOf): string {
  return 'time' in asOf ? `time ${new Date(asOf.time).toISOString()}` : `revision ${asOf.revision}`;
}

/** Where a page of a list begins, and the revision that all of its pages are read at; null at the head. */
export interface PageStart {
  readonly after: readonly CursorValue[] | null;
  readonly order: ListOrder;
  /** What is to be sorted by, so that the list is read in its order. */
  sorted(columns: readonly string[]): string;
  readonly revision: number | null;
  toCursor(values: readonly CursorValue[]): string;
}

/**
 * Begins a page of a list that may be read as of a revision, and from either end.
 *
 * The cursor then carries the revision that the first page found, so that all pages show one state; one of another
 * `asOf` or order is refused as one of another list.
 */
export async function startPage(
  context: Reader,
  input: { cursor?: string | undefined; asOf?: AsOf | undefined; order?: ListOrder },
  {
    list: listName,
    types,
    target,
  }: { list: string; types: Parameters<typeof fromCursor>[1]; target: RunTarget | undefined },
): Promise<PageStart> {
  const { asOf, cursor, order = 'oldest' } = input;
  const list = order === 'newest' ? `${listName}, newest first` : listName;
  const sorted = (columns: readonly string[]) =>
    columns.map((column) => (order === 'newest' ? `${column} DESC` : column)).join(', ');
  if (asOf && !target) throw new Error('The contract refuses asOf without a run');
  if (!asOf || !target) {
    const after = fromCursor(list, types, cursor);
    return { after, order, sorted, revision: null, toCursor: (values) => toCursor(list, values) };
  }
  const name = `${list} as of ${nameOfAsOf(asOf)}`;
  const values = fromCursor(name, [...types, 'number'], cursor);
  const revision = values ? Number(values.at(-1)) : await findRevision(context, target, asOf);
  return {
    after: values?.slice(0, -1) ?? null,
    order,
    sorted,
    revision,
    toCursor: (last) => toCursor(name, [...last, revision]),
  };
}
