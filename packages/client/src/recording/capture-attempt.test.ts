import { once } from 'node:events';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { bodyOf, CHUNK, capture, DONE, SSE, STREAM, sends, startServer } from '../../test/captures.ts';
import type { AttemptOutcome } from './attempt.ts';

test('a stream is recorded with what it says, and its caller sees the same', async () => {
  await using server = await startServer(sends(STREAM));
  const { response, ended, told } = capture(server.url);
  expect(await (await response).text()).toBe(STREAM);
  const outcome = await ended;
  expect(outcome).toEqual({
    status: 'completed',
    httpStatus: 200,
    contentType: 'text/event-stream',
    headers: [
      { name: 'connection', value: 'keep-alive' },
      { name: 'content-type', value: 'text/event-stream' },
      { name: 'date', value: expect.stringMatching(/GMT$/) },
      { name: 'keep-alive', value: expect.any(String) },
      { name: 'transfer-encoding', value: 'chunked' },
    ],
    response: new Uint8Array(Buffer.from(STREAM)),
    startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    firstByteMs: expect.any(Number),
    totalMs: expect.any(Number),
    responseModel: 'gpt-5',
    usage: { inputTokens: 9, outputTokens: 12 },
    text: 'Grüße',
    retryable: false,
  });
  expect(told()).toBe(STREAM);
});

test('a caller that never reads, clones, or gives its bytes away does not keep an answer from being recorded', async () => {
  await using server = await startServer(sends(CHUNK, DONE));
  const consumers: ((response: Response) => Promise<unknown>)[] = [
    () => Promise.resolve(),
    async (response) => {
      const clone = response.clone();
      expect(clone.url).toBe(response.url);
      expect(await Promise.all([response.text(), clone.text()])).toEqual([CHUNK + DONE, CHUNK + DONE]);
    },
    async (response) => {
      for await (const chunk of response.body ?? []) structuredClone(chunk, { transfer: [chunk.buffer] });
    },
    async (response) => {
      const reader = response.body?.getReader();
      for (let next = await reader?.read(); next?.value; next = await reader?.read()) next.value.fill(0);
    },
  ];
  for (const consume of consumers) {
    const { response, ended } = capture(server.url);
    await consume(await response);
    const outcome = await ended;
    expect([outcome.status, bodyOf(outcome)]).toEqual(['completed', CHUNK + DONE]);
  }
});

test('a response is what fetch gives: where it came from, its headers, its status and what it is', async () => {
  await using server = await startServer((request, response) => {
    if (request.url === '/from') return response.writeHead(307, { location: '/v1/chat/completions' }).end();
    response.writeHead(201, 'Made', { 'set-cookie': ['a=1', 'b=2'], 'x-request-id': 'r1' }).end('{}');
  });
  const init = { method: 'POST', body: '{}' };
  const plain = await fetch(`${server.url}/from`, init);
  const response = await capture(server.url, { path: '/from', init }).response;
  const seen = ({ url, redirected, type, status, statusText, ok, headers }: Response) => ({
    ...{ url, redirected, type, status, statusText, ok },
    headers: [...headers].filter(([name]) => name !== 'date'),
    cookies: headers.getSetCookie(),
  });
  expect(seen(response)).toEqual(seen(plain));
  expect(seen(response.clone().clone())).toEqual(seen(plain));
  expect(response).toBeInstanceOf(Response);
  expect(await response.json()).toEqual({});
});

const SENT = ['X-One', 'b', 'Set-Cookie', 's=s3cret', 'X-Two', '2', 'x-one', 'a', 'set-cookie', 't=s3cret'];
const isOurs = ({ name }: { name: string }) => name.startsWith('x-') || name.includes('cookie');

test.each([
  ['with a body', 200, '{}'],
  ['without a body', 204, ''],
  ['of a refusal', 500, 'no'],
])('the headers of an answer %s are recorded, and no cookie', async (_, status, body) => {
  await using server = await startServer((_, response) => response.writeHead(status, SENT).end(body));
  const { response, ended } = capture(server.url, { path: '/other' });
  expect((await response).headers.getSetCookie()).toEqual(['s=s3cret', 't=s3cret']);
  expect((await ended).headers?.filter(isOurs)).toEqual([
    { name: 'x-one', value: 'b, a' },
    { name: 'x-two', value: '2' },
  ]);
});

