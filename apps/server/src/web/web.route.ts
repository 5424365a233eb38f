import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { LedgerError } from '@stepledger/contract';
import { badRequest } from '../http/http-error.ts';
import { NONCE_PLACEHOLDER, PERMISSIONS_POLICY, toContentSecurityPolicy } from './content-security.ts';
import { PAGE } from './find-web.ts';
import { sendStatic } from './send-static.ts';

/** Files whose names change with their content; a path below it is never a page. */
const HASHED = '/assets/';

export interface WebRequest {
  req: IncomingMessage;
  res: ServerResponse;
  /** Without the query, still encoded. */
  path: string;
  webDir: string;
}

/**
 * Answers a file of the built web UI, and for every other path its page where a browser asks for one: the path is then
 * a place in the app, such as `/runs/x`.
 *
 * Refuses with NOT_FOUND what is neither.
 */
export async function serveWeb(request: WebRequest): Promise<void> {
  const { req, res, path: asked, webDir } = request;
  const file = decodePath(asked);
  if (isPage(file)) return sendPage(request);
  const isHashed = file.startsWith(HASHED);
  const sent = await sendStatic(req, res, { root: webDir, path: asked, file, immutable: isHashed });
  if (sent) return;
  if (isHashed || !acceptsHtml(req))
    throw new LedgerError('NOT_FOUND', { type: 'path', id: asked.slice(0, 200) });
  return sendPage(request);
}

/** Whether a person's browser asks, rather than a program or a part of a page. */
export function acceptsHtml(req: IncomingMessage): boolean {
  return req.headers.accept?.includes('text/html') ?? false;
}

/** The page is never answered as a file: it would lack its nonce and policy. */
function isPage(file: string): boolean {
  return ['/', `/${PAGE}`].includes(path.posix.normalize(file).toLowerCase());
}

/**
 * The page, with a nonce of this answer alone.
 *
 * It has no ETag: a 304 would join the policy's new nonce with the old one of the copy. It is a kilobyte.
 */
async function sendPage({ req, res, webDir }: WebRequest): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  // Read anew each time, as a build that goes on beside the server changes the names in it.
  const html = await readPage(path.join(webDir, PAGE));
  const body = Buffer.from(html.replaceAll(NONCE_PLACEHOLDER, nonce));
  res.setHeader('content-type', 'text/html; charset=utf-8');
  res.setHeader('content-length', body.length);
  res.setHeader('cache-control', 'no-cache');
  res.appendHeader('vary', 'accept');
  res.setHeader('content-security-policy', toContentSecurityPolicy(nonce));
  res.setHeader('referrer-policy', 'no-referrer');
  res.setHeader('permissions-policy', PERMISSIONS_POLICY);
  res.setHeader('cross-origin-opener-policy', 'same-origin');
  res.end(req.method === 'HEAD' ? undefined : body);
}

async function readPage(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new LedgerError('UNAVAILABLE', { reason: 'The web UI is not there; it may be being built' });
  }
}

function decodePath(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw badRequest('path', 'must be percent-encoded UTF-8');
  }
}
