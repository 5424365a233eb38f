import { type ExchangesService, LedgerError } from '@stepledger/contract';
import type { BlobRef } from '../blobs/stored-blob.ts';
import type { Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import type { Part, RunScope } from '../ledger/part.ts';
import type { Statement } from '../ledger/statement.ts';
import { STEP_ID } from '../steps/steps.part.ts';
import { type AttemptRow, writeAttempts } from './attempt-rows.ts';
import { explainMemo, type Memo, writeMemo } from './memo.ts';
import { StreamMoved, type StreamState } from './streams.ts';

type OpenInput = Parameters<ExchangesService['open']>[0];
type OpenFields = Pick<
  OpenInput,
  'step' | 'messages' | 'prompt' | 'variables' | 'uses' | 'provider' | 'model' | 'parameters' | 'metadata'
>;
type CompleteFields = Parameters<ExchangesService['complete']>[0];

export interface ExchangeClose
  extends Pick<CompleteFields, 'responseModel' | 'usage' | 'startedAt' | 'firstByteMs' | 'totalMs'> {
  readonly attempts: readonly AttemptRow[];
  readonly status: 'completed' | 'failed';
  readonly response: BlobRef | null;
  readonly error: string | undefined;
}

export interface NewExchange {
  readonly id: string;
  readonly open: OpenFields;
  /** The hash of the last message of the chain. */
  readonly tip: Buffer;
  /** The manifest of the context that the messages were built with, if there is one. */
  readonly context?: BlobRef | undefined;
  readonly leaseSeconds?: number;
  /** What it is asked for, when no other exchange of its step may be asked for the same. */
  readonly memo?: Memo;
  /** Set when it is closed at once. */
  readonly close?: ExchangeClose;
  /** How the parse that is written with it ended, if there is one. */
  readonly parse?: 'completed' | 'failed';
}

/** Writes a new exchange, open or closed at once. Needs `the_step`, `the_prompt` and `new_messages`. */
export function newExchangePart(exchange: NewExchange): Part {
  const { open, close, memo } = exchange;
  return {
    write(scope) {
      const { statement, project } = scope;
      const isFree = memo ? writeMemo(scope, memo) : null;
      const columns: Record<string, string> = {
        project_id: project,
        id: statement.bind(exchange.id, 'uuid'),
        run_id: 'r.id',
        step_id: STEP_ID,
        opened_revision: 'r.revision',
        opened_at: 'r.last_at',
        prompt_id: 'p.prompt_id',
        prompt_version: 'p.version',
        variables: statement.bind(toExactJsonOrNull(open.variables), 'text'),
        uses: statement.bind(JSON.stringify(open.uses ?? []), 'jsonb'),
        prompt_hash: statement.bind(exchange.tip, 'bytea'),
        message_count: statement.bind(open.messages.length, 'int'),
        context_sha256: statement.bind(exchange.context?.sha256 ?? null, 'bytea'),
        context_encoding: statement.bind(exchange.context?.encoding ?? null, 'text'),
        memo_key: statement.bind(memo?.key ?? null, 'bytea'),
        asked_memo_key: statement.bind(memo?.asked ?? null, 'bytea'),
        provider: statement.bind(open.provider ?? null, 'text'),
        model: statement.bind(open.model ?? null, 'text'),
        parameters: statement.bind(toExactJsonOrNull(open.parameters), 'text'),
        metadata: statement.bind(JSON.stringify(open.metadata ?? {}), 'jsonb'),
        parse_count: exchange.parse ? '1' : '0',
        parsed_revision: exchange.parse === 'completed' ? 'r.revision' : 'NULL',
        ...(close ? closeColumns(statement, close) : openColumns(statement, exchange)),
      };
      statement.with(
        'new_exchange',
        `INSERT INTO exchange (${Object.keys(columns).join(', ')})
        SELECT ${Object.values(columns).join(', ')} FROM run_head r CROSS JOIN the_prompt p
        ${isFree ? `WHERE ${isFree}` : ''} RETURNING id, uses`,
      );
      if (close) {
        writeAttempts(scope, { exchangeId: exchange.id, attempts: close.attempts, from: 'run_head' });
      }
      const unknown = open.uses?.length
        ? [`NOT EXISTS (${unknownUses(project, columns['uses'] ?? '')})`]
        : [];
      return {
        searchable: true,
        conditions: ['EXISTS (SELECT FROM new_exchange)', ...unknown],
        changes: [changed('new_exchange', close ? 'record' : 'open')],
      };
    },
    explain: (sql, run) => explainNew(sql, run, exchange),
  };
}

/** SQL of those of a jsonb list of document versions that the project does not have. Versions never go but with their run. */
function unknownUses(project: string, uses: string): string {
  return `SELECT u."documentId" || '@' || u.version AS id
    FROM jsonb_to_recordset(${uses}) AS u("documentId" uuid, version int)
    WHERE NOT EXISTS (SELECT FROM document_version v
      WHERE v.project_id = ${project} AND v.document_id = u."documentId" AND v.version = u.version)`;
}

/** Whether the caller's id is taken, a document version is not there, or another exchange holds the memo key. */
async function explainNew(
  sql: Sql,
  run: RunScope,
  { id, open, memo }: NewExchange,
): Promise<LedgerError | null> {
  const [taken] = await sql.query('SELECT 1 FROM exchange WHERE project_id = $1 AND id = $2', [
    run.projectId,
    id,
  ]);
  if (taken) return new LedgerError('ALREADY_EXISTS', { type: 'exchange', id });
  const [unknown] = await sql.query<{ id: string }>(`${unknownUses('$1', '$2::jsonb')} LIMIT 1`, [
    run.projectId,
    JSON.stringify(open.uses ?? []),
  ]);
  if (unknown) return new LedgerError('NOT_FOUND', { type: 'document version', id: unknown.id });
  return memo ? explainMemo(sql, { ...run, step: open.step, memo }) : null;
}

export interface ClosingOptions {
  /** The stream as it was when what is stored of it was read: refused with `StreamMoved` when it has moved. */
  readonly seen?: StreamState | undefined;
  /** Refused with INVALID_STATE when its writer has shown a sign of life. */
  readonly onlyInterrupted?: boolean | undefined;
}

/** Closes an open exchange with its chunks, as `closed_exchange`; refused with INVALID_STATE when it is closed already. */
export function closeExchangePart(
  exchangeId: string,
  close: ExchangeClose,
  { seen, onlyInterrupted = false }: ClosingOptions,
): Part {
  return {
    write(scope) {
      const { statement, project } = scope;
      const sets = Object.entries(closeColumns(statement, close)).map(
        ([column, sql]) => `${column} = ${sql}`,
      );
      const where = [
        `e.project_id = ${project} AND e.id = ${statement.bind(exchangeId, 'uuid')} AND e.run_id = r.id`,
        `e.status IN ('pending', 'streaming')`,
      ];
      if (onlyInterrupted) where.push('e.lease_until <= clock_timestamp()');
      if (seen) {
        const state = `${statement.bind(seen.attempt, 'int')}, ${statement.bind(seen.bytes, 'int')}`;
        where.push(`ROW(e.stream_attempt, e.stream_bytes) IS NOT DISTINCT FROM ROW(${state})`);
      }
      statement.with(
        'closed_exchange',
        `UPDATE exchange e SET ${sets.join(', ')} FROM run_head r WHERE ${where.join(' AND ')}
        RETURNING e.id, e.stream_attempt, e.stream_bytes`,
      );
      writeAttempts(scope, { exchangeId, attempts: close.attempts, from: 'closed_exchange' });
      statement.with(
        'folded_chunks',
        `DELETE FROM exchange_chunk c USING closed_exchange x
        WHERE c.project_id = ${project} AND c.exchange_id = x.id`,
      );
      return {
        searchable: true,
        conditions: [chunksAreKnown(project)],
        changes: [changed('closed_exchange', close.status === 'completed' ? 'complete' : 'fail')],
      };
    },
    async explain(sql, run) {
      const refusal = await explainExchange(sql, run, { exchangeId, allowed: ['pending', 'streaming'] });
      return refusal ?? explainOpen(sql, run, { exchangeId, seen, onlyInterrupted });
    },
  };
}

/** That no append slipped in between the snapshot, by which chunks are found, and the lock. */
function chunksAreKnown(project: string): string {
  return `EXISTS (SELECT FROM closed_exchange x JOIN exchange s ON s.project_id = ${project} AND s.id = x.id
    WHERE ROW(s.stream_attempt, s.stream_bytes) IS NOT DISTINCT FROM ROW(x.stream_attempt, x.stream_bytes))`;
}

/** Why an exchange that is open could not be closed; null when it can. */
async function explainOpen(
  sql: Sql,
  { projectId }: RunScope,
  { exchangeId, seen, onlyInterrupted }: ClosingOptions & { exchangeId: string },
): Promise<LedgerError | null> {
  const [row] = await sql.query<{
    status: string;
    lives: boolean;
    attempt: number | null;
    bytes: number | null;
  }>(
    `SELECT status, lease_until > clock_timestamp() AS lives, stream_attempt AS attempt, stream_bytes AS bytes
    FROM exchange WHERE project_id = $1 AND id = $2`,
    [projectId, exchangeId],
  );
  if (!row) return null;
  if (onlyInterrupted && row.lives) {
    const { status } = row;
    return new LedgerError('INVALID_STATE', {
      type: 'exchange',
      id: exchangeId,
      status,
      allowed: ['interrupted'],
    });
  }
  if (!seen || (row.attempt === seen.attempt && row.bytes === seen.bytes)) return null;
  return new StreamMoved(exchangeId, { expected: seen.bytes ?? 0, actual: row.bytes ?? 0 });
}

/** Why an exchange could not be written to; null when it can. */
export async function explainExchange(
  sql: Sql,
  { projectId }: Pick<RunScope, 'projectId'>,
  { exchangeId, allowed }: { exchangeId: string; allowed: readonly string[] },
): Promise<LedgerError | null> {
  const [exchange] = await sql.query<{ status: string; purged: boolean }>(
    'SELECT status, purged_revision IS NOT NULL AS purged FROM exchange WHERE project_id = $1 AND id = $2',
    [projectId, exchangeId],
  );
  const named = { type: 'exchange', id: exchangeId };
  if (!exchange) return new LedgerError('NOT_FOUND', named);
  if (exchange.purged) return new LedgerError('PURGED', { ...named, version: 1 });
  if (allowed.includes(exchange.status)) return null;
  return new LedgerError('INVALID_STATE', { ...named, status: exchange.status, allowed: [...allowed] });
}

function changed(cte: string, change: string): string {
  return `(SELECT jsonb_agg(jsonb_build_object('what', 'exchange', 'id', id, 'change', '${change}')) FROM ${cte})`;
}

function openColumns(statement: Statement, { leaseSeconds }: NewExchange): Record<string, string> {
  const lease = statement.bind(leaseSeconds ?? 0, 'float8');
  return {
    status: `'pending'`,
    lease_seconds: lease,
    lease_until: `clock_timestamp() + make_interval(secs => ${lease})`,
  };
}

function closeColumns(statement: Statement, close: ExchangeClose): Record<string, string> {
  const { response } = close;
  return {
    status: statement.bind(close.status, 'text'),
    closed_revision: 'r.revision',
    closed_at: 'r.last_at',
    lease_until: 'NULL',
    response_sha256: statement.bind(response?.sha256 ?? null, 'bytea'),
    response_encoding: statement.bind(response?.encoding ?? null, 'text'),
    response_size: statement.bind(response?.size ?? null, 'int'),
    response_model: statement.bind(close.responseModel ?? null, 'text'),
    usage: statement.bind(close.usage ? JSON.stringify(close.usage) : null, 'jsonb'),
    error: statement.bind(toExactJsonOrNull(close.error), 'text'),
    started_at: statement.bind(close.startedAt ?? null, 'timestamptz'),
    first_byte_ms: statement.bind(close.firstByteMs ?? null, 'int'),
    total_ms: statement.bind(close.totalMs ?? null, 'int'),
  };
}
