import { expect, test } from 'vitest';
import { defaultAnswer } from './answer-text.ts';
import { type Behaviour, BROKEN, HANGING, RATE_LIMITED } from './behaviour.ts';
import { startLlmEndpointProcess } from './endpoint-process.ts';
import { type LlmEndpoint, startLlmEndpoint } from './llm-endpoint.ts';
import { sha256 } from './log.ts';

const ASKED = { model: 'test-1', messages: [{ role: 'user', content: 'caf\u00e9' }] };
const STREAMED = { ...ASKED, stream: true };

function ask({ url }: { url: string }, body: object = ASKED, signal?: AbortSignal): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body), ...(signal ? { signal } : {}) };
  return fetch(`${url}/v1/chat/completions`, init);
}

/** Reads what arrives, until it ends or fails. */
async function readAll(response: Response): Promise<{ chunks: Buffer[]; error: unknown }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk));
    return { chunks, error: undefined };
  } catch (error) {
    return { chunks, error };
  }
}

const answerOf = ({ requests }: LlmEndpoint, number = 1) => requests[number - 1]?.answer;

test('requests and answers are logged with their exact bytes', async () => {
  await using endpoint = await startLlmEndpoint();
  const response = await ask(endpoint);
  const { chunks } = await readAll(response);

  const [request] = endpoint.requests;
  expect(request?.body.toString()).toBe(JSON.stringify(ASKED));
  expect(request).toMatchObject({
    number: 1,
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { 'content-length': `${request?.body.length}` },
    sha256: sha256(Buffer.from(JSON.stringify(ASKED))),
    answer: { status: 200, isWhole: true, state: 'sent', sha256: sha256(Buffer.concat(chunks)) },
  });
  expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({
    choices: [{ message: { content: defaultAnswer(request ?? { sha256: '' }) } }],
  });
});

test('what is said is a function of the request', async () => {
  await using endpoint = await startLlmEndpoint({
    answer: ({ protocol, model, stream, body, number }) =>
      JSON.stringify({ protocol, model, stream, keys: Object.keys(body), number }),
  });
  await ask(endpoint);
  const response = await fetch(`${endpoint.url}/v1beta/models/gemini%2Dx:generateContent?key=k`, {
    method: 'POST',
    body: '{"contents":[]}',
  });
  const { candidates } = (await response.json()) as {
    candidates: { content: { parts: [{ text: string }] } }[];
  };
  expect(JSON.parse(candidates[0]?.content.parts[0].text ?? '')).toEqual({
    protocol: 'google',
    model: 'gemini-x',
    stream: false,
    keys: ['contents'],
    number: 2,
  });
});

test('behaviours that are queued come first, one for each request', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { status: 503 } });
  endpoint.next(RATE_LIMITED, {});
  const answers = [await ask(endpoint), await ask(endpoint), await ask(endpoint)];
  expect(answers.map(({ status }) => status)).toEqual([429, 200, 503]);
  expect(answers[0]?.headers.get('retry-after')).toBe('0.01');
  expect(await answers[2]?.json()).toMatchObject({ error: { type: 'server_error' } });
  expect((await fetch(`${endpoint.url}/v1/embeddings`)).status).toBe(404);
  expect(endpoint.requests.map(({ answer }) => answer?.status)).toEqual([429, 200, 503, 404]);
});

test.each<[string, Behaviour]>([
  ['each byte alone', { chunks: { bytes: 1 } }],
  ['torn', { chunks: 'torn' }],
  ['in 1,000 chunks', { chunks: { count: 1_000 } }],
  ['with a pause between them', { chunks: { count: 3 }, chunkDelayMs: 1 }],
])('a body sent %s arrives in about those chunks', async (_, behaviour) => {
  await using endpoint = await startLlmEndpoint({ behave: behaviour });
  await using whole = await startLlmEndpoint();
  const { chunks } = await readAll(await ask(endpoint, STREAMED));
  const expected = Buffer.from(await (await ask(whole, STREAMED)).arrayBuffer());

  expect(Buffer.concat(chunks)).toEqual(expected);
  const { chunks: chunking } = behaviour;
  if (typeof chunking === 'object') {
    const count = 'count' in chunking ? chunking.count : expected.length;
    // The first comes with the head; any two that arrive at once are one.
    expect(chunks.length).toBeGreaterThan(0.9 * count);
  }
  expect(answerOf(endpoint)?.sha256).toBe(sha256(expected));
});

test('a broken answer reaches a client that reads eagerly to the last byte before the break', async () => {
  await using endpoint = await startLlmEndpoint({ behave: BROKEN });
  for (const body of [ASKED, STREAMED]) {
    const { chunks, error } = await readAll(await ask(endpoint, body));
    const answer = endpoint.requests.at(-1)?.answer;
    expect(error).toBeInstanceOf(TypeError);
    expect(answer).toMatchObject({ state: 'broken', isWhole: false, sha256: sha256(Buffer.concat(chunks)) });
  }
});

test('a connection may break before any answer', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { cut: { at: 'request', by: 'break' } } });
  await expect(ask(endpoint)).rejects.toThrow(TypeError);
  expect(endpoint.requests).toMatchObject([{ number: 1, answer: null }]);
});

test('an answer hangs in its middle until its client leaves', async () => {
  await using endpoint = await startLlmEndpoint({ behave: HANGING });
  const controller = new AbortController();
  const reading = readAll(await ask(endpoint, STREAMED, controller.signal));
  await endpoint.until(([request]) => request?.answer?.state === 'hanging');
  controller.abort();
  const { chunks } = await reading;
  await endpoint.until(([request]) => request?.answer?.state === 'abandoned');
  expect(answerOf(endpoint)?.isWhole).toBe(false);
  expect(answerOf(endpoint)?.body.subarray(0, Buffer.concat(chunks).length)).toEqual(Buffer.concat(chunks));
});

test('a stream may stay open after its end mark', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { cut: { at: 'end', by: 'hang' } } });
  const response = await ask(endpoint, STREAMED);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.endsWith('data: [DONE]\n\n')) break;
  }
  expect(answerOf(endpoint)?.isWhole).toBe(true);
});

test('a compressed answer is logged as it is before', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { gzip: true } });
  const response = await ask(endpoint);
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(answerOf(endpoint)?.sha256);
});

test('an endpoint in a process of its own logs the same, into a file', async () => {
  await using endpoint = await startLlmEndpointProcess({ behaviours: [RATE_LIMITED, {}, HANGING] });
  expect((await ask(endpoint)).status).toBe(429);
  const { chunks } = await readAll(await ask(endpoint));
  const controller = new AbortController();
  await ask(endpoint, STREAMED, controller.signal);
  controller.abort();

  let log = await endpoint.log();
  while (log[2]?.answer?.state !== 'abandoned') log = await endpoint.log();
  expect(log.map(({ number, sha256: hash }) => [number, hash])).toEqual([
    [1, sha256(Buffer.from(JSON.stringify(ASKED)))],
    [2, sha256(Buffer.from(JSON.stringify(ASKED)))],
    [3, sha256(Buffer.from(JSON.stringify(STREAMED)))],
  ]);
  expect(log.map(({ answer }) => answer?.isWhole)).toEqual([true, true, false]);
  expect(log[1]?.answer?.sha256).toBe(sha256(Buffer.concat(chunks)));
  expect(log[1]?.body.toString()).toBe(JSON.stringify(ASKED));
});
