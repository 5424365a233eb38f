import {
  type Imported,
  LedgerError,
  type RowLine,
  type RowLineOf,
  type UnitLine,
} from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { waitForForks } from '../runs/fork-guard.ts';
import type { Db, StoreContext } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import { applyPurges, hasPurges } from './apply-purges.ts';
import { badLine, badUnit } from './bad-line.ts';
import { checkBatch } from './check-batch.ts';
import { checkChains } from './check-chains.ts';
import { checkRows } from './check-rows.ts';
import { exactTime } from './columns.ts';
import { insertRows } from './insert-rows.ts';
import { behind, type Placed, type RunBatch, toRunBatch } from './run-batch.ts';
import { writeDocuments } from './write-documents.ts';
import { writeExchanges } from './write-exchanges.ts';
import { writeMessages } from './write-messages.ts';
import { writeSteps } from './write-steps.ts';

type RunLine = Extract<UnitLine, { type: 'run' }>;

/** The run that lines are taken into, whose row the transaction has locked. */
export interface TargetRun {
  readonly projectId: string;
  readonly runId: string;
  /** The newest revision before these lines. */
  readonly revision: number;
  /** The last revision that it has of another run; 0 when it is no fork. */
  readonly forkedAt: number;
  /** The revision that the file tells it up to. */
  readonly until: number;
}

/**
 * Takes in the next revisions of a run, in the transaction that also moves its head: what is seen of it is at any time
 * what it was at some revision.
 *
 * @throws ALREADY_EXISTS, VERSION_CONFLICT, BAD_INPUT
 */
export async function importRun(
  { scope }: StoreContext,
  { db, unit, lines }: { db: Db; unit: RunLine; lines: readonly RowLine[] },
): Promise<Imported> {
  const sql = inTransaction(db);
  const { projectId } = scope;
  if (unit.origin !== null && unit.origin.revision > unit.revision) {
    throw badUnit('origin', 'must be of a revision that the run has');
  }
  const all = toRunBatch(lines);
  const runId = unit.id;
  if (hasPurges(all)) await waitForForks(sql, projectId, { runId });
  const revision = await lockRevision(sql, projectId, runId);
  await compareEntries(
    sql,
    { projectId, runId },
    all.entry.filter((entry) => entry.revision <= revision),
  );
  const batch = behind(all, revision);
  const [first] = batch.entry;
  if (first && first.revision !== revision + 1) {
    throw new LedgerError('VERSION_CONFLICT', {
      type: 'run',
      id: unit.key,
      expected: first.revision - 1,
      actual: revision,
    });
  }
  if (first && revision === 0) await insertRun(sql, projectId, { unit, runId, at: first.at });
  const run: TargetRun = {
    projectId,
    runId,
    revision,
    forkedAt: unit.origin?.revision ?? 0,
    until: unit.revision,
  };
  await writeBatch(db, run, batch);
  return { place: batch.entry.at(-1)?.revision ?? revision, added: batch.entry.length };
}

/** 0 for a run that is not there. */
async function lockRevision(sql: Sql, projectId: string, runId: string): Promise<number> {
  const [run] = await sql.query<{ revision: number }>(
    'SELECT revision FROM run WHERE project_id = $1 AND id = $2 FOR UPDATE',
    [projectId, runId],
  );
  return run?.revision ?? 0;
}

/** Two runs of one id whose entries are the same, with the ids and the microseconds in them, are one ledger. */
async function compareEntries(
  sql: Sql,
  { projectId, runId }: { projectId: string; runId: string },
  entries: readonly Placed<RowLineOf<'entry'>>[],
): Promise<void> {
  if (entries.length === 0) return;
  const sent = entries.map(({ revision, at, actor, kind, changes }) => ({
    revision,
    at,
    actor,
    kind,
    changes,
  }));
  const [other] = await sql.query<{ revision: number }>(
    `SELECT x.revision FROM json_to_recordset($3::json)
      AS x(revision int, at timestamptz, actor text, kind text, changes jsonb)
    WHERE NOT EXISTS (SELECT FROM entry e WHERE e.project_id = $1 AND e.run_id = $2 AND e.revision = x.revision
      AND e.at = x.at AND e.actor = x.actor AND e.kind = x.kind AND e.changes = x.changes)
    ORDER BY x.revision LIMIT 1`,
    [projectId, runId, JSON.stringify(sent)],
  );
  if (other)
    throw new LedgerError('ALREADY_EXISTS', { type: 'run', id: `${runId} at revision ${other.revision}` });
}

