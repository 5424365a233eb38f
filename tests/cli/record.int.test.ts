import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  BROKEN,
  RATE_LIMITED,
  SERVER_ERROR,
  startLlmEndpoint,
  startTestServer,
  type TestServer,
  TOKENS,
} from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExact, readBody, readExchanges } from '../recording/sdks/support/stored.ts';
import { nodeProgram, type ProgramCall, pythonProgram, record } from './support/record/programs.ts';
import { startRawEndpoint } from './support/record/raw-endpoint.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let runs = 0;
const newRun = () => `recorded-${++runs}`;

async function exchangesOf(run: string) {
  const { id } = await server.ledger.runs.get({ key: run });
  return readExchanges(server.ledger, id);
}

const chat = (content: string, more: object = {}): ProgramCall => ({
  variable: 'OPENAI_BASE_URL',
  path: '/chat/completions',
  // With blanks that nobody may tidy up.
  body: JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content }], ...more }, null, 1),
});
const contents = [{ role: 'user', parts: [{ text: 'Design.' }] }];
const messages = [{ role: 'user', content: 'Design.' }];
/** Each protocol, as one JSON value and as a stream: server-sent events, or lines of JSON. */
const CALLS: ProgramCall[] = [
  chat('Design.'),
  chat('Design.', { stream: true, stream_options: { include_usage: true } }),
  { variable: 'OPENAI_BASE_URL', path: '/responses', body: '{"model":"gpt-5","input":"Design."}' },
  {
    variable: 'OPENAI_BASE_URL',
    path: '/responses',
    body: '{"model":"gpt-5","input":"Design.","stream":true}',
  },
  {
    variable: 'ANTHROPIC_BASE_URL',
    path: '/v1/messages',
    body: JSON.stringify({ model: 'claude', max_tokens: 9, messages }),
  },
  {
    variable: 'ANTHROPIC_BASE_URL',
    path: '/v1/messages?beta=true',
    body: JSON.stringify({ model: 'claude', max_tokens: 9, messages, stream: true }),
  },
  { variable: 'OLLAMA_HOST', path: '/api/chat', body: JSON.stringify({ model: 'llama', messages }) },
  {
    variable: 'OLLAMA_HOST',
    path: '/api/generate',
    body: '{"model":"llama","prompt":"Design.","stream":false}',
  },
  {
    variable: 'GOOGLE_GEMINI_BASE_URL',
    path: '/v1beta/models/gemini-2:generateContent',
    body: JSON.stringify({ contents }),
  },
  {
    variable: 'GOOGLE_GEMINI_BASE_URL',
    path: '/v1beta/models/gemini-2:streamGenerateContent?alt=sse',
    body: JSON.stringify({ contents }),
  },
];

test.each([
  ['Python', pythonProgram],
  ['Node', nodeProgram],
])(
  'a %s program is recorded in every protocol, byte for byte as the endpoint saw and sent it',
  async (_, programOf) => {
    await using endpoint = await startLlmEndpoint();
    const run = newRun();

    const { code, seen, stderr } = await record({
      url: server.url,
      llmUrl: endpoint.url,
      program: programOf(CALLS),
      flags: ['--run', run],
    });

    expect(code).toBe(0);
    expect(stderr).toContain(`recording into run ${run}\n`);
    expect(stderr).toContain(`recorded ${CALLS.length} exchanges into run ${run}\n`);
    expect(seen.map(({ status }) => status)).toEqual(CALLS.map(() => 200));
    const exchanges = await exchangesOf(run);
    expect(exchanges).toHaveLength(CALLS.length);
    for (const exchange of exchanges) {
      const [attempt] = exchange.attempts;
      const request = endpoint.requests.find(
        ({ body, url }) => sha256(body) === attempt?.request?.id.slice(0, 64) && attempt?.url?.endsWith(url),
      );
      await expectExact(server.ledger, attempt, request);
      expect(exchange).toMatchObject({ status: 'completed', step: { name: 'llm', key: '' } });
    }
    // The program saw what was sent, too.
    const sent = endpoint.requests.map(({ answer }) => answer?.sha256);
    expect(seen.map(({ sha256 }) => sha256).sort()).toEqual(sent.sort());
    expect(exchanges.map(({ provider }) => provider).sort()).toEqual([
      ...Array(2).fill('anthropic'),
      ...Array(2).fill('google'),
      ...Array(2).fill('ollama'),
      ...Array(4).fill('openai'),
    ]);
    expect(exchanges.every(({ usage }) => usage?.outputTokens === TOKENS.output)).toBe(true);
  },
);

test('a compressed answer is stored and handed on compressed, and still read', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { gzip: true } });
  const run = newRun();

  const { seen } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: pythonProgram([chat('Design.')]),
    flags: ['--run', run],
  });

  const [exchange] = await exchangesOf(run);
  const [request] = endpoint.requests;
  const stored = await readBody(server.ledger, exchange?.attempts[0]?.response ?? null);
  expect(sha256(stored)).toBe(seen[0]?.sha256);
  expect(sha256(stored)).toBe(sha256(gzipSync(request?.answer?.body ?? '')));
  expect(seen[0]?.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': 'application/json' });
  expect(sha256(gunzipSync(stored))).toBe(request?.answer?.sha256);
  expect(exchange).toMatchObject({ status: 'completed', usage: { outputTokens: TOKENS.output } });
});

