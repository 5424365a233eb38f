import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import type { AttemptOutcome } from './attempt.ts';
import { type CaptureOptions, captureAttempt } from './capture-attempt.ts';
import { findProtocol } from './protocols/find-protocol.ts';

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

async function startServer(handler: Handler) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Captures a call of a chat completion, unless told otherwise. */
function capture(
  url: string,
  { path = '/v1/chat/completions', ...given }: Partial<CaptureOptions> & { path?: string } = {},
) {
  const pieces: Uint8Array[] = [];
  const input = `${url}${path}`;
  const captured = captureAttempt({
    fetch: globalThis.fetch,
    input,
    init: { method: 'POST', body: '{}' },
    protocol: findProtocol(new URL(input)),
    onBytes: (bytes) => pieces.push(bytes),
    ...given,
  });
  return { ...captured, told: () => Buffer.concat(pieces).toString() };
}

const bodyOf = (outcome: AttemptOutcome) => outcome.response && Buffer.from(outcome.response).toString();
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('nothing was thrown'),
    (error: unknown) => error,
  );

const CHUNK = 'data: {"model":"gpt-5","choices":[{"index":0,"delta":{"content":"Grüße"}}]}\n\n';
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12}}\n\n';
const DONE = 'data: [DONE]\n\n';
const STREAM = CHUNK + USAGE + DONE;
const SSE = { 'content-type': 'text/event-stream' };
const sends =
  (...parts: string[]): Handler =>
  (_, response) => {
    response.writeHead(200, SSE);
    for (const part of parts) response.write(part);
    response.end();
  };
const sendsAndStays =
  (...parts: string[]): Handler =>
  (_, response) => {
    response.writeHead(200, SSE);
    for (const part of parts) response.write(part);
  };

test('a stream is recorded with what it says, and its caller sees the same', async () => {
  await using server = await startServer(sends(STREAM));
  const { response, ended, told } = capture(server.url);
  expect(await (await response).text()).toBe(STREAM);
  const outcome = await ended;
  expect(outcome).toEqual({
    status: 'completed',
    httpStatus: 200,
    contentType: 'text/event-stream',
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

test('a refusal is recorded before its caller can cancel it, with what it says about another try', async () => {
  const body = '{"error":{"message":"Slow down"}}';
  await using server = await startServer((_, response) => {
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
    response.write(body.slice(0, 9));
    setTimeout(() => response.end(body.slice(9)), 30);
  });
  const { response, ended, told } = capture(server.url);
  const cancelled = (await response).body?.cancel();
  const outcome = await ended;
  expect(outcome).toMatchObject({
    status: 'failed',
    httpStatus: 429,
    error: 'HTTP 429 Too Many Requests',
    retryable: true,
    retryAfterMs: 7000,
  });
  expect([bodyOf(outcome), told()]).toEqual([body, body]);
  await cancelled;
  expect(await (await capture(server.url).response).json()).toEqual(JSON.parse(body));
});

test('a refusal whose body does not end is handed on all the same, and can be cancelled', async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(500).write('{"error":');
  });
  const { response, ended } = capture(server.url);
  await (await response).body?.cancel();
  const outcome = await ended;
  expect([outcome.status, outcome.error, bodyOf(outcome)]).toEqual([
    'failed',
    'HTTP 500 Internal Server Error',
    '{"error":',
  ]);
});

test('a connection that breaks in the middle keeps what arrived, and its caller gets the error after it', async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(200, SSE);
    response.write(CHUNK, () => response.destroy());
  });
  const { response, ended, told } = capture(server.url);
  const read: Uint8Array[] = [];
  const error = await caught(
    (async () => {
      for await (const chunk of (await response).body ?? []) read.push(chunk);
    })(),
  );
  expect(Buffer.concat(read).toString()).toBe(CHUNK);
  expect(error).toMatchObject({ name: 'TypeError', message: 'terminated' });
  const outcome = await ended;
  expect(outcome).toMatchObject({ status: 'failed', text: 'Grüße', retryable: false });
  expect(outcome.error).toContain('terminated');
  expect([bodyOf(outcome), told()]).toEqual([CHUNK, CHUNK]);
});

test('an answer that is no stream and breaks off may be asked for again, unless the caller stopped it', async () => {
  await using server = await startServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"model":', () => request.url === '/broken' && response.destroy());
  });
  const broken = capture(server.url, { path: '/broken' });
  await caught((await broken.response).json());
  expect(await broken.ended).toMatchObject({ status: 'failed', retryable: true });

  const abort = new AbortController();
  const stopped = capture(server.url, { init: { method: 'POST', body: '{}', signal: abort.signal } });
  const reading = caught((await stopped.response).json());
  abort.abort();
  await reading;
  expect(await stopped.ended).toMatchObject({ status: 'failed', retryable: false });
});

