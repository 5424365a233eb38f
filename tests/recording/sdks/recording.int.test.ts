import type { Exchange } from '@stepledger/contract';
import { defaultAnswer, startLlmEndpoint, startTestServer, TOKENS } from '@stepledger/testing';
import { describe, expect, test } from 'vitest';
import { findInDatabase } from './support/find-in-database.ts';
import type { Outcome } from './support/outcome.ts';
import { API_KEY, PROMPT, type SdkCase, SYSTEM } from './support/sdk-case.ts';
import { SDK_CASES } from './support/sdk-cases.ts';
import { MATRIX, play, type Situation } from './support/situations.ts';
import { expectExact, readExchanges } from './support/stored.ts';

/** What would tell that a header of a request was stored: keys, and names that only they have. */
const OF_HEADERS = [API_KEY, 'bearer ', 'authorization', 'api-key', 'x-stainless', 'user-agent'];

/** An abort may hit before or behind any character that was on its way. */
function comparable(outcome: Outcome, { name }: Situation, said: string): Outcome {
  if (name !== 'abort in the middle' || outcome.error !== undefined) return outcome;
  expect(said.startsWith(outcome.text)).toBe(true);
  return { text: '' };
}

function expectStatuses({ status, error, attempts }: Exchange, { name }: Situation): void {
  const seen = attempts.map((attempt) => [attempt.status, attempt.httpStatus]);
  if (name === 'success') expect([status, seen]).toEqual(['completed', [['completed', 200]]]);
  else if (name === '429, then success')
    expect([status, seen]).toEqual([
      'completed',
      [
        ['failed', 429],
        ['completed', 200],
      ],
    ]);
  else {
    expect(status).toBe('failed');
    expect(error).not.toBe('');
    const httpStatus = name === '500 with a body' ? 500 : 200;
    expect(seen).toEqual(attempts.map(() => ['failed', httpStatus]));
  }
}

/** What is read out of the bodies: whose model was asked what, and what it took to answer. */
function expectMeaning(exchange: Exchange, { provider, model }: SdkCase): void {
  expect(exchange).toMatchObject({ provider, model });
  const said = exchange.messages.map(({ content, format }) =>
    format === 'text' ? content : JSON.parse(content),
  );
  const everything = JSON.stringify(said);
  for (const text of [SYSTEM, PROMPT]) expect(everything).toContain(JSON.stringify(text).slice(1, -1));
  expect(exchange.messages.at(-1)?.role).toBe('user');
  // The body stands as it came, as bytes; a text is made of it by those who parse it.
  expect([exchange.response?.encoding, exchange.responseText]).toEqual(['binary', null]);
  if (exchange.status !== 'completed') return;
  expect(exchange.responseModel).toBe(model);
  const cached = provider === 'ollama' ? {} : { cachedInputTokens: TOKENS.cachedInput };
  const usage = { inputTokens: TOKENS.input, outputTokens: TOKENS.output, ...cached };
  expect(exchange.usage).toMatchObject(usage);
}

describe.each(SDK_CASES)('$sdk', (sdk) => {
  test.each(MATRIX)('$mode is recorded exactly, and its caller sees no difference: $name', async (entry) => {
    const { stream, situation } = entry;
    await using server = await startTestServer({ client: { spool: false } });
    const { ledger } = server;
    await using endpoint = await startLlmEndpoint({ behave: situation.behave });
    const unrecorded = await play(sdk, { endpoint, fetch, stream, situation });
    const before = endpoint.requests.length;

    const run = await ledger.run({ key: 'todo-app' });
    const step = run.step('design_step');
    const recorded = await play(sdk, { endpoint, fetch: step.fetch, stream, situation });
    await ledger.flush();

    const requests = endpoint.requests.slice(before);
    const said = defaultAnswer(requests[0] ?? { sha256: '' });
    expect(comparable(recorded, situation, said)).toEqual(comparable(unrecorded, situation, said));
    expect(requests.map(({ sha256 }) => sha256)).toEqual(
      endpoint.requests.slice(0, before).map(({ sha256 }) => sha256),
    );
    // One exchange per call, one attempt per HTTP request.
    const exchanges = await readExchanges(ledger, run.id);
    expect(exchanges).toHaveLength(1);
    const [exchange] = exchanges;
    if (exchange === undefined) throw new Error('There is no exchange');
    expect(exchange.step).toMatchObject({ name: 'design_step' });
    expect(exchange.attempts.map(({ attempt }) => attempt)).toEqual(requests.map((_, index) => index + 1));
    for (const [index, request] of requests.entries())
      await expectExact(ledger, exchange.attempts[index], request);
    expectStatuses(exchange, situation);
    expect(exchange.response).toEqual(exchange.attempts.at(-1)?.response);

    const { requests: all } = endpoint;
    expect(all.some(({ url, headers }) => `${url} ${JSON.stringify(headers)}`.includes(API_KEY))).toBe(
      sdk.provider !== 'ollama',
    );
    expect(await findInDatabase(server.databaseUrl, OF_HEADERS)).toEqual([]);
    expect(await findInDatabase(server.databaseUrl, ['design_step'])).not.toEqual([]);
    expectMeaning(exchange, sdk);
  });
});
