import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKeptLog } from './support/log.ts';
import { type SendOptions, send } from './support/send.ts';

const SCRIPT = 'console.log("a script of the app");'.repeat(10);
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const SECRET = 'outside of what is served';

let dir: string;
let server: TestServer;
const log = createKeptLog();

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'stepledger-web-'));
  const files: Record<string, string | Buffer> = {
    'web/index.html':
      '<!doctype html><script nonce="__CSP_NONCE__"></script><style nonce="__CSP_NONCE__"></style>',
    'web/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'web/assets/index-a1b2c3.js': SCRIPT,
    'web/assets/index-a1b2c3.js.br': brotliCompressSync(SCRIPT),
    'web/assets/index-a1b2c3.js.gz': gzipSync(SCRIPT),
    'web/assets/font-d4e5f6.woff2': Buffer.from([0, 1, 2, 3, 254, 255]),
    'web/.hidden': SECRET,
    'web-secret.txt': SECRET,
    'secret.txt': SECRET,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), content);
  }
  server = await startTestServer({
    webDir: path.join(dir, 'web'),
    allowedHosts: ['ledger.example.com'],
    logger: log.logger,
  });
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const get = (where: string, { headers, method }: SendOptions = {}) =>
  send(`${server.url}${where}`, { ...(method && { method }), headers: { accept: '*/*', ...headers } });
const open = (where: string, options: SendOptions = {}) =>
  get(where, { ...options, headers: { accept: BROWSER, ...options.headers } });

const SCRIPT_PATH = '/assets/index-a1b2c3.js';

describe('the page', () => {
  test.each([
    '/',
    '/index.html',
    '/INDEX.html',
    '/runs/x',
    '/runs/x/documents/src%2Fapp.ts?version=2',
    '/nothing.txt',
  ])('a browser that opens %s gets it', async (where) => {
    const page = await open(where);
    expect(page).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-length': String(page.body.length),
        'cache-control': 'no-cache',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        vary: expect.stringContaining('accept'),
      },
    });
    expect(page.body.toString()).toContain('<!doctype html>');
  });

  test('its policy lets in what is of the server, and styles by a nonce that only this answer has', async () => {
    const pages = [await open('/'), await open('/'), await open('/runs/x')];
    const nonces = pages.map(({ headers, body }) => {
      const policy = String(headers['content-security-policy']);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(policy).toBe(
        [
          "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'",
          `style-src 'self' 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
          "require-trusted-types-for 'script'",
        ].join('; '),
      );
      expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
      expect(body.toString()).toBe(
        `<!doctype html><script nonce="${nonce}"></script><style nonce="${nonce}"></style>`,
      );
      return nonce;
    });
    expect(new Set(nonces).size).toBe(pages.length);
  });

  test('no condition makes it a 304, whose new nonce would not be that of the copy', async () => {
    const { headers } = await open('/');
    expect(headers).not.toHaveProperty('etag');
    expect((await open('/', { headers: { 'if-none-match': '*' } })).status).toBe(200);
  });

  test('programs are answered as before', async () => {
    expect((await get('/')).body.toString()).toContain('createStepledger({ url:');
    expect((await get('/', { headers: { accept: 'application/json' } })).json).toMatchObject({
      name: 'stepledger',
    });
    expect(await get('/runs/x')).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
    expect((await open('/healthz')).json).toEqual({ status: 'ok' });
    expect((await open('/raw/x')).json).toMatchObject({ code: 'BAD_INPUT' });
    expect((await open('/trpc/nothing')).json).toHaveProperty('error');
    expect((await open('/runs/x', { method: 'POST' })).status).toBe(404);
  });

  test('HEAD has the headers alone', async () => {
    const head = await open('/runs/x', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(head.body).toHaveLength(0);
  });
});

describe('a file', () => {
  test('with a hash in its name is kept by browsers for good', async () => {
    const script = await get(SCRIPT_PATH);
    expect(script).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      },
    });
    expect(script.body.toString()).toBe(SCRIPT);
  });

  test.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
    ['deflate', undefined, (bytes: Buffer) => bytes],
    ['br;q=0, gzip;q=0.0', undefined, (bytes: Buffer) => bytes],
  ])('is compressed for who accepts it: %s', async (accepted, encoding, decompress) => {
    const script = await get(SCRIPT_PATH, { headers: { 'accept-encoding': accepted } });
    expect(script.headers['content-encoding']).toBe(encoding);
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      vary: expect.stringContaining('accept-encoding'),
    });
    expect(decompress(script.body).toString()).toBe(SCRIPT);
  });

  test('without a copy is sent as it is, and one without a hash is asked for again', async () => {
    const font = await get('/assets/font-d4e5f6.woff2', { headers: { 'accept-encoding': 'br' } });
    expect(font.headers).toMatchObject({ 'content-type': 'font/woff2', 'content-length': '6' });
    const icon = await open('/icon.svg');
    expect(icon.headers).toMatchObject({ 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' });
    const again = await get('/icon.svg', { headers: { 'if-none-match': String(icon.headers['etag']) } });
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
  });

  test('is sent in part, and not at all where the part lies outside', async () => {
    const part = async (range: string) => get(SCRIPT_PATH, { headers: { range } });
    const middle = await part('bytes=8-13');
    expect(middle).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes 8-13/${SCRIPT.length}`, 'content-length': '6' },
    });
    expect(middle.body.toString()).toBe(SCRIPT.slice(8, 14));
    expect((await part('bytes=-6')).body.toString()).toBe(SCRIPT.slice(-6));
    expect(await part('bytes=99999-')).toMatchObject({
      status: 416,
      headers: { 'cache-control': 'no-store', 'content-range': `bytes */${SCRIPT.length}` },
      json: { code: 'BAD_INPUT' },
    });
    // Not a range at all: the whole file.
    for (const range of ['bytes=5-2', 'lines=1-2', 'bytes=x']) {
      const answer = await part(range);
      expect([200, 416], range).toContain(answer.status);
    }
    expect(log.entries().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test('by HEAD has the headers alone', async () => {
    const head = await get(SCRIPT_PATH, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(SCRIPT.length) } });
    expect(head.body).toHaveLength(0);
  });
});

