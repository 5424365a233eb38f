import type { ServerResponse } from 'node:http';
import { describeFailure, toTrpcError, toWireError } from '@stepledger/api';
import { API_VERSION, ERRORS, LedgerError, type WireError } from '@stepledger/contract';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { Logger } from 'pino';
import { HttpError } from './http-error.ts';
import type { RequestRecord } from './request-log.ts';

/** On every answer: nothing is sniffed, framed or read across sites, and the version of the API is told. */
export function setCommonHeaders(res: ServerResponse): void {
  res.setHeader('x-stepledger-api', API_VERSION);
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('cross-origin-resource-policy', 'same-origin');
  res.setHeader('cache-control', 'no-store');
}

export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  res.statusCode = status;
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.setHeader('content-length', Buffer.byteLength(body));
  res.end(body);
}

export interface Failed {
  status: number;
  error: LedgerError;
  wire: WireError;
  headers: Record<string, string>;
}

/** Turns whatever was thrown outside a procedure into an answer; logs what was not foreseen. */
export function toFailed(thrown: unknown, record: RequestRecord, log: Logger): Failed {
  const error = thrown instanceof LedgerError ? thrown : unforeseen(thrown, record, log);
  if (error.code === 'UNAVAILABLE' && error.cause !== undefined) {
    log.warn(
      { requestId: record.id, path: record.route, failure: describeFailure(error.cause) },
      'unavailable',
    );
  }
  record.errors.push(error.code);
  const isHttp = error instanceof HttpError;
  return {
    error,
    wire: toWireError(error, record.id),
    status: isHttp ? error.status : getHTTPStatusCodeFromError(toTrpcError(error)),
    headers: isHttp ? error.headers : {},
  };
}

function unforeseen(thrown: unknown, record: RequestRecord, log: Logger): LedgerError {
  log.error({ requestId: record.id, path: record.route, failure: describeFailure(thrown) }, 'failed');
  return new LedgerError('INTERNAL', { requestId: record.id });
}

/** Answers a failure: the wire error itself, or in the envelope in which tRPC's clients look for it. */
export function sendFailed(res: ServerResponse, failed: Failed, envelope: 'plain' | 'trpc'): void {
  for (const [name, value] of Object.entries(failed.headers)) res.setHeader(name, value);
  if (failed.status === 413 || !res.req.complete) res.setHeader('connection', 'close');
  sendJson(res, failed.status, envelope === 'trpc' ? toEnvelope(failed) : failed.wire);
}

function toEnvelope({ error, wire, status }: Failed) {
  const code = ERRORS[error.code];
  return {
    error: {
      message: wire.message,
      code: TRPC_ERROR_CODES_BY_KEY[code],
      data: { code, httpStatus: status, ledger: wire },
    },
  };
}