test('a body that ends without its end mark has failed, though it ended well', async () => {
  await using server = await startServer(sends(CHUNK));
  const { response, ended } = capture(server.url);
  expect(await (await response).text()).toBe(CHUNK);
  const outcome = await ended;
  expect([outcome.status, outcome.error, bodyOf(outcome)]).toEqual([
    'failed',
    'The answer ended without its end mark',
    CHUNK,
  ]);
});

test('an error in the stream is the reason of the failure', async () => {
  await using server = await startServer(sends(CHUNK, 'data: {"error":{"message":"overloaded"}}\n\n', DONE));
  expect(await capture(server.url).ended).toMatchObject({
    status: 'failed',
    error: 'The answer reports an error: overloaded',
  });
});

test('an answer of an unknown protocol is whole when its body ends', async () => {
  await using server = await startServer(sends('any', 'thing'));
  const outcome = await capture(server.url, { path: '/other' }).ended;
  expect([outcome.status, bodyOf(outcome), outcome.text]).toEqual(['completed', 'anything', undefined]);
});

test('a server that keeps the connection open after the end mark does not keep the attempt open', async () => {
  await using server = await startServer(sendsAndStays(CHUNK, DONE));
  const { response, ended } = capture(server.url);
  const reader = (await response).body?.getReader();
  const outcome = await ended;
  expect([outcome.status, bodyOf(outcome)]).toEqual(['completed', CHUNK + DONE]);
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain('Grüße');
  await reader?.cancel();
});

test('a caller that cancels after the end mark leaves a completed attempt, with what follows', async () => {
  let finish = () => {};
  await using server = await startServer((_, response) => {
    response.writeHead(200, SSE).write(CHUNK + DONE);
    finish = () => response.end(': bye\n\n');
  });
  const { response, ended } = capture(server.url);
  const reader = (await response).body?.getReader();
  for (let read = ''; !read.includes('[DONE]'); )
    read += Buffer.from((await reader?.read())?.value ?? []).toString();
  await reader?.cancel();
  finish();
  const outcome = await ended;
  expect([outcome.status, bodyOf(outcome)]).toEqual(['completed', `${CHUNK + DONE}: bye\n\n`]);
});

test('a caller that cancels before the end mark stops the server, and what arrived is kept as failed', async () => {
  let hungUp: Promise<unknown> = Promise.resolve();
  await using server = await startServer((_, response) => {
    hungUp = once(response, 'close');
    response.writeHead(200, SSE).write(CHUNK);
  });
  const { response, ended } = capture(server.url);
  const reader = (await response).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  const outcome = await ended;
  expect([outcome.status, outcome.error, outcome.text]).toEqual([
    'failed',
    'The caller cancelled the answer before its end',
    'Grüße',
  ]);
  expect(bodyOf(outcome)).toBe(CHUNK);
  await hungUp;
});

test('an abort gives the caller the error that fetch gives, before the answer and in it', async () => {
  await using server = await startServer((request, response) => {
    if (request.url !== '/slow') response.writeHead(200, SSE).write(CHUNK);
  });
  for (const path of ['/slow', '/v1/chat/completions']) {
    const abort = new AbortController();
    const init = { method: 'POST', body: '{}', signal: abort.signal };
    const { response, ended } = capture(server.url, { path, init });
    const reader = path === '/slow' ? null : (await response).body?.getReader();
    await reader?.read();
    const pending = caught(reader ? reader.read() : response);
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await pending).toBe(reason);
    const outcome = await ended;
    expect([outcome.status, outcome.error]).toEqual(['failed', 'Error: enough']);
    expect(bodyOf(outcome)).toBe(path === '/slow' ? undefined : CHUNK);
  }
});

test('an abort after the end mark leaves a completed attempt', async () => {
  await using server = await startServer(sendsAndStays(CHUNK, DONE));
  const abort = new AbortController();
  const { response, ended } = capture(server.url, {
    init: { method: 'POST', body: '{}', signal: abort.signal },
  });
  const reader = (await response).body?.getReader();
  for (let read = ''; !read.includes('[DONE]'); )
    read += Buffer.from((await reader?.read())?.value ?? []).toString();
  abort.abort();
  const outcome = await ended;
  expect([outcome.status, bodyOf(outcome)]).toEqual(['completed', CHUNK + DONE]);
});

test('no answer is a failure that may be tried again, and the caller gets the error of fetch', async () => {
  const { response, ended } = capture('http://127.0.0.1:1');
  const error = await caught(response);
  expect(error).toMatchObject({ message: 'fetch failed' });
  const outcome = await ended;
  expect(outcome).toEqual({
    status: 'failed',
    error: expect.stringMatching(/^TypeError: fetch failed: Error: .+/),
    startedAt: expect.any(String),
    totalMs: expect.any(Number),
    retryable: true,
  });

  const refuse = () => {
    throw error;
  };
  expect(await caught(capture('http://127.0.0.1:1', { fetch: refuse }).response)).toBe(error);
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
  expect((await failed.ended).httpStatus).toBeUndefined();
});
