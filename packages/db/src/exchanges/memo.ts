import { createHash } from 'node:crypto';
import {
  type ExchangeStatus,
  LedgerError,
  type OpenedExchange,
  type StepRef,
  type VersionRef,
} from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { CommitScope, RunScope } from '../ledger/part.ts';
import { toTime } from '../time.ts';

/** What an exchange is asked for: of those of a step that have not failed, at most one holds a key. */
export interface Memo {
  /** What the caller asked for. */
  readonly asked: Buffer;
  /** The key that is held: of what was asked for and of the versions that were used. */
  readonly key: Buffer;
  /** Takes the key off whoever holds it. */
  readonly force: boolean;
}

/**
 * Joins what was asked for with the versions that are used.
 *
 * The ledger does it, and not who asks: a fork has other ids for the same documents, and computes the key anew of them
 * (`heldMemoKey`), so that whoever asks there for the same finds the answer that came with it.
 */
export function toMemo(asked: string, uses: readonly VersionRef[] = [], force: boolean): Memo {
  const key = Buffer.from(asked, 'hex');
  if (uses.length === 0) return { asked: key, key, force };
  const names = new Set(uses.map(({ documentId, version }) => `${documentId.toLowerCase()}@${version}`));
  const hash = createHash('sha256')
    .update(key)
    .update([...names].sort().join());
  return { asked: key, key: hash.digest(), force };
}

/** SQL of the same: of the asked key and a jsonb list of document versions. */
export function heldMemoKey(asked: string, uses: string): string {
  return `CASE WHEN ${uses} = '[]' THEN ${asked} ELSE sha256(${asked} || convert_to((
    SELECT string_agg(DISTINCT name, ',' ORDER BY name) FROM (
      SELECT ((u ->> 'documentId')::uuid::text || '@' || (u ->> 'version')) COLLATE "C" AS name
      FROM jsonb_array_elements(${uses}) u) names), 'UTF8')) END`;
}

interface MemoPlace extends RunScope {
  readonly step: StepRef;
  readonly memo: Memo;
}

/** Another exchange of the step holds the memo key; whoever opened this one answers that one. */
export class MemoHeld extends LedgerError<'ALREADY_EXISTS'> {
  constructor(exchangeId: string) {
    super('ALREADY_EXISTS', { type: 'exchange', id: exchangeId });
  }
}

/**
 * Makes room for a new exchange in the unique index of memo keys: by force the holder loses its key.
 *
 * @returns the condition by which the INSERT waits for that; null when there is nothing to wait for.
 */
export function writeMemo({ statement, project }: CommitScope, { key, force }: Memo): string | null {
  if (!force) return null;
  statement.with(
    'released',
    `UPDATE exchange e SET memo_key = NULL, memo_lost_revision = r.revision
    FROM run_head r CROSS JOIN the_step s
    WHERE e.project_id = ${project} AND e.run_id = r.id AND e.step_id = s.id
      AND e.memo_key = ${statement.bind(key, 'bytea')} AND e.status <> 'failed'
    RETURNING 1`,
  );
  return '(SELECT count(*) FROM released) >= 0';
}

export async function explainMemo(sql: Sql, place: MemoPlace): Promise<LedgerError | null> {
  // By force, a holder that came after the statement's snapshot is seen by its next turn.
  if (place.memo.force) return null;
  const holder = await findHolder(sql, place);
  return holder ? new MemoHeld(holder.answer.exchangeId) : null;
}

export interface Holder {
  readonly answer: OpenedExchange;
  /** Open, and its writer has let its lease run out. */
  readonly isInterrupted: boolean;
}

interface HolderRow {
  id: string;
  run_id: string;
  step_id: string;
  opened_revision: number;
  opened_at: Date;
  status: ExchangeStatus;
  lease_ms: number | null;
  prompt_version: number | null;
}

/** The exchange that holds a memo key, as `exchanges.open` answers it. */
export async function findHolder(
  sql: Sql,
  { projectId, runId, step, memo }: MemoPlace,
): Promise<Holder | null> {
  const [row] = await sql.query<HolderRow>(
    `SELECT e.id, e.run_id, e.step_id, e.opened_revision, e.opened_at, e.status, ${LEASE_MS} AS lease_ms,
      e.prompt_version
    FROM step s JOIN exchange e ON e.project_id = s.project_id AND e.step_id = s.id
    WHERE s.project_id = $1 AND s.run_id = $2 AND s.name = $3 AND s.key = $4
      AND e.memo_key = $5 AND e.status <> 'failed'`,
    [projectId, runId, step.name, step.key, memo.key],
  );
  if (!row) return null;
  return {
    answer: {
      runId: row.run_id,
      revision: row.opened_revision,
      at: toTime(row.opened_at),
      exchangeId: row.id,
      stepId: row.step_id,
      created: false,
      status: row.status,
      leaseRemainingMs: row.lease_ms,
      promptVersion: row.prompt_version,
    },
    isInterrupted: row.lease_ms === 0,
  };
}

/** SQL of how long the writer of the exchange `e` may still be silent: 0 once its lease ran out, null when closed. */
export const LEASE_MS = `CASE WHEN e.lease_until IS NOT NULL
  THEN greatest(0, ceil(extract(epoch FROM e.lease_until - clock_timestamp()) * 1000))::int END`;