describe('what is refused', () => {
  test.each(['/assets/index-old.js', '/assets/', '/assets', '/nothing.js', '/.hidden', '/icon.svg/x'])(
    '%s is NOT_FOUND for what a page loads',
    async (where) => {
      const lost = await get(where);
      expect(lost).toMatchObject({
        status: 404,
        headers: { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' },
        json: { code: 'NOT_FOUND', details: { type: 'path' } },
      });
    },
  );

  test('an asset that is not there is never the page', async () => {
    expect(await open('/assets/index-old.js')).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
  });

  test.each([
    '/../secret.txt',
    '/../web-secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/%252e%252e/secret.txt',
    '/..\\secret.txt',
    '/..%5csecret.txt',
    '//../secret.txt',
    '/./../secret.txt',
    '/%00/../secret.txt',
    '/icon.svg%00.js',
    '/.hidden',
    '/assets/../.hidden',
    '/%ff',
    '/%',
  ])('%s leads nowhere', async (where) => {
    for (const accept of ['*/*', BROWSER]) {
      // Not through a URL, which would tidy the path up.
      const answer = await sendPath(where, accept);
      expect(answer.body.toString()).not.toContain(SECRET);
      expect([200, 400, 404]).toContain(answer.status);
      if (answer.status === 200) expect(answer.body.toString()).toContain('<!doctype html>');
    }
  });

  test('a page whose name was made to resolve to loopback gets nothing, nor does a foreign one', async () => {
    for (const where of ['/', '/runs/x', SCRIPT_PATH, '/icon.svg']) {
      for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }]) {
        const refused = await open(where, { headers: { ...headers } });
        expect(refused, where).toMatchObject({ status: 403, json: { code: 'FORBIDDEN' } });
      }
      expect((await open(where, { headers: { host: 'ledger.example.com' } })).status).toBe(200);
    }
  });
});

test('the log names routes, not what stands in a path', async () => {
  await open('/runs/a-secret-goal?q=a-secret-query');
  expect(log.text()).toContain('"path":"(web)"');
  expect(log.text()).not.toContain('a-secret');
});

test('a server without a web UI says so to a browser, and one of a wrong directory does not start', async () => {
  await using bare = await startTestServer({ webDir: null });
  const page = await send(bare.url, { headers: { accept: BROWSER } });
  expect(page.body.toString()).toContain('This server has no web UI');
  expect((await send(`${bare.url}/runs/x`, { headers: { accept: BROWSER } })).status).toBe(404);
  await expect(startTestServer({ webDir: dir })).rejects.toMatchObject({ code: 'NO_WEB' });
});

test('a build that is taken away under the server is an answer, not its end', async () => {
  const webDir = path.join(dir, 'going');
  await mkdir(path.join(webDir, 'assets'), { recursive: true });
  await writeFile(path.join(webDir, 'index.html'), '<!doctype html>');
  await writeFile(path.join(webDir, 'assets/a-1.js'), SCRIPT);
  await using going = await startTestServer({ webDir, logLevel: 'silent' });
  await rm(webDir, { recursive: true });
  expect((await send(`${going.url}/assets/a-1.js`)).status).toBe(404);
  const page = await send(going.url, { headers: { accept: BROWSER } });
  expect(page).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });
  await mkdir(webDir);
  await writeFile(path.join(webDir, 'index.html'), '<!doctype html>new');
  expect((await send(going.url, { headers: { accept: BROWSER } })).body.toString()).toBe(
    '<!doctype html>new',
  );
});

/** Sends a path as it stands. */
function sendPath(where: string, accept: string) {
  return send(server.url, { path: where, headers: { accept } });
}
