import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { toWireError } from '@stepledger/api';
import type { WireError } from '@stepledger/contract';
import type { Logger } from 'pino';
import type { Doors } from './doors.ts';
import { badRequest, HttpError, tooLarge } from './http-error.ts';
import { createListener } from './listener.ts';

/** A caller has so long to send its headers, and with them the room that one slow caller takes is small. */
const HEADERS_TIMEOUT_MS = 10_000;
/** A caller has so long to send a whole request. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Longer than load balancers keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How often the timeouts are checked. */
const CHECK_INTERVAL_MS = 2000;
/** Node's own default, named here because the answer tells it. */
const MAX_HEADER_BYTES = 16 * 1024;

export interface HttpServerOptions extends Doors {
  maxConnections: number;
}

/** The HTTP server over the routes, with every limit on connections and time; not yet listening. */
export function createHttpServer(
  options: HttpServerOptions,
  state: { stopping: boolean } = { stopping: false },
): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    createListener(options, state),
  );
  server.on('request', (_req, res) => {
    // A connection that falls idle while the server stops would be kept for the rest of its time.
    res.once('close', () => {
      if (state.stopping) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.maxConnections = options.maxConnections;
  server.on('clientError', answerClientError);
  server.on('drop', () => warnOfDrop(options.log, options.maxConnections));
  return server;
}

function warnOfDrop(log: Logger, maxConnections: number): void {
  log.warn({ maxConnections }, 'connection refused: there are too many');
}

/** Answers what Node could not read as a request, in the shape of every other failure. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = toRefusal(error.code);
  const body: WireError = toWireError(refusal, '');
  const json = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} Refused`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(json)}`,
      'x-content-type-options: nosniff',
      'connection: close',
      '',
      json,
    ].join('\r\n'),
  );
}

function toRefusal(code: string | undefined): HttpError {
  if (code === 'HPE_HEADER_OVERFLOW') return tooLarge(MAX_HEADER_BYTES, 431);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const reason = 'The request took too long to arrive';
    return new HttpError({ status: 408, code: 'UNAVAILABLE', details: { reason } });
  }
  return badRequest('', 'is not an HTTP request');
}
