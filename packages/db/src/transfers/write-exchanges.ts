import type { RowLineOf } from '@stepledger/contract';
import { fromBlobId } from '../blobs/stored-blob.ts';
import type { Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { toHeadersJson } from '../exchanges/headers-json.ts';
import { toMemo } from '../exchanges/memo.ts';
import type { Known } from './check-batch.ts';
import type { TargetRun } from './import-run.ts';
import { insertRows, updateRows } from './insert-rows.ts';
import type { Placed, RunBatch } from './run-batch.ts';

const TIMES = { started_at: 'timestamptz', first_byte_ms: 'int', total_ms: 'int' } as const;

const CLOSE = {
  status: 'text',
  closed_revision: 'int',
  closed_at: 'timestamptz',
  lease_until: 'timestamptz',
  response_sha256: 'bytea',
  response_encoding: 'text',
  response_size: 'int',
  response_model: 'text',
  usage: 'jsonb',
  error: 'text',
  ...TIMES,
} as const;

type CloseRow = ReturnType<typeof toClose>;

/**
 * Writes exchanges with their attempts and parses.
 *
 * Those that were here before are closed first, since a new one may hold the memo key of one that failed. One that is
 * open has a lease that has run out: nobody writes to it here, and whoever asks for the same takes it over.
 */
export async function writeExchanges(sql: Sql, run: TargetRun, batch: RunBatch, known: Known): Promise<void> {
  const closes = new Map(batch.close.map((line) => [line.exchangeId, toClose(line, known)]));
  const parses = countParses(batch.parse);
  const { projectId } = run;
  await updateRows(sql, projectId, {
    table: 'exchange',
    columns: CLOSE,
    rows: [...closes].filter(([id]) => known.exchanges.has(id)).map(([id, close]) => ({ id, ...close })),
  });
  await releaseMemoKeys(sql, run, batch.exchange);
  await insertExchanges(sql, run, { exchanges: batch.exchange, closes, parses, known });
  await writeAttempts(sql, projectId, batch.attempt);
  await writeParses(sql, run, { lines: batch.parse, parses, known });
}

function toClose(line: Placed<RowLineOf<'close'>>, { sizes }: Known) {
  const response = line.response === null ? null : fromBlobId(line.response);
  return {
    status: line.status as string,
    closed_revision: line.revision as number | null,
    closed_at: line.closedAt as string | null,
    lease_until: null as string | null,
    response_sha256: response?.sha256.toString('hex') ?? null,
    response_encoding: (response?.encoding ?? null) as string | null,
    response_size: line.response === null ? null : (sizes.get(line.response) ?? null),
    response_model: line.responseModel,
    usage: line.usage,
    error: toExactJsonOrNull(line.error),
    started_at: line.startedAt,
    first_byte_ms: line.firstByteMs,
    total_ms: line.totalMs,
  };
}

function openSince(at: string): CloseRow {
  return {
    status: 'pending',
    closed_revision: null,
    closed_at: null,
    lease_until: at,
    response_sha256: null,
    response_encoding: null,
    response_size: null,
    response_model: null,
    usage: null,
    error: null,
    started_at: null,
    first_byte_ms: null,
    total_ms: null,
  };
}

interface Parsed {
  count: number;
  /** The revision of the first that succeeded. */
  revision: number | null;
}

function countParses(lines: RunBatch['parse']): Map<string, Parsed> {
  const parses = new Map<string, Parsed>();
  for (const { exchangeId, status, revision } of lines) {
    const before = parses.get(exchangeId) ?? { count: 0, revision: null };
    const parsed = status === 'completed' ? revision : null;
    parses.set(exchangeId, { count: before.count + 1, revision: before.revision ?? parsed });
  }
  return parses;
}

/** Of a run that was here in part: who opened one of these by force took the key off its holder. */
async function releaseMemoKeys(
  sql: Sql,
  { projectId }: TargetRun,
  exchanges: RunBatch['exchange'],
): Promise<void> {
  const asked = exchanges.filter(({ memoKey }) => memoKey !== null);
  if (asked.length === 0) return;
  await sql.query(
    `UPDATE exchange e SET memo_key = NULL, memo_lost_revision = x.revision
    FROM json_to_recordset($2::json) AS x(step_id uuid, memo_key text, revision int)
    WHERE e.project_id = $1 AND e.step_id = x.step_id AND e.memo_key = decode(x.memo_key, 'hex') AND e.status <> 'failed'`,
    [
      projectId,
      JSON.stringify(
        asked.map((line) => ({ step_id: line.stepId, memo_key: heldKey(line), revision: line.revision })),
      ),
    ],
  );
}

function heldKey({ memoKey, uses }: RowLineOf<'exchange'>): string | null {
  return memoKey === null ? null : toMemo(memoKey, uses, false).key.toString('hex');
}

async function insertExchanges(
  sql: Sql,
  { projectId, runId }: TargetRun,
  {
    exchanges,
    closes,
    parses,
    known,
  }: {
    exchanges: RunBatch['exchange'];
    closes: ReadonlyMap<string, CloseRow>;
    parses: ReadonlyMap<string, Parsed>;
    known: Known;
  },
): Promise<void> {
  await insertRows(sql, projectId, {
    table: 'exchange',
    columns: {
      id: 'uuid',
      run_id: 'uuid',
      step_id: 'uuid',
      opened_revision: 'int',
      opened_at: 'timestamptz',
      lease_seconds: 'float8',
      prompt_id: 'uuid',
      prompt_version: 'int',
      variables: 'text',
      uses: 'jsonb',
      context_sha256: 'bytea',
      context_encoding: 'text',
      prompt_hash: 'bytea',
      message_count: 'int',
      memo_key: 'bytea',
      asked_memo_key: 'bytea',
      memo_lost_revision: 'int',
      provider: 'text',
      model: 'text',
      parameters: 'text',
      metadata: 'jsonb',
      parse_count: 'int',
      parsed_revision: 'int',
      purged_revision: 'int',
      origin_id: 'uuid',
      ...CLOSE,
    },
    rows: exchanges.map((line) => {
      const context = line.context === null ? null : fromBlobId(line.context);
      const close = closes.get(line.id) ?? openSince(line.openedAt);
      return {
        id: line.id,
        run_id: runId,
        step_id: line.stepId,
        opened_revision: line.revision,
        opened_at: line.openedAt,
        lease_seconds: close.status === 'pending' ? LEASE_SECONDS : null,
        prompt_id: line.prompt === null ? null : known.prompts.get(line.prompt.name)?.id,
        prompt_version: line.prompt?.version ?? null,
        variables: toExactJsonOrNull(line.variables),
        uses: line.uses,
        context_sha256: context?.sha256.toString('hex') ?? null,
        context_encoding: context?.encoding ?? null,
        prompt_hash: line.message,
        message_count: line.messageCount,
        memo_key: line.memoLostRevision === null ? heldKey(line) : null,
        asked_memo_key: line.memoKey,
        memo_lost_revision: line.memoLostRevision,
        provider: line.provider,
        model: line.model,
        parameters: toExactJsonOrNull(line.parameters),
        metadata: line.metadata,
        parse_count: parses.get(line.id)?.count ?? 0,
        parsed_revision: parses.get(line.id)?.revision ?? null,
        purged_revision: line.purgedRevision,
        origin_id: line.originId,
        ...close,
      };
    }),
  });
}

/** What `exchanges.open` gives when nothing is said. */
const LEASE_SECONDS = 900;

/** One that came before the rest of its revision, in a call that was cut off, is here already. */
async function writeAttempts(sql: Sql, projectId: string, attempts: RunBatch['attempt']): Promise<void> {
  const present =
    attempts.length === 0
      ? []
      : await sql.query<{ name: string }>(
          `SELECT a.exchange_id || ' ' || a.attempt AS name FROM exchange_attempt a
          WHERE a.project_id = $1 AND a.exchange_id = ANY ($2::uuid[])`,
          [projectId, [...new Set(attempts.map(({ exchangeId }) => exchangeId))]],
        );
  const here = new Set(present.map(({ name }) => name));
  const missing = attempts.filter(({ exchangeId, attempt }) => !here.has(`${exchangeId} ${attempt}`));
  await insertRows(sql, projectId, {
    table: 'exchange_attempt',
    columns: {
      exchange_id: 'uuid',
      attempt: 'int',
      status: 'text',
      http_status: 'int',
      url: 'text',
      content_type: 'text',
      headers: 'text',
      request_sha256: 'bytea',
      request_encoding: 'text',
      response_sha256: 'bytea',
      response_encoding: 'text',
      error: 'text',
      ...TIMES,
    },
    rows: missing.map((line) => {
      const request = line.request === null ? null : fromBlobId(line.request);
      const response = line.response === null ? null : fromBlobId(line.response);
      return {
        exchange_id: line.exchangeId,
        attempt: line.attempt,
        status: line.status,
        http_status: line.httpStatus,
        url: toExactJsonOrNull(line.url),
        content_type: line.contentType,
        headers: toHeadersJson(line.headers),
        request_sha256: request?.sha256.toString('hex') ?? null,
        request_encoding: request?.encoding ?? null,
        response_sha256: response?.sha256.toString('hex') ?? null,
        response_encoding: response?.encoding ?? null,
        error: toExactJsonOrNull(line.error),
        started_at: line.startedAt,
        first_byte_ms: line.firstByteMs,
        total_ms: line.totalMs,
      };
    }),
  });
}

async function writeParses(
  sql: Sql,
  { projectId, runId }: TargetRun,
  { lines, parses, known }: { lines: RunBatch['parse']; parses: ReadonlyMap<string, Parsed>; known: Known },
): Promise<void> {
  await insertRows(sql, projectId, {
    table: 'parse',
    columns: {
      id: 'uuid',
      run_id: 'uuid',
      exchange_id: 'uuid',
      attempt: 'int',
      parser: 'text',
      parser_version: 'text',
      status: 'text',
      error: 'text',
      error_offset: 'int',
      revision: 'int',
      at: 'timestamptz',
      origin_id: 'uuid',
    },
    rows: lines.map((line) => ({
      id: line.id,
      run_id: runId,
      exchange_id: line.exchangeId,
      attempt: line.attempt,
      parser: line.parser,
      parser_version: line.parserVersion,
      status: line.status,
      error: toExactJsonOrNull(line.error),
      error_offset: line.errorOffset,
      revision: line.revision,
      at: line.at,
      origin_id: line.originId,
    })),
  });
  const further = [...parses].filter(([id]) => known.exchanges.has(id));
  if (further.length === 0) return;
  await sql.query(
    `UPDATE exchange e SET parse_count = e.parse_count + x.count,
      parsed_revision = coalesce(e.parsed_revision, x.revision)
    FROM json_to_recordset($2::json) AS x(id uuid, count int, revision int)
    WHERE e.project_id = $1 AND e.id = x.id`,
    [projectId, JSON.stringify(further.map(([id, parsed]) => ({ id, ...parsed })))],
  );
}
