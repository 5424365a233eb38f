import { createHash } from 'node:crypto';
import { LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, send } from './support/send.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const OCTETS = { 'content-type': 'application/octet-stream' };
const put = (query: string, body: string | Uint8Array, headers: Record<string, string> = OCTETS) =>
  send(`${server.url}/raw${query}`, { method: 'PUT', headers, body });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function roundTrip(bytes: Uint8Array): Promise<void> {
  const id = `${sha256(bytes)}.binary`;
  const stored = await put('?encoding=binary', bytes);
  expect(stored).toMatchObject({ status: 200, json: { id, encoding: 'binary', size: bytes.length } });
  const read = await send(`${server.url}/raw/${id}`);
  expect(read.status).toBe(200);
  expect(read.body.equals(bytes)).toBe(true);
}

test('arbitrary bytes come back as they were', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), roundTrip), { numRuns: 40 });
});

test('so do a body of exactly 16 MiB, an empty one, a BOM and every single byte', async () => {
  await roundTrip(Buffer.alloc(LIMITS.maxTextBytes, 0xa5));
  await roundTrip(new Uint8Array());
  await roundTrip(Buffer.from('\uFEFFtext'));
  await roundTrip(Uint8Array.from({ length: 256 }, (_, byte) => byte));
});

test('one byte more than 16 MiB is TOO_LARGE', async () => {
  expect(await put('', Buffer.alloc(LIMITS.maxTextBytes + 1))).toMatchObject({
    status: 413,
    json: { code: 'TOO_LARGE', details: { limitBytes: LIMITS.maxTextBytes } },
  });
});

test('a text is stored under the encoding that it is said to have', async () => {
  const text = Buffer.from('Zoë 🐙\r\n');
  expect((await put('?encoding=utf8', text)).json).toMatchObject({ id: `${sha256(text)}.utf8` });
  const lone = Buffer.from('a\ud800b', 'utf16le');
  expect((await put('?encoding=utf16le', lone)).json).toMatchObject({ id: `${sha256(lone)}.utf16le` });
  expect((await send(`${server.url}/raw/${sha256(lone)}.utf16le`)).body.equals(lone)).toBe(true);
});

test('an answer cannot be taken for a page, and is not sent again to who has it', async () => {
  const bytes = Buffer.from('<script>alert(1)</script>');
  const id = `${sha256(bytes)}.binary`;
  await put('', bytes);
  const read = await send(`${server.url}/raw/${id}`);
  expect(read.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="${id}"`,
    etag: `"${id}"`,
  });
  const again = await send(`${server.url}/raw/${id}`, { headers: { 'if-none-match': `"other", "${id}"` } });
  expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  const head = await send(`${server.url}/raw/${id}`, { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(bytes.length) } });
});

test('what is not there is NOT_FOUND, and of another project too', async () => {
  const bytes = Buffer.from('of the default project');
  const id = `${sha256(bytes)}.binary`;
  await put('', bytes);
  await call(server.url, 'projects.create', { slug: 'other' });
  const foreign = await send(`${server.url}/raw/${id}`, { headers: { 'x-stepledger-project': 'other' } });
  expect(foreign).toMatchObject({ status: 404, json: { code: 'NOT_FOUND', details: { type: 'blob', id } } });
  const nowhere = await send(`${server.url}/raw/${id}`, { headers: { 'x-stepledger-project': 'nowhere' } });
  expect(nowhere).toMatchObject({ status: 404, json: { code: 'NOT_FOUND', details: { type: 'project' } } });
});

const cases: [string, () => ReturnType<typeof send>, number, string][] = [
  [
    'bytes that are not the text they are said to be',
    () => put('?encoding=utf8', Buffer.from([0xff])),
    400,
    'body',
  ],
  ['an odd number of bytes as UTF-16', () => put('?encoding=utf16le', Buffer.from([0x61])), 400, 'body'],
  ['an unknown encoding', () => put('?encoding=latin1', 'x'), 400, 'encoding'],
  ['an unknown parameter', () => put('?encodnig=utf8', 'x'), 400, 'encodnig'],
  ['another content type', () => put('', 'x', { 'content-type': 'text/plain' }), 415, 'content-type'],
  [
    'a compressed body',
    () => put('', 'x', { ...OCTETS, 'content-encoding': 'gzip' }),
    415,
    'content-encoding',
  ],
  [
    'another method',
    () => send(`${server.url}/raw`, { method: 'POST', headers: OCTETS, body: 'x' }),
    405,
    'method',
  ],
  ['a name that is none', () => send(`${server.url}/raw/..%2f..%2fetc`), 400, 'blob'],
];
test.each(cases)('refused with its field: %s', async (_, ask, status, path) => {
  const refused = await ask();
  expect(refused).toMatchObject({
    status,
    json: { code: 'BAD_INPUT', details: { issues: [{ path }] }, requestId: expect.stringMatching(/./) },
  });
});

test('a caller who hangs up halfway stores nothing and harms nobody', async () => {
  const half = Buffer.from('the first half');
  const controller = new AbortController();
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(half),
    pull: () => controller.abort(),
  });
  const broken = fetch(`${server.url}/raw`, {
    method: 'PUT',
    headers: OCTETS,
    body,
    signal: controller.signal,
    duplex: 'half',
  } as RequestInit);
  await expect(broken).rejects.toThrow(/abort/);
  expect((await send(`${server.url}/raw/${sha256(half)}.binary`)).status).toBe(404);
});
