import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import send from 'send';
import { badRequest } from '../http/http-error.ts';
import { toContentSecurityPolicy } from './content-security.ts';

const YEAR_S = 365 * 24 * 60 * 60;
/** Compressed copies that a build laid beside a file, best first. */
const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
];
/** What is compressed, with the type that its copy has to be given. */
const COMPRESSED: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** What `send` says of a file before it finds that it cannot be answered. */
const OF_THE_FILE = ['accept-ranges', 'content-encoding', 'content-type', 'etag', 'last-modified'];

export interface StaticFile {
  /** The directory that is served. */
  root: string;
  /** As it was asked, percent-encoded. */
  path: string;
  /** The same, decoded. */
  file: string;
  /** Its name changes with its content, so that a browser need never ask again. */
  immutable: boolean;
}

/**
 * Answers a file below the root, in whole or in part; false where there is none, with nothing sent.
 *
 * Refuses with BAD_INPUT a range that lies outside of it. A path that leads out of the root, a directory and a name
 * that begins with a dot count as none.
 */
export function sendStatic(req: IncomingMessage, res: ServerResponse, file: StaticFile): Promise<boolean> {
  const encoding = isInside(file) ? chooseEncoding(req, file) : undefined;
  return new Promise((resolve, reject) => {
    const options = { root: file.root, index: false, cacheControl: false } as const;
    const stream = send(req, `${file.path}${encoding?.ending ?? ''}`, options);
    stream.on('headers', () => {
      res.setHeader('cache-control', file.immutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      // A picture can be opened as a page of its own, and then it must not be one that runs.
      res.setHeader('content-security-policy', toContentSecurityPolicy());
      const type = COMPRESSED[path.extname(file.file)];
      if (type === undefined) return;
      res.setHeader('content-type', type);
      res.appendHeader('vary', 'accept-encoding');
      if (encoding !== undefined) res.setHeader('content-encoding', encoding.name);
    });
    stream.on('directory', () => resolve(false));
    stream.on('error', (error: Error & { status: number }) => {
      // The file was lost in the middle of it: half an answer must not look whole.
      if (res.headersSent) return res.destroy();
      for (const name of OF_THE_FILE) res.removeHeader(name);
      res.statusCode = 200;
      res.setHeader('cache-control', 'no-store');
      if (error.status === 416) reject(badRequest('range', 'lies outside of the file', 416));
      else if (error.status === 412) reject(badRequest('if-match', 'is not the version of the file', 412));
      else if (error.status >= 500) reject(error);
      else resolve(false);
    });
    // It has been answered, or whoever asked has left.
    res.once('close', () => resolve(true));
    stream.pipe(res);
  });
}

/** Before any look at the disk that `send` does not do itself. */
function isInside({ root, file }: StaticFile): boolean {
  return !file.includes('\0') && path.join(root, file).startsWith(path.join(root, path.sep));
}

function chooseEncoding(req: IncomingMessage, { root, file }: StaticFile) {
  if (!(path.extname(file) in COMPRESSED)) return undefined;
  const accepted = acceptedEncodings(req);
  return ENCODINGS.find(
    ({ name, ending }) => accepted.has(name) && existsSync(path.join(root, `${file}${ending}`)),
  );
}

/** The names in Accept-Encoding that are not refused by `q=0`. */
function acceptedEncodings(req: IncomingMessage): Set<string> {
  const header = req.headers['accept-encoding'];
  const parts = (typeof header === 'string' ? header : '').toLowerCase().split(',');
  const wanted = parts.filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part));
  return new Set(wanted.map((part) => part.split(';', 1)[0]?.trim() ?? ''));
}
