import {
  createStepledger,
  isLedgerError,
  type ReplayOptions,
  type Stepledger,
  type StepledgerOptions,
} from '@stepledger/client';
import { type LlmEndpoint, startLlmEndpoint, startTestServer, type TestServer } from '@stepledger/testing';
import OpenAI, { NotFoundError } from 'openai';
import { expect, test } from 'vitest';
import { openRun, parse } from '../durable/support/design.ts';
import { messagesOf, outcomeOf } from '../recording/sdks/support/outcome.ts';
import { SDK_CASES } from '../recording/sdks/support/sdk-cases.ts';
import { ask } from '../recording/support/ask.ts';

/** Records an answer; `read` also lets a parser read it with success. */
async function record(
  ledger: Stepledger,
  endpoint: LlmEndpoint,
  prompt: string,
  { stream = false, read = true } = {},
): Promise<string> {
  const { step } = await openRun(ledger);
  const said = await ask(step.fetch, endpoint, prompt, { stream });
  await ledger.flush();
  const [{ id: exchangeId } = { id: '' }] = (await step.exchanges.list()).slice(-1);
  if (read) await ledger.parses.record({ exchangeId });
  return said;
}

const openReplay = (
  { url }: TestServer,
  replay: ReplayOptions = {},
  options: Partial<StepledgerOptions> = {},
) => createStepledger({ url, spool: false, replay, ...options });

test.each([
  ['one JSON value', false],
  ['a stream', true],
])(
  'a request that was made before gets the same answer again, as %s, and the LLM is not asked',
  async (_, stream) => {
    await using server = await startTestServer();
    await using endpoint = await startLlmEndpoint();
    const said = await record(server.ledger, endpoint, 'Design it.', { stream });
    const { revision, id } = await (await openRun(server.ledger)).run.get();

    const ledger = openReplay(server);
    const replayed = await ask((await openRun(ledger)).step.fetch, endpoint, 'Design it.', { stream });
    await ledger.flush();

    expect(replayed).toBe(said);
    expect(endpoint.requests).toHaveLength(1);
    // A replayed call is not recorded again.
    expect((await server.ledger.runs.get({ runId: id })).revision).toBe(revision);
  },
);

test('the newest answer is taken, and only of those that a parser has read unless asked otherwise', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint({ answer: ({ number }) => `answer ${number}` });
  await record(server.ledger, endpoint, 'Design it.');
  await record(server.ledger, endpoint, 'Design it.');
  await record(server.ledger, endpoint, 'Design it.', { read: false });
  const replay = async (options: ReplayOptions) =>
    ask((await openRun(openReplay(server, options))).step.fetch, endpoint, 'Design it.');

  expect(await replay({})).toBe('answer 2');
  expect(await replay({ unparsed: true })).toBe('answer 3');
  expect(endpoint.requests).toHaveLength(3);
});

test('a refusal that was recorded is no answer', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  endpoint.next({ status: 500 }, { text: 'the answer' });
  const { step } = await openRun(server.ledger);
  await ask(step.fetch, endpoint, 'Design it.', { maxRetries: 1 });
  await server.ledger.flush();

  const { step: offline } = await openRun(openReplay(server, { unparsed: true }));

  expect(await ask(offline.fetch, endpoint, 'Design it.')).toBe('the answer');
  expect(endpoint.requests).toHaveLength(2);
});

test("a miss is told by OpenAI's own error with the reason, and is not tried again", async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const { step } = await openRun(openReplay(server));
  let sent = 0;
  const counting: typeof fetch = (...args) => {
    sent += 1;
    return step.fetch(...args);
  };

  const missed = ask(counting, endpoint, 'Never asked.', { maxRetries: 5 });

  const error: unknown = await missed.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ status: 404, code: 'replay_miss' });
  expect(String(error)).toContain('Replay: the ledger has no answer');
  expect(sent).toBe(1);
  expect(endpoint.requests).toEqual([]);
});

