import { fileURLToPath } from 'node:url';
import { RATE_LIMITED, startLlmEndpoint, startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExact, readExchanges } from '../recording/sdks/support/stored.ts';
import { dumpFinds } from './support/record/dump.ts';
import { nodeProgram, type ProgramCall, pythonProgram, record } from './support/record/programs.ts';
import { startRawEndpoint } from './support/record/raw-endpoint.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

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

test('SDKs that find their LLMs by the environment are recorded, their retries included', async () => {
  await using endpoint = await startLlmEndpoint();
  endpoint.next(RATE_LIMITED);
  const run = newRun();
  const program = [process.execPath, fileURLToPath(new URL('./support/record/sdks.ts', import.meta.url))];

  const { code, stdout } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program,
    flags: ['--run', run],
  });

  expect(code).toBe(0);
  const said = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).said);
  const exchanges = await exchangesOf(run);
  expect(exchanges.map(({ provider, step, attempts }) => [provider, step.name, attempts.length])).toEqual([
    ['openai', 'llm', 2],
    ['openai', 'streamed', 1],
    ['anthropic', 'llm', 1],
    ['ollama', 'llm', 1],
    ['openai', 'llm', 1],
  ]);
  const handle = await server.ledger.run({ key: run });
  expect(await Promise.all(exchanges.map((exchange) => handle.exchanges.text(exchange.id)))).toEqual(said);
});

test('thirty calls at once are all recorded, each with its own bodies', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { chunkDelayMs: 1 } });
  const run = newRun();
  const program = nodeProgram(
    Array.from({ length: 30 }, (_, index) => chat(`Question ${index}`, { stream: index % 2 === 0 })),
  );

  const { seen } = await record({ url: server.url, llmUrl: endpoint.url, program, flags: ['--run', run] });

  expect(seen.filter(({ status }) => status === 200)).toHaveLength(30);
  const exchanges = await exchangesOf(run);
  expect(exchanges).toHaveLength(30);
  for (const { attempts } of exchanges) {
    const wanted = attempts[0]?.request?.id.slice(0, 64);
    await expectExact(
      server.ledger,
      attempts[0],
      endpoint.requests.find(({ sha256 }) => sha256 === wanted),
    );
  }
});

test('bodies of 12 MB are recorded exactly; a request beyond what can be stored goes on and is told of', {
  timeout: 120_000,
}, async () => {
  await using endpoint = await startLlmEndpoint({
    behave: { text: 'large '.repeat(2_000_000), pieceLength: 5000 },
  });
  const run = newRun();
  const calls = [chat('x'.repeat(12_000_000), { stream: true }), chat('y'.repeat(17_000_000))];

  const { seen, stderr, code } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: pythonProgram(calls),
    flags: ['--run', run],
  });

  expect({ code, statuses: seen.map(({ status }) => status) }).toEqual({ code: 0, statuses: [200, 200] });
  const exchanges = await exchangesOf(run);
  expect(exchanges).toHaveLength(1);
  await expectExact(server.ledger, exchanges[0]?.attempts[0], endpoint.requests[0]);
  expect(endpoint.requests[1]?.body.length).toBeGreaterThan(17_000_000);
  expect(stderr).toContain('The request body is not recorded: it is larger than 16777216 bytes');
});

test('what is no call of an LLM is passed on and not recorded; without the token nothing is', async () => {
  await using endpoint = await startRawEndpoint({ pieces: ['{"object":"list","data":[]}'] });
  const run = newRun();
  const models: ProgramCall = { variable: 'OPENAI_BASE_URL', path: '/models?limit=3' };
  const count: ProgramCall = {
    variable: 'ANTHROPIC_BASE_URL',
    path: '/v1/messages/count_tokens',
    body: '{"model":"claude"}',
  };
  const outside: ProgramCall = { variable: 'OPENAI_BASE_URL', path: '/../../openai/models' };

  const { seen, stderr } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: nodeProgram([models, count, outside]),
    flags: ['--run', run],
  });

  expect(seen.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(endpoint.received.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
    'GET /v1/models?limit=3',
    'POST /v1/messages/count_tokens',
  ]);
  expect(stderr).toContain(`recorded 0 exchanges into run ${run}`);
});

