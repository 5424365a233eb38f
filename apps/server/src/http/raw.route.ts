import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, checkAccess } from '@stepledger/api';
import {
  type Access,
  type BlobEncoding,
  blobEncodingSchema,
  blobIdSchema,
  LedgerError,
  LIMITS,
  type Services,
} from '@stepledger/contract';
import { sendJson } from './answers.ts';
import { type Doors, identify } from './doors.ts';
import { badRequest, methodNotAllowed } from './http-error.ts';
import { readBody } from './read-body.ts';

export interface RawRequest {
  req: IncomingMessage;
  res: ServerResponse;
  query: URLSearchParams;
}

/** `PUT /raw?encoding=binary|utf8|utf16le`: stores bytes as they are and answers their name. */
export async function putRaw({ req, res, query }: RawRequest, doors: Doors): Promise<void> {
  if (req.method !== 'PUT') throw methodNotAllowed(['PUT']);
  const services = openServices(await identify(req, doors), 'write', doors);
  const encoding = readEncoding(query);
  const type = req.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== undefined && type !== 'application/octet-stream') {
    throw badRequest('content-type', 'must be application/octet-stream', 415);
  }
  const bytes = await readBody(req, LIMITS.maxTextBytes);
  sendJson(res, 200, await doors.inFlight.run(() => services.blobs.put({ encoding, bytes })));
}

/** `GET /raw/{blob}`: answers exactly the bytes that were stored. */
export async function getRaw({ req, res }: RawRequest, id: string, doors: Doors): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD') throw methodNotAllowed(['GET', 'HEAD']);
  const services = openServices(await identify(req, doors), 'read', doors);
  const parsed = blobIdSchema.safeParse(id);
  if (!parsed.success) throw badRequest('blob', 'must be <sha256>.<utf8|utf16le|binary>');
  const { bytes } = await doors.inFlight.run(() => services.blobs.get({ id: parsed.data }));
  const etag = `"${parsed.data}"`;
  res.setHeader('etag', etag);
  // Content never changes, but it can be purged: copies have to ask.
  res.setHeader('cache-control', 'private, no-cache');
  if (namesEtag(req.headers['if-none-match'], etag)) {
    res.statusCode = 304;
    res.end();
    return;
  }
  res.setHeader('content-type', 'application/octet-stream');
  res.setHeader('content-disposition', `attachment; filename="${parsed.data}"`);
  res.setHeader('content-security-policy', "default-src 'none'; sandbox");
  res.setHeader('content-length', bytes.length);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}

function openServices(caller: Caller, needed: Access, { store }: Doors): Services {
  checkAccess(caller, needed);
  const { id, slug } = caller.project;
  if (id === null) throw new LedgerError('NOT_FOUND', { type: 'project', id: slug });
  return store.open({ projectId: id, actor: caller.actor });
}

function readEncoding(query: URLSearchParams): BlobEncoding {
  for (const name of query.keys()) {
    if (name !== 'encoding') throw badRequest(name.slice(0, 200), 'is not a known parameter');
  }
  const parsed = blobEncodingSchema.safeParse(query.get('encoding') ?? 'binary');
  if (parsed.success) return parsed.data;
  throw badRequest('encoding', `must be one of ${blobEncodingSchema.options.join(', ')}`);
}

function namesEtag(header: string | undefined, etag: string): boolean {
  const named = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return named.includes(etag) || named.includes('*');
}
