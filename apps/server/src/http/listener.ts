import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { LedgerError } from '@stepledger/contract';
import { acceptsHtml, serveWeb } from '../web/web.route.ts';
import { sendFailed, setCommonHeaders, toFailed } from './answers.ts';
import type { Doors } from './doors.ts';
import { serveHealth, serveReady } from './health.route.ts';
import { methodNotAllowed } from './http-error.ts';
import { checkOrigin, isAllowedOrigin } from './origin-guard.ts';
import { getRaw, putRaw } from './raw.route.ts';
import { type RequestRecord, recordRequest } from './request-log.ts';
import { serveTrpc } from './trpc.route.ts';
import { welcome } from './welcome.route.ts';

/** Answers every HTTP request: checks where it comes from, finds its route, turns what is thrown into an answer. */
export function createListener(doors: Doors, state: { stopping: boolean }): RequestListener {
  return (req, res) => {
    const record = recordRequest(req, res, doors.log);
    setCommonHeaders(res);
    // Callers that keep their connection would keep the server from stopping.
    if (state.stopping) res.setHeader('connection', 'close');
    const isTrpc = req.url?.startsWith('/trpc/') ?? false;
    route({ req, res, record, stopping: state.stopping }, doors).catch((thrown: unknown) => {
      const failed = toFailed(thrown, record, doors.log);
      if (res.headersSent) res.destroy();
      else sendFailed(res, failed, isTrpc ? 'trpc' : 'plain');
    });
  };
}

interface Request {
  req: IncomingMessage;
  res: ServerResponse;
  record: RequestRecord;
  stopping: boolean;
}

async function route(request: Request, doors: Doors): Promise<void> {
  const { req, res, record, stopping } = request;
  const [path = '', search = ''] = splitOnce(req.url ?? '', '?');
  record.route = routeName(path);
  checkOrigin(req.headers, doors.rules);
  if (allowOrigin(req, res, doors)) return;
  const query = new URLSearchParams(search);
  switch (record.route) {
    case '/trpc':
      return serveTrpc({ req, res, record, query, path: path.slice('/trpc/'.length) }, doors);
    case '/raw':
      return putRaw({ req, res, query }, doors);
    case '/raw/:blob':
      return getRaw({ req, res, query }, path.slice('/raw/'.length), doors);
    case '/healthz':
      requireRead(req);
      return serveHealth(res);
    case '/readyz':
      requireRead(req);
      return serveReady(res, doors.store, stopping);
    case '/':
      requireRead(req);
      if (doors.webDir === null || !acceptsHtml(req)) return welcome(req, res, doors);
      return serveWeb({ req, res, path, webDir: doors.webDir });
    default:
      if (doors.webDir !== null && isRead(req)) {
        record.route = '(web)';
        return serveWeb({ req, res, path, webDir: doors.webDir });
      }
      throw new LedgerError('NOT_FOUND', { type: 'path', id: path.slice(0, 200) });
  }
}

function routeName(path: string): string {
  if (path.startsWith('/trpc/')) return '/trpc';
  if (path.startsWith('/raw/')) return '/raw/:blob';
  return ['/', '/raw', '/healthz', '/readyz'].includes(path) ? path : '(other)';
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Lets pages of allowed origins read answers; answers their preflight, and then nothing else is to be done. */
function allowOrigin(req: IncomingMessage, res: ServerResponse, { rules }: Doors): boolean {
  const { origin } = req.headers;
  res.setHeader('vary', 'origin');
  if (origin !== undefined && isAllowedOrigin(origin, rules)) {
    res.setHeader('access-control-allow-origin', origin);
    res.setHeader('access-control-expose-headers', 'x-request-id, x-stepledger-api, etag');
  }
  if (req.method !== 'OPTIONS') return false;
  const asked = req.headers['access-control-request-headers'];
  if (res.hasHeader('access-control-allow-origin')) {
    res.setHeader('access-control-allow-methods', 'GET, HEAD, POST, PUT');
    res.setHeader('access-control-max-age', '600');
    if (asked !== undefined) res.setHeader('access-control-allow-headers', asked);
  }
  res.statusCode = 204;
  res.end();
  return true;
}

function requireRead(req: IncomingMessage): void {
  if (!isRead(req)) throw methodNotAllowed(['GET', 'HEAD']);
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