test.each(SDK_CASES)('$sdk: a miss is told with its reason', async (sdk) => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const { step } = await openRun(openReplay(server));

  const { error } = await outcomeOf(sdk.call(step.fetch, endpoint.url, { stream: true }));

  expect(error && messagesOf(error).join()).toContain('Replay: the ledger has no answer');
  expect(endpoint.requests).toEqual([]);
});

test('on a miss the LLM is asked, with or without record, when that is wished', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const { run } = await openRun(server.ledger);

  const calling = openReplay(server, { onMiss: 'call', unparsed: true });
  const called = await ask((await openRun(calling)).step.fetch, endpoint, 'Design it.');
  await calling.flush();
  expect(await run.exchanges.list()).toEqual([]);
  const recording = openReplay(server, { onMiss: 'record', unparsed: true });
  const { step } = await openRun(recording);
  const first = await ask(step.fetch, endpoint, 'Design it.');
  await recording.flush();
  const second = await ask(step.fetch, endpoint, 'Design it.');

  expect([called, first]).toEqual([second, second]);
  expect(endpoint.requests).toHaveLength(2);
  expect(await run.exchanges.list()).toMatchObject([{ status: 'completed' }]);
});

test('answers may come from another ledger than the one that is written to', async () => {
  await using recorded = await startTestServer();
  await using written = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const said = await record(recorded.ledger, endpoint, 'Design it.');

  const ledger = openReplay(written, { from: recorded.ledger });
  const { step } = await openRun(ledger);

  expect(await ask(step.fetch, endpoint, 'Design it.')).toBe(said);
  await expect(ask((await openRun(openReplay(written))).step.fetch, endpoint, 'Design it.')).rejects.toThrow(
    'Replay',
  );
  expect(endpoint.requests).toHaveLength(1);
});

test('within execute the answer is replayed, and its exchange is stored without attempts', async () => {
  await using recorded = await startTestServer();
  await using written = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const execute = async (ledger: Stepledger) =>
    (await openRun(ledger)).step.execute({
      prompt: 'Design it.',
      call: ({ messages, fetch }) => ask(fetch, endpoint, messages[0]?.content ?? ''),
      parse,
    });
  const live = await execute(recorded.ledger);

  const offline = await execute(openReplay(written, { from: recorded.ledger }));

  expect(offline).toMatchObject({ called: true, response: live.response });
  expect(offline.documents[0]?.text).toBe(live.documents[0]?.text);
  expect(endpoint.requests).toHaveLength(1);
  const exchange = await written.ledger.exchanges.get({ exchangeId: offline.exchangeId });
  expect(exchange).toMatchObject({ status: 'completed', responseText: live.response, attempts: [] });
});

test('a request whose body cannot be looked for is a miss, not a way out to the LLM', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const { step } = await openRun(openReplay(server));

  const body = new Uint8Array(17_000_000);
  const answer = await step.fetch(`${endpoint.url}/v1/chat/completions`, { method: 'POST', body });

  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('larger than');
  expect(endpoint.requests).toEqual([]);
});

test('a request that is aborted fails as a fetch does', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const { step } = await openRun(openReplay(server));
  const reason = new Error('the user left');
  const init = { method: 'POST', body: '{}', signal: AbortSignal.abort(reason) };

  await expect(step.fetch(`${endpoint.url}/v1/chat/completions`, init)).rejects.toBe(reason);
});

test('the models can be listed, as requests without a body are passed on', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(
    openReplay(server, {}, { llmFetch: async () => Response.json({ data: [{ id: 'gpt-5' }] }) }),
  );

  const openai = new OpenAI({ apiKey: 'none', fetch: step.fetch });

  expect((await openai.models.list()).data).toEqual([{ id: 'gpt-5' }]);
});

test('an onMiss that there is not is refused at once', () => {
  const create = () =>
    createStepledger({ url: 'http://127.0.0.1:9', replay: { onMiss: 'ignore' as 'fail' } });

  let error: unknown;
  try {
    create();
  } catch (thrown) {
    error = thrown;
  }
  expect(isLedgerError(error, 'INVALID_CONFIG') && error.details.issues).toMatchObject([
    { path: 'replay.onMiss' },
  ]);
});
