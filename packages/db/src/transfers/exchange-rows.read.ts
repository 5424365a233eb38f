import type { JsonObject, ResponseHeader, RowLineOf } from '@stepledger/contract';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { blobId, exactTime, hex } from './columns.ts';
import { inRange, type RowOf, rowRead } from './row-read.ts';

/**
 * The messages that no earlier exchange of the run has sent, each before those that follow it.
 *
 * A chain is walked back until it comes to the last message of an earlier exchange, whose chain has been told.
 */
const messages = rowRead<RowOf<RowLineOf<'message'>>>({
  what: 'exchange',
  sql: `SELECT e.opened_revision AS at_revision, ${hex('c.hash')} AS hash, ${hex('c.parent_hash')} AS parent, c.role,
      c.format, ${blobId('c.sha256', 'c.encoding')} AS content
    FROM exchange e CROSS JOIN LATERAL (
      WITH RECURSIVE chain AS (
        SELECT m.hash, m.parent_hash, m.role, m.format, m.sha256, m.encoding, 0 AS depth FROM message m
        WHERE m.project_id = :project AND m.hash = e.prompt_hash AND NOT ${sentBefore('m.hash')}
        UNION ALL
        SELECT m.hash, m.parent_hash, m.role, m.format, m.sha256, m.encoding, c.depth + 1
        FROM chain c JOIN message m ON m.project_id = :project AND m.hash = c.parent_hash
        WHERE NOT ${sentBefore('m.hash')}
      ) SELECT * FROM chain) c
    WHERE e.project_id = :project AND e.run_id = :run AND ${inRange('e.opened_revision')}
    ORDER BY e.opened_revision, e.id, c.depth DESC`,
  toLines: (rows) => rows.map(({ at_revision: _, ...message }) => ({ type: 'message', ...message })),
});

function sentBefore(hash: string): string {
  return `EXISTS (SELECT FROM exchange x WHERE x.project_id = :project AND x.prompt_hash = ${hash} AND x.run_id = :run
    AND (x.opened_revision, x.id) < (e.opened_revision, e.id))`;
}

type ExchangeRow = RowOf<RowLineOf<'exchange'>, 'variables' | 'parameters'>;

/** A memo key that was lost after `until` is still held there. */
const exchanges = rowRead<ExchangeRow>({
  what: 'exchange',
  sql: `SELECT e.opened_revision AS at_revision, e.id, e.step_id AS "stepId", ${exactTime('e.opened_at')} AS "openedAt",
      (SELECT json_build_object('name', p.name, 'version', e.prompt_version) FROM prompt p
        WHERE p.project_id = :project AND p.id = e.prompt_id) AS prompt,
      e.variables, e.uses, ${blobId('e.context_sha256', 'e.context_encoding')} AS context,
      ${hex('e.prompt_hash')} AS message, e.message_count AS "messageCount", ${hex('e.asked_memo_key')} AS "memoKey",
      CASE WHEN e.memo_lost_revision <= :until THEN e.memo_lost_revision END AS "memoLostRevision",
      e.provider, e.model, e.parameters, e.metadata, e.purged_revision AS "purgedRevision", e.origin_id AS "originId"
    FROM exchange e WHERE e.project_id = :project AND e.run_id = :run AND ${inRange('e.opened_revision')}
    ORDER BY e.opened_revision, e.id`,
  toLines: (rows) =>
    rows.map(({ at_revision: _, ...exchange }) => ({
      type: 'exchange',
      ...exchange,
      variables: fromExactJsonOrNull<Record<string, string>>(exchange.variables),
      parameters: fromExactJsonOrNull<JsonObject>(exchange.parameters),
    })),
});

const TIMINGS = (row: string) =>
  `${exactTime(`${row}.started_at`)} AS "startedAt", ${row}.first_byte_ms AS "firstByteMs", ${row}.total_ms AS "totalMs"`;

/** Attempts take no revision: they are told with what closed their exchange. */
const attempts = rowRead<RowOf<RowLineOf<'attempt'>, 'url' | 'headers' | 'error'>>({
  what: 'exchange',
  sql: `SELECT e.closed_revision AS at_revision, a.exchange_id AS "exchangeId", a.attempt, a.status,
      a.http_status AS "httpStatus", a.url, a.content_type AS "contentType", a.headers,
      ${blobId('a.request_sha256', 'a.request_encoding')} AS request,
      ${blobId('a.response_sha256', 'a.response_encoding')} AS response, a.error, ${TIMINGS('a')}
    FROM exchange e JOIN exchange_attempt a ON a.project_id = :project AND a.exchange_id = e.id
    WHERE e.project_id = :project AND e.run_id = :run AND e.id = ANY (:ids) AND ${inRange('e.closed_revision')}
    ORDER BY e.closed_revision, e.id, a.attempt`,
  toLines: (rows) =>
    rows.map(({ at_revision: _, ...attempt }) => ({
      type: 'attempt',
      ...attempt,
      url: fromExactJsonOrNull<string>(attempt.url),
      headers: fromExactJsonOrNull<ResponseHeader[]>(attempt.headers) ?? undefined,
      error: fromExactJsonOrNull<string>(attempt.error),
    })),
});

const closes = rowRead<RowOf<RowLineOf<'close'>, 'error'>>({
  what: 'exchange',
  sql: `SELECT e.closed_revision AS at_revision, e.id AS "exchangeId", e.status, ${exactTime('e.closed_at')} AS "closedAt",
      ${blobId('e.response_sha256', 'e.response_encoding')} AS response, e.response_model AS "responseModel", e.usage,
      e.error, ${TIMINGS('e')}
    FROM exchange e
    WHERE e.project_id = :project AND e.run_id = :run AND e.id = ANY (:ids) AND ${inRange('e.closed_revision')}
    ORDER BY e.closed_revision, e.id`,
  toLines: (rows) =>
    rows.map(({ at_revision: _, ...close }) => ({
      type: 'close',
      ...close,
      error: fromExactJsonOrNull<string>(close.error),
    })),
});

const parses = rowRead<RowOf<RowLineOf<'parse'>, 'error'>>({
  what: 'parse',
  sql: `SELECT p.revision AS at_revision, p.id, p.exchange_id AS "exchangeId", p.attempt, ${exactTime('p.at')} AS at,
      p.parser, p.parser_version AS "parserVersion", p.status, p.error, p.error_offset AS "errorOffset",
      p.origin_id AS "originId"
    FROM parse p
    WHERE p.project_id = :project AND p.run_id = :run AND p.id = ANY (:ids) AND ${inRange('p.revision')}
    ORDER BY p.revision, p.exchange_id, p.attempt`,
  toLines: (rows) =>
    rows.map(({ at_revision: _, ...parse }) => ({
      type: 'parse',
      ...parse,
      error: fromExactJsonOrNull<string>(parse.error),
    })),
});

/** What was sent to LLMs, what came back, and how it was read. */
export const EXCHANGE_READS = [messages, exchanges, attempts, closes, parses];