test('a call names its run and step by headers, which go no further; one that names them badly is told', async () => {
  await using endpoint = await startLlmEndpoint();
  const [run, other] = [newRun(), newRun()];
  const named = (headers: Record<string, string>) => ({ ...chat('Design.'), headers });
  const program = pythonProgram([
    chat('Default.'),
    named({ 'x-stepledger-step': 'review:2' }),
    named({ 'x-stepledger-run': other, 'X-Stepledger-Step': 'pr%C3%BCfen' }),
    named({ 'x-stepledger-step': 'a%00b' }),
  ]);

  const { seen } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program,
    flags: ['--run', run, '--step', 'design:1'],
  });

  expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 400]);
  expect((await exchangesOf(run)).map(({ step }) => step)).toMatchObject([
    { name: 'design', key: '1' },
    { name: 'review', key: '2' },
  ]);
  expect((await exchangesOf(other)).map(({ step }) => step)).toMatchObject([{ name: 'prüfen', key: '' }]);
  expect(endpoint.requests).toHaveLength(3);
  for (const { headers } of endpoint.requests) {
    expect(Object.keys(headers).filter((name) => name.includes('stepledger'))).toEqual([]);
  }
});

test('the headers of an answer are stored as they came: in their order, each of one name by itself, no cookie', async () => {
  const headers = ['X-One', 'b', 'Set-Cookie', 'a=1', 'X-Two', 'caf\xe9', 'x-one', 'a', 'set-cookie', 'b=2'];
  await using endpoint = await startRawEndpoint({ pieces: ['{}'], headers });
  const run = newRun();

  const { seen } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: nodeProgram([chat('Design.')]),
    flags: ['--run', run],
  });

  expect(seen).toMatchObject([{ status: 200, headers: { 'x-one': 'b, a' } }]);
  const [exchange] = await exchangesOf(run);
  expect(exchange?.attempts[0]?.headers?.filter(({ name }) => /^x-|cookie|type/.test(name))).toEqual([
    { name: 'content-type', value: 'application/json' },
    { name: 'x-one', value: 'b' },
    { name: 'x-two', value: 'caf\xe9' },
    { name: 'x-one', value: 'a' },
  ]);
});

test('no secret of a call is anywhere in the database, whether it stood in a header, a cookie or the query', async () => {
  await using endpoint = await startLlmEndpoint({
    behave: { headers: { 'set-cookie': 'session=s3cret-answer', 'x-auth-token': 's3cret-token' } },
  });
  const run = newRun();
  const headers = {
    authorization: 'Bearer s3cret-bearer',
    'x-api-key': 's3cret-key',
    'api-key': 's3cret-azure',
    cookie: 'a=s3cret-cookie',
    'x-goog-api-key': 's3cret-goog',
  };
  const google: ProgramCall = {
    variable: 'GOOGLE_GEMINI_BASE_URL',
    path: '/v1beta/models/gemini-2:generateContent?key=s3cret-query',
    body: JSON.stringify({ contents }),
    headers,
  };
  const ollama: ProgramCall = {
    variable: 'OLLAMA_HOST',
    path: '/api/chat',
    body: '{"model":"llama","messages":[]}',
  };
  const withUser = endpoint.url.replace('http://', 'http://user:s3cret-password@');

  const { seen } = await record({
    url: server.url,
    llmUrl: withUser,
    program: pythonProgram([{ ...chat('Design.'), headers }, google, chat('Test.'), ollama]),
    flags: ['--run', run],
  });

  expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(endpoint.requests[0]?.headers).toMatchObject(headers);
  expect(endpoint.requests[1]?.url).toContain('key=s3cret-query');
  for (const { headers } of endpoint.requests.slice(2))
    expect(headers.authorization).toBe(`Basic ${btoa('user:s3cret-password')}`);
  expect(seen[0]?.headers).toMatchObject({ 'set-cookie': 'session=s3cret-answer' });
  // The dump is worth something only if it finds what is there.
  expect(await dumpFinds(server.databaseUrl, run)).not.toEqual([]);
  expect(await dumpFinds(server.databaseUrl, 's3cret')).toEqual([]);
  expect(await dumpFinds(server.databaseUrl, btoa('user:s3cret-password'))).toEqual([]);
});
