import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '@stepledger/contract';
import { toDatabaseFault } from '../pg-errors.ts';
import { findAnswer, isRace, type MutationRequest } from '../requests/requests.ts';
import { awaitIndexing } from '../search/indexing/pending.ts';
import type { StoreContext } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import type { CommitScope, Part, Written } from './part.ts';
import { explainRun, findRun, type RunChange, writeRunHead } from './run-head.ts';
import { lockRun } from './run-lock.ts';
import { type RunTarget, targetNotFound } from './run-target.ts';
import { Statement } from './statement.ts';

/** One atomic call on a run: it takes the run's next revision and writes one entry. */
export interface Commit {
  readonly request: MutationRequest;
  readonly target: RunTarget;
  readonly change?: RunChange;
  readonly parts: readonly Part[];
  /** Runs the parts' checks at once, where it is known that they are needed. */
  readonly checkFirst?: boolean;
  /** What is known before the commit and belongs to its answer, such as the ids made for new rows. */
  readonly known?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The fields that every commit answers. */
export interface Committed {
  runId: string;
  revision: number;
  at: string;
}

/** Left to itself, PostgreSQL writes times into JSON with an offset and microseconds, which no answer may have. */
const WIRE_TIME = `to_char(r.last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Turns before a commit that keeps losing races gives up; one is the rule, two happen. */
const MAX_TURNS = 8;

/**
 * Writes a commit by one statement with bind parameters, all or nothing.
 *
 * The statement locks the run's row first. Its snapshot is older than the lock, so whatever it decides on is read
 * through a lock: a condition that does not hold makes the entry's revision NULL, which PostgreSQL refuses, and with
 * it the whole statement. Only then a second statement names the reason.
 *
 * Races end in a unique or foreign key violation and are tried again with a fresh snapshot: two writers made the same
 * step at once, or a purge took a blob away that this call was about to share.
 *
 * @throws LedgerError of the part that refused; IDEMPOTENCY_CONFLICT.
 */
export async function commit<Answer extends Committed>(context: StoreContext, call: Commit): Promise<Answer> {
  for (let turn = 1; ; turn++) {
    const checked = (turn > 1 || call.checkFirst === true) && call.parts.some(({ check }) => check);
    try {
      const [row] = await (checked ? sendChecked<Answer>(context, call) : send<Answer>(context, call));
      if (row) {
        context.announce(row.result.runId);
        return row.result;
      }
    } catch (error) {
      const retry = isRefused(error) || isRace(error);
      const repeated = retry || error instanceof LedgerError;
      const answer = repeated ? await findAnswer(context, call.request) : null;
      if (answer !== null) return JSON.parse(answer) as Answer;
      if (!retry || (turn >= MAX_TURNS && isRace(error))) throw error;
    }
    const reason = await explain(context, call);
    if (reason) {
      // The first turn of a repeated call may have moved what this one checked.
      const answer = await findAnswer(context, call.request);
      if (answer !== null) return JSON.parse(answer) as Answer;
      throw reason;
    }
    if (turn >= MAX_TURNS) {
      throw new LedgerError('UNAVAILABLE', { reason: 'The run is too busy now; try again' });
    }
    await sleep(Math.random() * 5 * turn);
  }
}

function send<Answer>(context: StoreContext, call: Commit): Promise<{ result: Answer }[]> {
  const { text, values } = toStatement(context, call, false);
  return context.connection.query(text, values);
}

/** The same in a transaction that locks the run by a statement of its own, and checks what needs the lock. */
function sendChecked<Answer>(context: StoreContext, call: Commit): Promise<{ result: Answer }[]> {
  return context.transaction(async (db) => {
    const sql = inTransaction(db);
    const run = await lockRun(sql, context.scope.projectId, call.target);
    for (const part of call.parts) {
      const reason = await part.check?.(sql, run);
      if (reason) throw reason;
    }
    const { text, values } = toStatement(context, call, true);
    return sql.query(text, values);
  });
}

function toStatement(
  context: StoreContext,
  call: Commit,
  checked: boolean,
): { text: string; values: Statement['values'] } {
  const statement = new Statement();
  const scope: CommitScope = { statement, project: statement.bind(context.scope.projectId, 'uuid'), checked };
  const run = writeRunHead(scope, call.target, call.change);
  const written: Written[] = [run, ...call.parts.map((part) => part.write(scope))];
  const conditions = written.flatMap((part) => part.conditions ?? []);
  const changes = written.flatMap((part) => part.changes ?? []);
  const answer = Object.assign({}, ...written.map((part) => part.answer ?? {})) as Record<string, string>;

  statement.with(
    'new_entry',
    `INSERT INTO entry (project_id, run_id, revision, at, xid, actor, kind, changes)
    SELECT ${scope.project}, r.id, ${holds(conditions, 'r.revision')}, r.last_at, r.last_xid,
      ${statement.bind(context.scope.actor, 'text')}, ${statement.bind(call.request.procedure, 'text')},
      ${changes.length > 0 ? changes.join(' || ') : `'[]'::jsonb`}
    FROM run_head r`,
  );
  if (written.some(({ searchable }) => searchable)) awaitIndexing(scope);
  statement.with(
    'answer',
    `SELECT ${statement.bind(JSON.stringify(call.known ?? {}), 'jsonb')} || jsonb_build_object(
      'runId', r.id, 'revision', r.revision, 'at', ${WIRE_TIME}
      ${Object.entries(answer)
        .map(([field, sql]) => `, '${field}', ${sql}`)
        .join('')}) AS result
    FROM run_head r`,
  );
  writeRequest(scope, call.request);
  return { text: statement.text('SELECT result FROM answer'), values: statement.values };
}

/**
 * Remembers the `answer` of a statement under its idempotency key.
 *
 * Last, and by a plain INSERT: with ON CONFLICT, repeated calls would each take a revision (337 for 50, tried).
 */
export function writeRequest({ statement, project }: CommitScope, request: MutationRequest): void {
  if (!request.keyHash) return;
  statement.with(
    'new_request',
    `INSERT INTO request (project_id, key_hash, procedure, input_hash, result, at)
    SELECT ${project}, ${statement.bind(request.keyHash, 'bytea')}, ${statement.bind(request.procedure, 'text')},
      ${statement.bind(request.inputHash, 'bytea')}, a.result::text, clock_timestamp()
    FROM answer a`,
  );
}

function holds(conditions: readonly string[], value: string): string {
  return conditions.length === 0 ? value : `CASE WHEN ${conditions.join(' AND ')} THEN ${value} END`;
}

/** Whether the statement aborted itself because a condition did not hold. */
function isRefused(error: unknown): boolean {
  const fault = toDatabaseFault(error);
  return fault?.code === '23502' && fault.column === 'revision';
}

/** Names the reason; null when nothing stands in the way any more. */
async function explain(context: StoreContext, call: Commit): Promise<LedgerError | null> {
  const { connection, scope } = context;
  const run = await findRun(connection, scope.projectId, call.target);
  if (!run) return targetNotFound(call.target);
  const reason = explainRun(run, call.change);
  if (reason) return reason;
  for (const part of call.parts) {
    const reason = await part.explain?.(connection, { projectId: scope.projectId, runId: run.id });
    if (reason) return reason;
  }
  return null;
}
