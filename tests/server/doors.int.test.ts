import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, send } from './support/send.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    allowedHosts: ['ledger.example.com'],
    allowedOrigins: ['https://ui.example.com'],
  });
});
afterAll(() => server.close());

const ledgerOf = (code: string, details: object = {}) => ({
  error: { data: { ledger: { code, details, requestId: expect.stringMatching(/^[\w-]{36}$/) } } },
});

/** How many projects there are: a refused call must not have made one. */
async function countProjects(): Promise<number> {
  const { json } = await call(server.url, 'projects.list', {});
  return (json as { result: { data: { items: unknown[] } } }).result.data.items.length;
}

describe('what the server is', () => {
  test('a person who opens it is told, and so is a program', async () => {
    const page = await send(server.url);
    expect(page.status).toBe(200);
    expect(page.body.toString()).toContain(`createStepledger({ url: '${server.url}' })`);
    const { json } = await send(server.url, { headers: { accept: 'application/json' } });
    expect(json).toMatchObject({ name: 'stepledger', api: '1', trpc: '/trpc', raw: '/raw' });
  });

  test('it is alive and ready', async () => {
    expect(await send(`${server.url}/healthz`)).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await send(`${server.url}/readyz`)).toMatchObject({
      status: 200,
      json: { status: 'ready', database: { reachable: true, migrated: true } },
    });
  });

  test('an unknown path is NOT_FOUND, an unknown method of a known one is named', async () => {
    const lost = await send(`${server.url}/nothing?key=x`);
    expect(lost).toMatchObject({
      status: 404,
      json: { code: 'NOT_FOUND', details: { type: 'path', id: '/nothing' } },
    });
    const posted = await send(`${server.url}/healthz`, { method: 'POST' });
    expect(posted).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
      json: { code: 'BAD_INPUT' },
    });
  });

  test('a well-formed request id is kept and answered, another is replaced', async () => {
    const kept = await send(server.url, { headers: { 'x-request-id': 'trace-17:a.b_c' } });
    expect(kept.headers['x-request-id']).toBe('trace-17:a.b_c');
    for (const bad of ['a b', 'x'.repeat(129), '"quoted"']) {
      const { headers } = await send(server.url, { headers: { 'x-request-id': bad } });
      expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/);
    }
  });
});

describe('where calls come from', () => {
  test.each(['evil.example', '127.0.0.1.evil.example', 'evil.example:80'])(
    'a page whose name was made to resolve to loopback (%s) is refused on every route',
    async (host) => {
      for (const path of ['/', '/healthz', '/raw/x', '/nothing']) {
        const refused = await send(`${server.url}${path}`, { headers: { host } });
        expect(refused, path).toMatchObject({ status: 403, json: { code: 'FORBIDDEN' } });
      }
      const before = await countProjects();
      const refused = await call(server.url, 'projects.create', { slug: 'evil' }, { host });
      expect(refused).toMatchObject({
        status: 403,
        json: ledgerOf('FORBIDDEN', { needed: 'an allowed host' }),
      });
      expect(await countProjects()).toBe(before);
    },
  );

  test('a foreign page is refused, whatever it sends', async () => {
    const before = await countProjects();
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const refused = await call(server.url, 'projects.create', { slug: 'evil' }, { origin });
      expect(refused).toMatchObject({ status: 403, json: ledgerOf('FORBIDDEN', { has: origin }) });
      expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(await countProjects()).toBe(before);
  });

  test('its own pages, and those of allowed origins and hosts, are served', async () => {
    const own = await call(server.url, 'projects.list', {}, { origin: server.url });
    expect(own.status).toBe(200);
    const allowed = await call(server.url, 'projects.list', {}, { origin: 'https://ui.example.com' });
    expect(allowed).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': 'https://ui.example.com',
        vary: expect.stringContaining('origin'),
      },
    });
    expect((await call(server.url, 'projects.list', {}, { host: 'ledger.example.com' })).status).toBe(200);
  });

  test('a preflight is answered to allowed origins only', async () => {
    const ask = (origin: string) =>
      send(`${server.url}/trpc/projects.create`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    expect(await ask('https://ui.example.com')).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://ui.example.com',
        'access-control-allow-headers': 'authorization,content-type',
      },
    });
    expect((await ask('https://evil.example')).status).toBe(403);
  });

  test('a call that a proxy on this machine hands on is not local, and needs a key', async () => {
    const { status, json } = await call(server.url, 'projects.list', {}, { 'x-forwarded-for': '10.0.0.1' });
    expect({ status, json }).toMatchObject({ status: 401, json: ledgerOf('UNAUTHENTICATED') });
  });
});
