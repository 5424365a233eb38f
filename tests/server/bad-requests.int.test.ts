import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, send } from './support/send.ts';

let server: TestServer;
const JSON_TYPE = { 'content-type': 'application/json' };

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const ledgerOf = (code: string, details: object = {}) => ({
  error: { data: { ledger: { code, details, requestId: expect.stringMatching(/^[\w-]{36}$/) } } },
});
const badInput = (path: string, reason: unknown = expect.any(String)) =>
  ledgerOf('BAD_INPUT', { issues: [{ path, reason }] });

/** How many projects there are: a refused call must not have made one. */
async function countProjects(): Promise<number> {
  const { json } = await call(server.url, 'projects.list', {});
  return (json as { result: { data: { items: unknown[] } } }).result.data.items.length;
}

describe('bad requests: typed, nothing stored, no stack', () => {
  const create = JSON.stringify({ slug: 'stored' });
  const cases: [string, string, Parameters<typeof send>[1], number, object][] = [
    [
      'a form of a foreign page',
      'projects.create',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'slug=stored',
      },
      415,
      badInput('content-type', 'must be application/json'),
    ],
    [
      'JSON that calls itself text, as a page may send it without asking',
      'projects.create',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: create },
      415,
      badInput('content-type'),
    ],
    ['no content type', 'projects.create', { method: 'POST', body: create }, 415, badInput('content-type')],
    [
      'a form with parts',
      'projects.create',
      { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
      415,
      badInput('content-type'),
    ],
    [
      'a compressed body',
      'projects.create',
      { method: 'POST', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: create },
      415,
      badInput('content-encoding'),
    ],
    [
      'no JSON',
      'projects.create',
      { method: 'POST', headers: JSON_TYPE, body: '{"slug":' },
      400,
      badInput('', 'must be JSON'),
    ],
    [
      'bytes that are not UTF-8',
      'projects.create',
      {
        method: 'POST',
        headers: JSON_TYPE,
        body: Buffer.from('{"slug":"stored","name":"caf\xe9"}', 'latin1'),
      },
      400,
      badInput('body', 'must be UTF-8'),
    ],
    ['no body', 'projects.create', { method: 'POST', headers: JSON_TYPE }, 400, badInput('', 'is required')],
    [
      'an unknown field',
      'projects.create',
      { method: 'POST', headers: JSON_TYPE, body: '{"slug":"stored","nmae":"x"}' },
      400,
      badInput('nmae', 'is not a known field'),
    ],
    ['a mutation by GET', `projects.create?input=${encodeURIComponent(create)}`, {}, 405, badInput('method')],
    ['another method', 'projects.create', { method: 'DELETE' }, 405, badInput('method')],
    [
      'no such procedure',
      'projects.destroy',
      { method: 'POST', headers: JSON_TYPE, body: '{}' },
      404,
      ledgerOf('NOT_FOUND', { type: 'procedure', id: 'projects.destroy' }),
    ],
    ['a path that does not decode', 'projects.%ff', {}, 400, badInput('path')],
    [
      'another version of the API',
      'projects.create',
      { method: 'POST', headers: { ...JSON_TYPE, 'x-stepledger-api': '2' }, body: create },
      400,
      badInput('x-stepledger-api'),
    ],
  ];

  test.each(cases)('%s', async (_, path, options, status, json) => {
    const before = await countProjects();
    const refused = await send(`${server.url}/trpc/${path}`, options);
    expect(refused).toMatchObject({ status, json });
    expect(refused.body.toString()).not.toMatch(/\bat .*:\d+:\d+|node_modules|stack/);
    expect(await countProjects()).toBe(before);
  });

  test('a body of 21 MB is TOO_LARGE, announced or not, single or in a streamed batch', async () => {
    const body = Buffer.alloc(21_000_000, 'x');
    const tooLarge = ledgerOf('TOO_LARGE', { limitBytes: LIMITS.maxBodyBytes });
    const announced = { method: 'POST', headers: JSON_TYPE, body };
    expect(await send(`${server.url}/trpc/projects.create`, announced)).toMatchObject({
      status: 413,
      json: tooLarge,
    });
    const chunked = { ...announced, headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } };
    expect(await send(`${server.url}/trpc/projects.create`, chunked)).toMatchObject({
      status: 413,
      json: tooLarge,
    });
    const streamed = { ...announced, headers: { ...JSON_TYPE, 'trpc-accept': 'application/jsonl' } };
    expect(await send(`${server.url}/trpc/projects.create?batch=1`, streamed)).toMatchObject({
      status: 413,
      json: tooLarge,
    });
  });

  test('a batch of 21 calls is refused, one of 20 is served', async () => {
    const batch = (calls: number) =>
      send(`${server.url}/trpc/${Array.from({ length: calls }, () => 'projects.list').join(',')}?batch=1`, {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify(Object.fromEntries(Array.from({ length: calls }, (_, index) => [index, {}]))),
      });
    expect(await batch(21)).toMatchObject({
      status: 400,
      json: badInput('batch', 'must have at most 20 calls'),
    });
    const served = await batch(20);
    expect(served.status).toBe(200);
    expect(served.json).toHaveLength(20);
  });

  test('headers of more than 16 KB, and what is no HTTP at all, are answered in the same shape', async () => {
    const long = await send(`${server.url}/trpc/projects.list?input=${'x'.repeat(20_000)}`);
    expect(long).toMatchObject({ status: 431, json: { code: 'TOO_LARGE', details: { limitBytes: 16_384 } } });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.end('HELO stepledger\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"BAD_INPUT"');
  });
});

test('queries are served by GET and by POST, also 20 KB of them', async () => {
  const byGet = await send(
    `${server.url}/trpc/projects.get?input=${encodeURIComponent('{"slug":"default"}')}`,
  );
  const byPost = await call(server.url, 'projects.get', { slug: 'default' });
  expect(byGet.status).toBe(200);
  expect(byGet.json).toEqual(byPost.json);
  const long = await call(server.url, 'projects.list', { cursor: 'x'.repeat(20_000) });
  expect(long).toMatchObject({ status: 400, json: badInput('cursor', 'must have at most 1000 characters') });
});

test('procedures without parameters take nothing or an empty object', async () => {
  for (const input of [undefined, {}]) {
    expect((await call(server.url, 'system.health', input)).json).toEqual({
      result: { data: { status: 'ok', database: { reachable: true, migrated: true } } },
    });
  }
  expect((await send(`${server.url}/trpc/system.stats`)).status).toBe(200);
  expect((await call(server.url, 'system.stats', { x: 1 })).json).toMatchObject(badInput('x'));
});
