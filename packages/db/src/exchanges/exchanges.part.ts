import { type ExchangesService, LedgerError } from '@stepledger/contract';
import type { BlobRef } from '../blobs/stored-blob.ts';
import type { Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import type { CommitScope, Part, RunScope } from '../ledger/part.ts';
import type { Statement } from '../ledger/statement.ts';
import { STEP_ID } from '../steps/steps.part.ts';
import type { AttemptRow } from './attempt-rows.ts';

type OpenFields = Omit<Parameters<ExchangesService['open']>[0], 'idempotencyKey' | 'runId' | 'leaseSeconds'>;
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
  readonly leaseSeconds?: number;
  /** Set when it is closed at once. */
  readonly close?: ExchangeClose;
  /** How the parse that is written with it ended, if there is one. */
  readonly parse?: 'completed' | 'failed';
}

/** Writes a new exchange, open or closed at once. Needs `the_step`, `the_prompt` and `new_messages`. */
export function newExchangePart(exchange: NewExchange): Part {
  const { open, close } = exchange;
  return {
    write(scope) {
      const { statement, project } = scope;
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
        prompt_hash: statement.bind(exchange.tip, 'bytea'),
        message_count: statement.bind(open.messages.length, 'int'),
        provider: statement.bind(open.provider ?? null, 'text'),
        model: statement.bind(open.model ?? null, 'text'),
        parameters: statement.bind(toExactJsonOrNull(open.parameters), 'text'),
        metadata: statement.bind(JSON.stringify(open.metadata ?? {}), 'jsonb'),
        parse_count: exchange.parse ? '1' : '0',
        parsed_revision: exchange.parse === 'completed' ? 'r.revision' : 'NULL',
        ...(close
          ? closeColumns(statement, close)
          : {
              status: `'pending'`,
              lease_until: `clock_timestamp() + make_interval(secs => ${statement.bind(exchange.leaseSeconds ?? 0, 'int')})`,
            }),
      };
      statement.with(
        'new_exchange',
        `INSERT INTO exchange (${Object.keys(columns).join(', ')})
        SELECT ${Object.values(columns).join(', ')} FROM run_head r CROSS JOIN the_prompt p RETURNING id`,
      );
      if (close) writeAttempts(scope, exchange.id, close.attempts);
      return {
        conditions: ['EXISTS (SELECT FROM new_exchange)'],
        changes: [changed('new_exchange', close ? 'record' : 'open')],
      };
    },
  };
}

/** Closes an open exchange; refused with INVALID_STATE when it is closed already. */
export function closeExchangePart(exchangeId: string, close: ExchangeClose): Part {
  return {
    write(scope) {
      const { statement, project } = scope;
      const sets = Object.entries(closeColumns(statement, close)).map(
        ([column, sql]) => `${column} = ${sql}`,
      );
      statement.with(
        'closed_exchange',
        `UPDATE exchange e SET ${sets.join(', ')} FROM run_head r
        WHERE e.project_id = ${project} AND e.id = ${statement.bind(exchangeId, 'uuid')} AND e.run_id = r.id
          AND e.status IN ('pending', 'streaming') RETURNING e.id`,
      );
      writeAttempts(scope, exchangeId, close.attempts);
      return {
        conditions: ['EXISTS (SELECT FROM closed_exchange)'],
        changes: [changed('closed_exchange', close.status === 'completed' ? 'complete' : 'fail')],
      };
    },
    explain: (sql, run) => explainExchange(sql, run, { exchangeId, allowed: ['pending', 'streaming'] }),
  };
}

/** Why an exchange could not be written to; null when it can. */
export async function explainExchange(
  sql: Sql,
  run: RunScope,
  { exchangeId, allowed }: { exchangeId: string; allowed: readonly string[] },
): Promise<LedgerError | null> {
  const [exchange] = await sql.query<{ status: string; purged: boolean }>(
    `SELECT status, purged_revision IS NOT NULL AS purged FROM exchange
    WHERE project_id = $1 AND run_id = $2 AND id = $3`,
    [run.projectId, run.runId, exchangeId],
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

function writeAttempts(
  { statement, project }: CommitScope,
  exchangeId: string,
  attempts: readonly AttemptRow[],
): void {
  if (attempts.length === 0) return;
  statement.with(
    'new_attempts',
    `INSERT INTO exchange_attempt (project_id, exchange_id, attempt, status, http_status, request_sha256,
      request_encoding, response_sha256, response_encoding, error, started_at, first_byte_ms, total_ms)
    SELECT ${project}, ${statement.bind(exchangeId, 'uuid')}, a.attempt, a.status, a.http_status,
      decode(a.request_sha256, 'hex'), a.request_encoding, decode(a.response_sha256, 'hex'), a.response_encoding,
      a.error, a.started_at, a.first_byte_ms, a.total_ms
    FROM run_head, jsonb_to_recordset(${statement.bind(JSON.stringify(attempts), 'jsonb')})
      AS a(attempt int, status text, http_status int, request_sha256 text, request_encoding text,
        response_sha256 text, response_encoding text, error text, started_at timestamptz, first_byte_ms int,
        total_ms int)`,
  );
}