async function insertRun(
  sql: Sql,
  projectId: string,
  { unit, runId, at }: { unit: RunLine; runId: string; at: string },
): Promise<void> {
  const [taken] = await sql.query('SELECT 1 FROM run WHERE project_id = $1 AND key = $2', [
    projectId,
    unit.key,
  ]);
  if (taken) throw new LedgerError('ALREADY_EXISTS', { type: 'run', id: unit.key });
  await insertRows(sql, projectId, {
    table: 'run',
    columns: {
      id: 'uuid',
      key: 'text',
      workflow_id: 'uuid',
      workflow_version: 'int',
      step_names: 'text[]',
      status: 'text',
      revision: 'int',
      created_at: 'timestamptz',
      last_at: 'timestamptz',
      last_xid: 'xid8',
      metadata: 'jsonb',
      origin_run_id: 'uuid',
      forked_at_revision: 'int',
    },
    rows: [
      {
        id: runId,
        key: unit.key,
        ...(await findWorkflow(sql, projectId, unit)),
        step_names: unit.steps,
        status: 'running',
        revision: 0,
        created_at: unit.createdAt,
        last_at: at,
        last_xid: BEFORE_ALL,
        metadata: {},
        origin_run_id: unit.origin?.runId ?? null,
        forked_at_revision: unit.origin?.revision ?? null,
      },
    ],
  });
}

async function findWorkflow(sql: Sql, projectId: string, { workflow }: RunLine) {
  if (workflow === null) return { workflow_id: null, workflow_version: null };
  const [found] = await sql.query<{ id: string }>(
    `SELECT w.id FROM workflow w JOIN workflow_version v ON v.project_id = w.project_id AND v.workflow_id = w.id
    WHERE w.project_id = $1 AND w.name = $2 AND v.version = $3`,
    [projectId, workflow.name, workflow.version],
  );
  if (!found) throw badUnit('workflow', 'is a version of a workflow that is not here: it must come first');
  return { workflow_id: found.id, workflow_version: workflow.version };
}

/**
 * Where entries stand in the feed over all runs: before every transaction of this server, since what happened elsewhere and
 * earlier is no news to those who follow; and nowhere when they came with a fork (`settleFeed`, `fork-rows.ts`).
 */
const BEFORE_ALL = '1';
const INHERITED = '0';

async function writeBatch(db: Db, run: TargetRun, batch: RunBatch): Promise<void> {
  const sql = inTransaction(db);
  const { projectId, runId } = run;
  const known = await checkBatch(sql, run, batch);
  checkRows(batch, run);
  await writeMessages(sql, projectId, batch.message);
  await checkChains(sql, projectId, batch);
  await writeSteps(sql, run, batch, known);
  await writeExchanges(sql, run, batch, known);
  await writeDocuments(sql, run, batch, known);
  const last = batch.entry.at(-1);
  if (!last) return;
  await insertRows(sql, projectId, {
    table: 'entry',
    columns: {
      run_id: 'uuid',
      revision: 'int',
      at: 'timestamptz',
      xid: 'xid8',
      actor: 'text',
      kind: 'text',
      changes: 'jsonb',
    },
    rows: batch.entry.map(({ revision, at, actor, kind, changes }) => ({
      run_id: runId,
      revision,
      at,
      xid: revision <= run.forkedAt ? INHERITED : BEFORE_ALL,
      actor,
      kind,
      changes,
    })),
  });
  await moveHead(sql, run, batch);
  await awaitIndexing(sql, run, batch);
  await applyPurges(db, run, batch);
}

/** The run shows what its newest state says. */
async function moveHead(
  sql: Sql,
  { projectId, runId }: TargetRun,
  { entry, state }: RunBatch,
): Promise<void> {
  const last = entry.at(-1);
  const [previous] = await sql.query<{ at: string }>(
    `SELECT ${exactTime('last_at')} AS at FROM run WHERE project_id = $1 AND id = $2`,
    [projectId, runId],
  );
  let before = previous?.at ?? '';
  for (const { index, at } of entry) {
    if (at < before) throw badLine(index, 'at', 'is earlier than the entry before');
    before = at;
  }
  await sql.query(
    'UPDATE run SET revision = $3, last_at = $4::timestamptz WHERE project_id = $1 AND id = $2',
    [projectId, runId, last?.revision ?? 0, last?.at ?? null],
  );
  const newest = state.at(-1);
  if (!newest) return;
  await sql.query(
    `UPDATE run SET status = $3, goal = $4, metadata = $5::jsonb, finished_revision = $6
    WHERE project_id = $1 AND id = $2`,
    [
      projectId,
      runId,
      newest.status,
      toExactJsonOrNull(newest.goal),
      JSON.stringify(newest.metadata),
      newest.finishedRevision,
    ],
  );
}

/** As a backlog: who searches need not wait for all of it, and is told that there is more. */
async function awaitIndexing(sql: Sql, { projectId, runId }: TargetRun, batch: RunBatch): Promise<void> {
  const { exchange, close, version } = batch;
  const revisions = [...new Set([...exchange, ...close, ...version].map(({ revision }) => revision))];
  await sql.query(
    `INSERT INTO search_pending (project_id, backlog, kind, id, revision)
    SELECT $1, true, 'commit', $2, r FROM unnest($3::int[]) AS r ON CONFLICT DO NOTHING`,
    [projectId, runId, revisions],
  );
}
