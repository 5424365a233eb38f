import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';

/** What one HTTP request leaves in the log: names and numbers, never a body, text, key or query string. */
export interface RequestRecord {
  readonly id: string;
  /** The route, such as `/raw/:blob`; a path could hold anything. */
  route: string;
  /** The procedures that were called, in order. */
  procedures: string[];
  /** The code of each call that failed. */
  errors: string[];
}

/** A request id that a proxy or a client made; others are replaced, so that a log line stays one line. */
const WELL_FORMED = /^[A-Za-z0-9._:-]{1,128}$/;

/** Begins the record of a request, answers its id by header, and logs it when the answer is out. */
export function recordRequest(req: IncomingMessage, res: ServerResponse, log: Logger): RequestRecord {
  const given = req.headers['x-request-id'];
  const id = typeof given === 'string' && WELL_FORMED.test(given) ? given : randomUUID();
  const record: RequestRecord = { id, route: '(other)', procedures: [], errors: [] };
  const began = performance.now();
  res.setHeader('x-request-id', id);
  res.once('close', () => {
    const fields = {
      requestId: id,
      method: req.method,
      path: record.route,
      ...(record.procedures.length > 0 && { procedures: record.procedures }),
      // 499: the caller left before the answer was out.
      status: res.writableFinished ? res.statusCode : 499,
      ms: Math.round((performance.now() - began) * 10) / 10,
      ...(record.errors.length > 0 && { errors: record.errors }),
    };
    if (fields.status >= 500 || record.errors.includes('INTERNAL')) log.error(fields, 'request');
    else if (isProbe(record.route)) log.debug(fields, 'request');
    else log.info(fields, 'request');
  });
  return record;
}

function isProbe(route: string): boolean {
  return route === '/healthz' || route === '/readyz';
}
