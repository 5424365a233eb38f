import { type AsOf, type FieldIssue, LedgerError, type RunsService } from '@stepledger/contract';
import { findRevision } from '../ledger/as-of.ts';
import type { StoreContext } from '../store-context.ts';

type Input = Parameters<RunsService['diff']>[0];

export interface End {
  readonly runId: string;
  readonly revision: number;
}

/** What is compared. */
export interface Ends {
  readonly from: End;
  readonly to: End;
  /** Up to this revision both are one ledger: of the same run, or of one that both were forked from. 0 for none. */
  readonly shared: number;
}

/** Finds both runs at the revisions that are asked for, or at those that an earlier page found. @throws NOT_FOUND */
export async function findEnds(
  context: StoreContext,
  { from, to }: Pick<Input, 'from' | 'to'>,
  found: readonly [number, number] | null,
): Promise<Ends> {
  const heads = await readHeads(context, [from.runId, to.runId]);
  const revisionOf = async (end: 'from' | 'to', { runId, asOf }: Input['from']) =>
    asOf ? resolve(context, { runId, asOf, end }) : (heads.get(runId) ?? 0);
  const ends = {
    from: { runId: from.runId, revision: found?.[0] ?? (await revisionOf('from', from)) },
    to: { runId: to.runId, revision: found?.[1] ?? (await revisionOf('to', to)) },
  };
  for (const { runId, revision } of [ends.from, ends.to]) {
    if (revision < 1 || revision > (heads.get(runId) ?? 0)) {
      throw new LedgerError('BAD_INPUT', {
        issues: [{ path: 'cursor', reason: 'is not a cursor of this diff' }],
      });
    }
  }
  const shared =
    ends.from.runId === ends.to.runId
      ? Math.min(ends.from.revision, ends.to.revision)
      : await findShared(context, ends);
  return { ...ends, shared };
}

async function readHeads(
  { connection, scope }: StoreContext,
  runIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await connection.query<{ id: string; revision: number }>(
    'SELECT id, revision FROM run WHERE project_id = $1 AND id = ANY ($2::uuid[])',
    [scope.projectId, runIds],
  );
  const heads = new Map(rows.map(({ id, revision }) => [id, revision]));
  const missing = runIds.find((id) => !heads.has(id));
  if (missing !== undefined) throw new LedgerError('NOT_FOUND', { type: 'run', id: missing });
  return heads;
}

async function resolve(
  context: StoreContext,
  { runId, asOf, end }: { runId: string; asOf: AsOf; end: 'from' | 'to' },
): Promise<number> {
  try {
    return await findRevision(context, { runId }, asOf);
  } catch (error) {
    if (!(error instanceof LedgerError) || !('issues' in error.details)) throw error;
    const issues: readonly FieldIssue[] = error.details.issues;
    throw new LedgerError('BAD_INPUT', {
      issues: issues.map(({ path, reason }) => ({ path: `${end}.${path}`, reason })),
    });
  }
}

/** SQL of a run and all that it was forked from, each up to the revision that it has in common with it. */
function ancestors(name: string, runId: string, revision: string): string {
  // A parent may be deleted; that it was there still shows where two of its forks meet.
  return `${name} AS (
    SELECT r.id, r.origin_run_id, r.forked_at_revision, ${revision}::int AS upto
    FROM run r WHERE r.project_id = $1 AND r.id = ${runId}
    UNION ALL
    SELECT l.origin_run_id, o.origin_run_id, o.forked_at_revision, least(l.upto, l.forked_at_revision)
    FROM ${name} l LEFT JOIN run o ON o.project_id = $1 AND o.id = l.origin_run_id
    WHERE l.origin_run_id IS NOT NULL)`;
}

async function findShared(
  { connection, scope }: StoreContext,
  { from, to }: Omit<Ends, 'shared'>,
): Promise<number> {
  const [row] = await connection.query<{ shared: number | null }>(
    `WITH RECURSIVE ${ancestors('a', '$2', '$3')}, ${ancestors('b', '$4', '$5')}
    SELECT max(least(a.upto, b.upto)) AS shared FROM a JOIN b ON b.id = a.id`,
    [scope.projectId, from.runId, from.revision, to.runId, to.revision],
  );
  return row?.shared ?? 0;
}
