import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '@stepledger/contract';
import { writeRequest } from '../ledger/commit.ts';
import type { CommitScope } from '../ledger/part.ts';
import { Statement } from '../ledger/statement.ts';
import { findAnswer, isRace, type MutationRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { explainExchange } from './exchanges.part.ts';
import { LEASE_MS } from './memo.ts';

/** A write to an exchange that is still open: no lock of its run, no revision, no entry. */
export interface OpenWrite {
  readonly request: MutationRequest;
  readonly exchangeId: string;
  /**
   * Adds the common table expression `the_exchange`, which has a row when the exchange is as it must be, and what
   * selects from it; answers SQL of the answer's fields by name, read from `the_exchange x`. The next of several is
   * tried when the one before found no row.
   */
  readonly writes: readonly ((scope: CommitScope, id: string) => Readonly<Record<string, string>>)[];
  /** Why an open exchange was not as it must be; null when trying again may help. */
  readonly explain?: () => Promise<LedgerError | null>;
}

const MAX_TURNS = 8;

/**
 * Writes by one statement with bind parameters, all or nothing, and remembers the answer under the idempotency key.
 *
 * What it decides on stands in the exchange's own row, which the statement locks.
 *
 * @throws NOT_FOUND, PURGED or INVALID_STATE when the exchange is not open; what `explain` answers; IDEMPOTENCY_CONFLICT.
 */
export async function writeOpen<Answer>(context: StoreContext, call: OpenWrite): Promise<Answer> {
  const { connection, scope } = context;
  const { request, exchangeId } = call;
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const tried = await tryWrites<Answer>(context, call);
    if (tried !== null && tried !== 'race') return tried.result;
    const answer = await findAnswer(context, request);
    if (answer !== null) return JSON.parse(answer) as Answer;
    if (tried === null) {
      const refusal =
        (await explainExchange(connection, scope, { exchangeId, allowed: ['pending', 'streaming'] })) ??
        (await call.explain?.());
      if (refusal) throw refusal;
    }
    await sleep(Math.random() * 5 * turn);
  }
  throw new LedgerError('UNAVAILABLE', { reason: 'The exchange is too busy now; try again' });
}

/** The first answer of the writes; null when none found the exchange as it must be. */
async function tryWrites<Answer>(
  { connection, scope }: StoreContext,
  call: OpenWrite,
): Promise<{ result: Answer } | 'race' | null> {
  try {
    for (const write of call.writes) {
      const { text, values } = toStatement(scope.projectId, call, write);
      const [row] = await connection.query<{ result: Answer }>(text, values);
      if (row) return row;
    }
    return null;
  } catch (error) {
    if (isRace(error)) return 'race';
    throw error;
  }
}

function toStatement(
  projectId: string,
  { request, exchangeId }: OpenWrite,
  write: OpenWrite['writes'][number],
): { text: string; values: Statement['values'] } {
  const statement = new Statement();
  const scope = { statement, project: statement.bind(projectId, 'uuid') };
  const answer = write(scope, statement.bind(exchangeId, 'uuid'));
  const fields = Object.entries(answer).map(([field, sql]) => `'${field}', ${sql}`);
  statement.with('answer', `SELECT jsonb_build_object(${fields.join(', ')}) AS result FROM the_exchange x`);
  writeRequest(scope, request);
  return { text: statement.text('SELECT result FROM answer'), values: statement.values };
}

/**
 * Updates an open exchange and renews its lease, as `the_exchange`: also one whose lease ran out, as long as nobody
 * has closed it.
 */
export function touchExchange(
  { statement, project }: CommitScope,
  id: string,
  { sets = [], where = [] }: { sets?: readonly string[]; where?: readonly string[] } = {},
): void {
  const changes = ['lease_until = clock_timestamp() + make_interval(secs => e.lease_seconds)', ...sets];
  const conditions = [
    `e.project_id = ${project}`,
    `e.id = ${id}`,
    `e.status IN ('pending', 'streaming')`,
    ...where,
  ];
  statement.with(
    'the_exchange',
    `UPDATE exchange e SET ${changes.join(', ')} WHERE ${conditions.join(' AND ')}
    RETURNING e.id, e.status, e.stream_attempt, e.stream_bytes, ${LEASE_MS} AS lease_ms`,
  );
}