test('a compressed stream is stored as it travelled, and read for its tokens', async () => {
  const text = [
    '{"message":{"content":"De"}}\n',
    '{"message":{"content":"sign"}}\n',
    '{"done":true,"eval_count":7}\n',
  ];
  await using endpoint = await startRawEndpoint({ pieces: text, encoding: 'gzip' });
  const run = newRun();
  const call: ProgramCall = {
    variable: 'OLLAMA_HOST',
    path: '/api/chat',
    body: '{"model":"llama","messages":[]}',
  };

  const program = pythonProgram([call]);
  const { seen } = await record({ url: server.url, llmUrl: endpoint.url, program, flags: ['--run', run] });

  const [exchange] = await exchangesOf(run);
  const stored = await readBody(server.ledger, exchange?.attempts[0]?.response ?? null);
  expect(sha256(stored)).toBe(sha256(endpoint.sent()));
  expect(seen[0]).toMatchObject({ status: 200, sha256: sha256(endpoint.sent()) });
  expect(exchange).toMatchObject({ status: 'completed', usage: { outputTokens: 7 } });
});

test('a compressed request goes on as it is, and its messages are read', async () => {
  await using endpoint = await startRawEndpoint({ pieces: ['{"choices":[]}'] });
  const run = newRun();
  const body = gzipSync(chat('Design a todo app.').body ?? '');
  const call = { ...chat(''), body, headers: { 'content-encoding': 'gzip' } };

  await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: nodeProgram([call]),
    flags: ['--run', run],
  });

  const [exchange] = await exchangesOf(run);
  expect(exchange?.messages).toMatchObject([{ role: 'user', content: 'Design a todo app.' }]);
  const stored = await readBody(server.ledger, exchange?.attempts[0]?.request ?? null);
  expect(sha256(stored)).toBe(sha256(body));
  expect(sha256(endpoint.received[0]?.body ?? Buffer.of())).toBe(sha256(body));
  expect(endpoint.received[0]?.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-length': `${body.length}`,
  });
});

test('refusals reach the program as they are, and what it sends again is an attempt of the same exchange', async () => {
  await using endpoint = await startLlmEndpoint();
  endpoint.next(RATE_LIMITED, SERVER_ERROR);
  const run = newRun();
  const again = [chat('Design.'), chat('Design.'), chat('Design.')];

  const { seen } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: pythonProgram(again),
    flags: ['--run', run],
  });

  expect(seen.map(({ status }) => status)).toEqual([429, 500, 200]);
  expect(seen.map(({ sha256 }) => sha256)).toEqual(endpoint.requests.map(({ answer }) => answer?.sha256));
  expect(seen[0]?.headers).toMatchObject({ 'retry-after': '0.01' });
  const [exchange, ...others] = await exchangesOf(run);
  expect(others).toEqual([]);
  expect(exchange?.attempts).toMatchObject([
    { status: 'failed', httpStatus: 429 },
    { status: 'failed', httpStatus: 500 },
    { status: 'completed', httpStatus: 200 },
  ]);
  for (const [index, attempt] of (exchange?.attempts ?? []).entries()) {
    await expectExact(server.ledger, attempt, endpoint.requests[index]);
  }
});

test.each([
  ['Python', pythonProgram],
  ['Node', nodeProgram],
])(
  'a %s program that leaves in the middle of an answer ends it upstream; what had come is kept',
  async (_, programOf) => {
    await using endpoint = await startLlmEndpoint({
      behave: { text: 'word '.repeat(4000), chunkDelayMs: 1, cut: { at: 'middle', by: 'hang' } },
    });
    const run = newRun();
    const program = programOf([{ ...chat('Design.', { stream: true }), leaves: 200 }]);

    const { code } = await record({ url: server.url, llmUrl: endpoint.url, program, flags: ['--run', run] });

    expect(code).toBe(0);
    await endpoint.until(([request]) => request?.answer?.state === 'abandoned');
    const [exchange] = await exchangesOf(run);
    expect(exchange).toMatchObject({
      status: 'failed',
      error: 'The caller cancelled the answer before its end',
    });
    await expectExact(server.ledger, exchange?.attempts[0], endpoint.requests[0]);
  },
);

test('an answer that breaks off breaks off for the program, too, and never looks whole', async () => {
  await using endpoint = await startLlmEndpoint({ behave: BROKEN });
  const run = newRun();
  const program = nodeProgram([chat('Design.', { stream: true }), chat('Test.')]);

  const { seen } = await record({ url: server.url, llmUrl: endpoint.url, program, flags: ['--run', run] });

  expect(seen).toEqual([{ error: 'TypeError' }, { error: 'TypeError' }]);
  for (const { status, attempts } of await exchangesOf(run)) {
    expect(status).toBe('failed');
    const wanted = attempts[0]?.request?.id.slice(0, 64);
    await expectExact(
      server.ledger,
      attempts[0],
      endpoint.requests.find(({ sha256 }) => sha256 === wanted),
    );
  }
});

test.each([
  ['nobody listens at', 'http:', 'ECONNREFUSED'],
  ['does not speak TLS', 'https:', 'ERR_SSL'],
])(
  'an upstream that %s is told as a 502 in our name, and recorded as failed',
  async (_, protocol, reason) => {
    await using endpoint = await startLlmEndpoint();
    const { host } = new URL(endpoint.url);
    if (protocol === 'http:') await endpoint.close();
    const run = newRun();
    const program = pythonProgram([chat('Design.')]);

    const { seen, code } = await record({
      url: server.url,
      llmUrl: `${protocol}//${host}`,
      program,
      flags: ['--run', run],
    });

    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({ status: 502, headers: { 'content-type': 'application/json' } });
    const [exchange] = await exchangesOf(run);
    expect(exchange).toMatchObject({ status: 'failed', attempts: [{ status: 'failed', response: null }] });
    expect(exchange?.error).toContain(reason);
  },
);