test('a fetch that knows the headers as they came is asked for them, and its fault breaks nothing', async () => {
  await using server = await startServer(sends(STREAM));
  const pairs = [
    ['X-One', 'b'],
    ['Set-Cookie', 's3cret'],
    ['x-one', 'a'],
  ] as const;
  const { ended } = capture(server.url, { readHeaders: () => pairs });
  expect((await ended).headers).toEqual([
    { name: 'x-one', value: 'b' },
    { name: 'x-one', value: 'a' },
  ]);
  const failure = new Error('not known');
  const readHeaders = () => {
    throw failure;
  };
  const faulty = capture(server.url, { readHeaders });
  expect(await (await faulty.response).text()).toBe(STREAM);
  const outcome = await faulty.ended;
  expect(outcome).toMatchObject({ status: 'completed', text: 'Grüße' });
  expect(outcome.listenerError).toBe(failure);
  expect(outcome).not.toHaveProperty('headers');
});

test('a compressed answer is recorded as it is read', async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' }).end(zlib.gzipSync(STREAM));
  });
  const { response, ended } = capture(server.url);
  expect((await response).headers.get('content-encoding')).toBe('gzip');
  expect(await (await response).text()).toBe(STREAM);
  expect(await ended).toMatchObject({ status: 'completed', text: 'Grüße' });
});

test('responses without a body have none', async () => {
  await using server = await startServer((request, response) => {
    response.writeHead(request.method === 'HEAD' ? 200 : 204).end();
  });
  for (const method of ['HEAD', 'DELETE']) {
    const { response, ended } = capture(server.url, { path: '/other', init: { method } });
    expect((await response).body).toBeNull();
    expect(await ended).toMatchObject({ status: 'completed', response: new Uint8Array() });
  }
  const { ended } = capture(server.url);
  expect(await ended).toMatchObject({ status: 'failed', error: 'The answer ended without its end mark' });
});

test('of a response beyond 16 MiB the caller gets everything, and the first part is stored as failed', async () => {
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  await using server = await startServer(async (_, response) => {
    response.writeHead(200);
    for (let count = 0; count < 18; count++) if (!response.write(megabyte)) await once(response, 'drain');
    response.end();
  });
  const { response, ended, told } = capture(server.url, { path: '/other' });
  expect((await (await response).arrayBuffer()).byteLength).toBe(18 * megabyte.length);
  const outcome = await ended;
  expect(outcome.error).toBe(
    `The response has ${18 * megabyte.length} bytes, of which only the first ${16 * megabyte.length} are stored`,
  );
  expect([outcome.status, outcome.response?.length, told().length]).toEqual([
    'failed',
    16 * megabyte.length,
    16 * megabyte.length,
  ]);
});

test('a listener that throws is not called again, and breaks neither the caller nor the record', async () => {
  await using server = await startServer(sends(STREAM));
  let calls = 0;
  const failure = new Error('the disk is full');
  const onBytes = () => {
    calls += 1;
    throw failure;
  };
  const { response, ended } = capture(server.url, { onBytes });
  expect(await (await response).text()).toBe(STREAM);
  const outcome = await ended;
  expect([outcome.status, bodyOf(outcome), outcome.listenerError, calls]).toEqual([
    'completed',
    STREAM,
    failure,
    1,
  ]);
});

test('the outcome is there before the caller sees the end of the answer', async () => {
  await using server = await startServer((request, response) => {
    if (request.url === '/refused') return response.writeHead(503).end('no');
    response.writeHead(200, SSE).end(STREAM);
  });
  for (const path of ['/refused', '/v1/chat/completions']) {
    const { response, ended } = capture(server.url, { path });
    let outcome: AttemptOutcome | null = null;
    void ended.then((given) => {
      outcome = given;
    });
    await (await response).text();
    expect(outcome).not.toBeNull();
  }
});

test('a response that cannot be read along is passed on as it is, and that is said', async () => {
  const locked = new Response('x');
  const reader = locked.body?.getReader();
  const { response, ended } = capture('http://127.0.0.1:1', { fetch: () => Promise.resolve(locked) });
  expect(await response).toBe(locked);
  expect(await ended).toMatchObject({
    status: 'failed',
    httpStatus: 200,
    error: expect.stringContaining('not recorded'),
  });
  reader?.releaseLock();

  const opaque = Response.error();
  const failed = capture('http://127.0.0.1:1', { fetch: () => Promise.resolve(opaque) });
  expect(await failed.response).toBe(opaque);
  expect(await failed.ended).not.toHaveProperty('httpStatus');
  expect(await failed.ended).not.toHaveProperty('headers');
});
