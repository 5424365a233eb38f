import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  bodyOf,
  CHUNK,
  capture,
  caught,
  DONE,
  SSE,
  sends,
  sendsAndStays,
  startServer,
} from '../../test/captures.ts';

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
