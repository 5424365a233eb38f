import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startLlmEndpoint, startTestServer, type TestServer, TOKENS } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExact, readBody, readExchanges } from '../recording/sdks/support/stored.ts';
import { nodeProgram, type ProgramCall, pythonProgram, record } from './support/record/programs.ts';

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
