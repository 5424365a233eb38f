import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LlmProxy, openProxy } from './proxy.ts';
import { openTransport, type Transport } from './transport.ts';
import { resolveUpstreams } from './upstreams.ts';

/** An upstream that answers these very bytes. */
let answer = Buffer.alloc(0);
const sockets = new Set<Socket>();
const upstream = createServer((socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => undefined);
  socket.on('data', () => socket.write(answer));
});
const faults: unknown[] = [];
let transport: Transport;
let proxy: LlmProxy;

beforeAll(async () => {
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  transport = openTransport({});
  proxy = await openProxy({
    upstreams: resolveUpstreams({ openai: url, ollama: url }, {}),
    port: 0,
    recordings: { fetchFor: async () => transport.fetch },
    llmFetch: transport.fetch,
    onFault: (fault) => faults.push(fault),
  });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await transport[Symbol.asyncDispose]();
  for (const socket of sockets) socket.destroy();
  upstream.close();
});

/** What a program gets, byte by byte as Latin-1, when the upstream answers this. */
async function answered(bytes: string | Buffer): Promise<string> {
  answer = Buffer.from(bytes);
  const { port, pathname } = new URL(proxy.urls.get('openai') ?? '');
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`GET ${pathname}/models HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
  let got = '';
  for await (const chunk of socket) got += (chunk as Buffer).toString('latin1');
  return got;
}

const BODY = 'content-length: 2\r\n\r\nhi';

test.each([
  ['UTF-8', Buffer.from(`HTTP/1.1 500 内部错误\r\nx-name: 设计\r\n${BODY}`)],
  ['Latin-1', Buffer.from(`HTTP/1.1 200 OK\r\nx-name: caf\xe9\r\n${BODY}`, 'latin1')],
])('a reason and headers in %s come as the bytes that they were', async (_name, bytes) => {
  const got = await answered(bytes);
  const [line, name] = bytes.toString('latin1').split('\r\n');
  expect(got.split('\r\n')[0]).toBe(line);
  expect(got.split('\r\n')).toContain(name);
  expect(got).toMatch(/\r\n\r\nhi$/);
});

test('a reason that is no text is no reason to hide the answer', async () => {
  const bytes = Buffer.from(`HTTP/1.1 500 priv\xe9e\r\n${BODY}`, 'latin1');
  expect(await answered(bytes)).toMatch(/^HTTP\/1\.1 500 priv[\s\S]*\r\n\r\nhi$/);
});

test('a redirect is not followed, and a hint before the answer is left out', async () => {
  const redirect = 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n';
  expect(await answered(redirect)).toMatch(
    /^HTTP\/1\.1 302 Found[\s\S]*location: http:\/\/127\.0\.0\.1:1\/\r\n/,
  );
  expect(await answered(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n${BODY}`)).toMatch(
    /^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nhi$/,
  );
});

test('what no client of HTTP understands is a 502 that says so, no fault of ours, and holds no connection', async () => {
  expect(await answered(`HTTP/1.1 999 Denied\r\ncontent-length: 99\r\n\r\nhi`)).toContain('HTTP_999');
  expect(await answered('sk-secret in garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 502 [\s\S]*HTTP_PARSER_ERROR/);
  expect(await answered('HTTP/1.1 101 Switching\r\nupgrade: websocket\r\n\r\n')).toMatch(/^HTTP\/1\.1 502 /);
  expect(faults).toEqual([]);
  await expect.poll(() => sockets.size).toBeLessThanOrEqual(1);
});

test("a website's name that leads to this machine does not lead to Ollama", async () => {
  answer = Buffer.from(`HTTP/1.1 200 OK\r\n${BODY}`);
  const url = `${proxy.urls.get('ollama')}/api/tags`;
  const statusFor = async (host: string) => {
    const asked = request(url, { headers: { host }, agent: false }).end();
    const [response] = await once(asked, 'response');
    response.resume();
    return response.statusCode as number;
  };
  const { host, port } = new URL(url);
  expect(await statusFor(host)).toBe(200);
  expect(await statusFor(`localhost:${port}`)).toBe(200);
  for (const name of [
    'evil.example',
    `127.0.0.1.evil.example:${port}`,
    `evil.example:${port}`,
    'localhost.evil',
  ])
    expect(await statusFor(name)).toBe(404);
});

test('headers are known as they came: in their order and case, those of one name each by itself', async () => {
  const lines = ['X-One: b', 'Set-Cookie: a=1', 'x-two: caf\xe9', 'x-one:  a', 'set-cookie: b=2', 'X-One:'];
  answer = Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n${BODY}`, 'latin1');
  const response = await transport.fetch(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`, {
    headers: [],
  });
  expect(await response.text()).toBe('hi');
  expect(transport.readHeaders(response)).toEqual([
    ['X-One', 'b'],
    ['Set-Cookie', 'a=1'],
    ['x-two', 'caf\xe9'],
    ['x-one', 'a'],
    ['set-cookie', 'b=2'],
    ['X-One', ''],
    ['content-length', '2'],
  ]);
});
