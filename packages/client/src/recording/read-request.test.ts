import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { readRequest } from './read-request.ts';

const LIMIT = 16 * 1024 * 1024;

interface Received {
  method: string | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** Keeps what it is sent. */
async function startServer() {
  const received: Received[] = [];
  const server = http
    .createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { host: _, ...headers } = request.headers;
      received.push({ method: request.method, headers, body: Buffer.concat(chunks) });
      response.end();
    })
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1?x=1`,
    received,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type Arguments = (url: string) => Parameters<typeof readRequest>;

/** Sends the same once without us and once by us; answers what was read, and what the server got of both. */
async function sendBoth(make: Arguments) {
  await using server = await startServer();
  await fetch(...make(server.url));
  const read = await readRequest(...make(server.url));
  await fetch(read.input, read.init);
  const [plain, ours] = server.received;
  if (!plain || !ours) throw new Error('A request did not arrive');
  return { read, plain, ours };
}

const bytes = Uint8Array.of(0, 255, 128, 10);
const streamOf = (...chunks: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
const post =
  (body: NonNullable<RequestInit['body']>, more: object = {}): Arguments =>
  (url) => [url, { method: 'POST', body, ...more }];

test.each<[string, Arguments]>([
  ['a text', post('{"a":"Grüße 👋 \ud800"}')],
  ['a text with a type of its own', post('{}', { headers: { 'Content-Type': 'application/json', a: 'b' } })],
  ['an empty text', post('')],
  ['a Uint8Array', post(bytes)],
  ['a part of a buffer', post(new Uint8Array(bytes.buffer, 1, 2))],
  ['a DataView', post(new DataView(bytes.buffer, 1, 3))],
  ['an ArrayBuffer', post(bytes.buffer)],
  ['parameters', post(new URLSearchParams({ q: 'ä & b' }))],
  ['a file', post(new Blob([bytes], { type: 'image/png' }))],
  ['a file without a type', post(new Blob([bytes]))],
  [
    'a file with another type',
    post(new Blob([bytes], { type: 'image/png' }), { headers: [['content-type', 'a/b']] }),
  ],
  ['a request', (url) => [new Request(url, { method: 'PUT', body: '{}', headers: { 'x-a': 'b' } })]],
  [
    'a request that is changed',
    (url) => [new Request(url, { method: 'PUT', body: 'a' }), { body: 'b', headers: { c: 'd' } }],
  ],
  [
    'a request with a file',
    (url) => [new Request(url), { method: 'POST', body: new Blob([bytes], { type: 'image/png' }) }],
  ],
  ['a request without a body', (url) => [new Request(url, { headers: { 'x-a': 'b' } })]],
  ['a URL', (url) => [new URL(url)]],
])('the server gets the same for %s, and it is recorded', async (_, make) => {
  const { read, plain, ours } = await sendBoth(make);
  expect(ours).toEqual(plain);
  expect(read.method).toBe(plain.method);
  expect(read.url.search).toBe('?x=1');
  expect(Buffer.from(read.body ?? []).equals(plain.body)).toBe(true);
  expect(read.unrecorded).toBeNull();
});

test('a form is sent with the boundary that it is recorded with', async () => {
  const form = new FormData();
  form.set('text', 'ä\r\n');
  form.set('file', new Blob([bytes], { type: 'image/png' }), 'a.png');
  const { read, plain, ours } = await sendBoth(post(form, { headers: { 'x-a': 'b' } }));
  const type = String(ours.headers['content-type']);
  expect(type).toMatch(/^multipart\/form-data; ?boundary=/);
  expect(ours.body.toString()).toContain(type.split('boundary=')[1]);
  expect(Buffer.from(read.body ?? []).equals(ours.body)).toBe(true);
  expect(ours.body.length).toBe(plain.body.length);
  expect([ours.headers['x-a'], Object.keys(ours.headers)]).toEqual(['b', Object.keys(plain.headers)]);
});

test('a stream is read once and sent as the same bytes', async () => {
  const make = post(streamOf(bytes, bytes), { duplex: 'half', headers: { 'x-a': 'b' } });
  await using server = await startServer();
  const read = await readRequest(...make(server.url));
  await fetch(read.input, read.init);
  const all = Buffer.concat([bytes, bytes]);
  expect([server.received[0]?.body.equals(all), Buffer.from(read.body ?? []).equals(all)]).toEqual([
    true,
    true,
  ]);
  expect(server.received[0]?.headers['x-a']).toBe('b');
});

test('a request that does not show its body is read all the same', async () => {
  await using server = await startServer();
  const request = new Request(server.url, { method: 'POST', body: 'hidden' });
  Object.defineProperty(request, 'body', { value: undefined });
  const read = await readRequest(request);
  await fetch(read.input, read.init);
  const sent = [read.body, server.received[0]?.body].map((body) => Buffer.from(body ?? []).toString());
  expect(sent).toEqual(['hidden', 'hidden']);
});

test('a body of more than 16 MiB is sent whole and not recorded, which is said', async () => {
  const megabyte = new Uint8Array(1024 * 1024).fill(7);
  const many = Array<Uint8Array<ArrayBuffer>>(17).fill(megabyte);
  const form = new FormData();
  form.set('file', new Blob(many));
  const bodies = [
    'ä'.repeat(LIMIT / 2 + 1),
    new Uint8Array(LIMIT + 1),
    new Blob(many),
    form,
    streamOf(...many),
  ];
  for (const body of bodies) {
    await using server = await startServer();
    const read = await readRequest(server.url, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect([read.body, read.unrecorded]).toEqual([
      null,
      expect.stringContaining('larger than 16777216 bytes'),
    ]);
    await fetch(read.input, read.init);
    expect(server.received[0]?.body.length).toBeGreaterThan(LIMIT);
  }
  await using server = await startServer();
  const request = new Request(server.url, {
    method: 'POST',
    body: streamOf(...many),
    duplex: 'half',
  } as RequestInit);
  const read = await readRequest(request);
  expect(read.body).toBeNull();
  await fetch(read.input, read.init);
  expect(server.received[0]?.body.length).toBe(17 * megabyte.length);
});

test('a body of exactly 16 MiB is recorded', async () => {
  for (const body of ['x'.repeat(LIMIT), streamOf(new Uint8Array(LIMIT - 1), new Uint8Array(1))]) {
    expect((await readRequest('http://localhost', { method: 'POST', body })).body?.length).toBe(LIMIT);
  }
});

test('what is read stays as it was when the caller changes it', async () => {
  const body = Uint8Array.of(1, 2, 3);
  const reading = readRequest('http://localhost', { method: 'POST', body });
  body.fill(9);
  const { body: recorded, init } = await reading;
  expect([recorded, init?.body]).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3)]);
});

test('signal, redirect and what else there is are kept', async () => {
  const { signal } = new AbortController();
  const given = {
    method: 'POST',
    body: new Blob(['x']),
    signal,
    redirect: 'manual',
    keepalive: true,
  } as const;
  expect((await readRequest('http://localhost', given)).init).toMatchObject({
    signal,
    redirect: 'manual',
    keepalive: true,
  });
  const abort = new AbortController();
  const request = new Request('http://localhost', {
    method: 'POST',
    body: 'x',
    signal: abort.signal,
    redirect: 'error',
  });
  const { input } = await readRequest(request);
  abort.abort('enough');
  expect(input).toMatchObject({ redirect: 'error', signal: { aborted: true, reason: 'enough' } });
});

test('a body that breaks, or whose request is aborted, fails as it does without us', async () => {
  const failing = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('the file is gone'));
      },
    });
  const abort = new AbortController();
  setTimeout(() => abort.abort(new Error('enough')), 10);
  const silent = () => new ReadableStream<Uint8Array>();
  const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
  await using server = await startServer();
  for (const make of [
    (): RequestInit => ({ method: 'POST', body: failing(), duplex: 'half' }) as RequestInit,
    (): RequestInit =>
      ({ method: 'POST', body: silent(), signal: abort.signal, duplex: 'half' }) as RequestInit,
  ]) {
    const read = await readRequest(server.url, make());
    const ours = await caught(fetch(read.input, read.init));
    expect(ours).toBeInstanceOf(Error);
    expect(String(ours)).toBe(String(await caught(fetch(server.url, make()))));
  }
});

test('a stream that is locked, and what nobody knows, is left to fetch', async () => {
  const locked = streamOf(bytes);
  locked.getReader();
  const strange = { toString: () => 'strange' } as unknown as string;
  for (const body of [locked, strange]) {
    const read = await readRequest('http://localhost', { method: 'POST', body });
    expect([read.body, read.init?.body, read.unrecorded]).toEqual([
      null,
      body,
      expect.stringContaining('unknown kind'),
    ]);
  }
  const foreign = { url: 'http://localhost/v1' } as unknown as Request;
  expect(await readRequest(foreign)).toMatchObject({ input: foreign, unrecorded: expect.any(String) });
});

test('a URL that cannot be used fails with the error of fetch', async () => {
  const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => String(error));
  expect(await caught(readRequest('not a url'))).toBe(await caught(fetch('not a url')));
});
