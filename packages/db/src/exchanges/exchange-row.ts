import type {
  BlobEncoding,
  ExchangeStatus,
  ExchangeSummary,
  JsonObject,
  Usage,
  VersionRef,
} from '@stepledger/contract';
import { toBlob } from '../blobs/stored-blob.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { toTime, toTimeOrNull } from '../time.ts';
import { STATUS, STREAM_BYTES } from './stream-row.ts';

export interface ExchangeRow {
  id: string;
  run_id: string;
  step_id: string;
  step_name: string;
  step_key: string;
  status: ExchangeStatus;
  prompt_name: string | null;
  prompt_version: number | null;
  prompt_hash: Buffer | null;
  message_count: number;
  attempt_count: number;
  asked_memo_key: Buffer | null;
  provider: string | null;
  model: string | null;
  response_model: string | null;
  variables: string | null;
  uses: VersionRef[];
  parameters: string | null;
  response_sha256: Buffer | null;
  response_encoding: BlobEncoding | null;
  response_size: number | null;
  context_sha256: Buffer | null;
  context_encoding: BlobEncoding | null;
  received_bytes: number | null;
  usage: Usage | null;
  error: string | null;
  metadata: JsonObject;
  opened_revision: number;
  closed_revision: number | null;
  opened_at: Date;
  closed_at: Date | null;
  started_at: Date | null;
  first_byte_ms: number | null;
  total_ms: number | null;
  purged: boolean;
}

/** The columns that are set as an exchange is closed. */
const CLOSED = [
  'response_model',
  'response_sha256',
  'response_encoding',
  'response_size',
  'usage',
  'error',
  'closed_revision',
  'closed_at',
  'started_at',
  'first_byte_ms',
  'total_ms',
];

const ATTEMPTS = `(SELECT count(*)::int FROM exchange_attempt a
    WHERE a.project_id = e.project_id AND a.exchange_id = e.id)`;

/** Of the exchange `e` and its step `s`. */
export const SELECT_EXCHANGE = select({
  status: STATUS,
  attempts: ATTEMPTS,
  receivedBytes: `CASE WHEN e.status IN ('pending', 'streaming') THEN ${STREAM_BYTES} END`,
  holdsMemo: 'e.memo_key IS NOT NULL',
  closed: (column) => `e.${column}`,
});

/** The same as of a revision, which `revision` names as a bind parameter: what was open then shows nothing else. */
export function selectExchangeAsOf(revision: string): string {
  return select({
    status: `CASE WHEN e.closed_revision <= ${revision} THEN e.status ELSE 'pending' END`,
    attempts: `CASE WHEN e.closed_revision <= ${revision} THEN ${ATTEMPTS} ELSE 0 END`,
    receivedBytes: 'NULL::int',
    holdsMemo: `e.memo_lost_revision IS NULL OR e.memo_lost_revision > ${revision}`,
    closed: (column) => `CASE WHEN e.closed_revision <= ${revision} THEN e.${column} END AS ${column}`,
  });
}

interface Columns {
  readonly status: string;
  readonly attempts: string;
  readonly receivedBytes: string;
  /** Whether it holds the memo key that it was asked for by. */
  readonly holdsMemo: string;
  /** One of `CLOSED`. */
  closed(column: string): string;
}

function select({ status, attempts, receivedBytes, holdsMemo, closed }: Columns): string {
  return `SELECT e.id, e.run_id, e.step_id, s.name AS step_name, s.key AS step_key, ${status} AS status,
    p.name AS prompt_name, e.prompt_version, e.prompt_hash, e.message_count, ${attempts} AS attempt_count,
    CASE WHEN ${holdsMemo} THEN e.asked_memo_key END AS asked_memo_key, e.provider,
    e.model, e.variables, e.uses, e.parameters, ${receivedBytes} AS received_bytes, e.metadata, e.opened_revision,
    e.opened_at, e.context_sha256, e.context_encoding, ${CLOSED.map(closed).join(', ')}, e.purged_revision IS NOT NULL AS purged
  FROM exchange e
  JOIN step s ON s.project_id = e.project_id AND s.id = e.step_id
  LEFT JOIN prompt p ON p.project_id = e.project_id AND p.id = e.prompt_id`;
}

export function toSummary(row: ExchangeRow): ExchangeSummary {
  const { response_sha256: sha256, response_encoding: encoding, response_size: size } = row;
  return {
    id: row.id,
    runId: row.run_id,
    step: { id: row.step_id, name: row.step_name, key: row.step_key },
    status: row.status,
    prompt:
      row.prompt_name === null || row.prompt_version === null
        ? null
        : { name: row.prompt_name, version: row.prompt_version },
    provider: row.provider,
    model: row.model,
    responseModel: row.response_model,
    messageCount: row.message_count,
    attemptCount: row.attempt_count,
    response: sha256 && encoding && size !== null ? toBlob({ sha256, encoding, size }) : null,
    receivedBytes: row.received_bytes,
    usage: row.usage,
    error: fromExactJsonOrNull(row.error),
    openedRevision: row.opened_revision,
    closedRevision: row.closed_revision,
    openedAt: toTime(row.opened_at),
    closedAt: toTimeOrNull(row.closed_at),
    startedAt: toTimeOrNull(row.started_at),
    firstByteMs: row.first_byte_ms,
    totalMs: row.total_ms,
    metadata: row.metadata,
  };
}
