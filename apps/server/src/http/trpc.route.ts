import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { appRouter, type Context, describeProcedures, ledgerErrorOf, rememberRequest } from '@stepledger/api';
import { LIMITS } from '@stepledger/contract';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import type { Doors } from './doors.ts';
import { identify } from './doors.ts';
import { badRequest, methodNotAllowed } from './http-error.ts';
import { readBody } from './read-body.ts';
import type { RequestRecord } from './request-log.ts';

const PROCEDURES = describeProcedures();
const PATHS = new Set(PROCEDURES.map(({ path }) => path));
const SUBSCRIPTIONS = new Set(
  PROCEDURES.filter(({ kind }) => kind === 'subscription').map(({ path }) => path),
);

/**
 * So long a subscription waits for a caller who does not read, in milliseconds; up to twice as long when the connection
 * took something in between. Of what such a caller does not take, the server holds an event or two: the next one is read
 * when there is room.
 */
const STALL_MS = 20_000;

/** So often it is asked whether the key of a subscription still works, in milliseconds. */
const RECHECK_MS = 5_000;

export interface TrpcRequest {
  req: IncomingMessage;
  res: ServerResponse;
  /** What stands after `/trpc/`, still encoded. */
  path: string;
  query: URLSearchParams;
  record: RequestRecord;
}

/**
 * Serves tRPC calls, single or batched.
 *
 * What concerns the whole HTTP request (method, content type, size, batch, who calls) is settled before tRPC sees
 * it, because a streamed batch has answered 200 before its first call fails.
 */
export async function serveTrpc({ req, res, path, query, record }: TrpcRequest, doors: Doors): Promise<void> {
  const calls = readCalls(path, query);
  record.procedures = calls
    .map((call) => (PATHS.has(call) ? call : '(unknown)'))
    .slice(0, LIMITS.maxBatchCalls);
  if (req.method !== 'GET' && req.method !== 'POST') throw methodNotAllowed(['POST', 'GET']);
  if (calls.length > LIMITS.maxBatchCalls) {
    throw badRequest('batch', `must have at most ${LIMITS.maxBatchCalls} calls`);
  }
  const caller = await identify(req, doors);
  const body = req.method === 'POST' ? await readJson(req) : undefined;
  const context: Context = {
    store: doors.store,
    caller,
    requestId: record.id,
    log: doors.log,
    inFlight: doors.inFlight,
    streams: doors.streams,
  };
  if (calls.some((call) => SUBSCRIPTIONS.has(call))) watchOver({ req, res }, doors);
  await nodeHTTPRequestHandler({
    // The adapter takes a body that was read before it.
    req: body === undefined ? req : Object.assign(req, { body }),
    res,
    path,
    router: appRouter,
    createContext: async () => context,
    allowMethodOverride: true,
    maxBatchSize: LIMITS.maxBatchCalls,
    // tRPC sets a Vary of its own in place of ours.
    responseMeta: () => ({ headers: new Headers([['vary', 'origin']]) }),
    onError({ error, path: procedure }) {
      rememberRequest(error, record.id);
      record.errors.push(ledgerErrorOf(error, { path: procedure, requestId: record.id }).code);
    },
  });
}

/** Cuts a subscription off when its caller does not read, or is not let in any more. */
function watchOver({ req, res }: Pick<TrpcRequest, 'req' | 'res'>, doors: Doors): void {
  // Something is sent more often than that, be it a ping, so that silence means that nothing can be.
  res.setTimeout(STALL_MS, () => res.destroy());
  // Who asks again is told why.
  const check = () => identify(req, doors).catch(() => res.destroy());
  const timer = setInterval(check, RECHECK_MS);
  res.once('close', () => clearInterval(timer));
}

function readCalls(path: string, query: URLSearchParams): string[] {
  try {
    const decoded = decodeURIComponent(path);
    return query.get('batch') === '1' ? decoded.split(',') : [decoded];
  } catch (error) {
    if (error instanceof URIError) throw badRequest('path', 'must be percent-encoded');
    throw error;
  }
}

/** Requires JSON by name, which a form of a foreign page cannot send, and bytes that are UTF-8. */
async function readJson(req: IncomingMessage): Promise<string> {
  const type = req.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw badRequest('content-type', 'must be application/json', 415);
  const body = await readBody(req, LIMITS.maxBodyBytes);
  // Decoding would put U+FFFD in the place of bad bytes, and that would be stored.
  if (!isUtf8(body)) throw badRequest('body', 'must be UTF-8');
  return body.toString('utf8');
}
