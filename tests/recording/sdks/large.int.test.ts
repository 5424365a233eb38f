import { type Behaviour, textOfBytes } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { aiSdkCases } from './support/ai-sdk.ts';
import { anthropic } from './support/anthropic.ts';
import { ollamaChat } from './support/ollama.ts';
import { openaiChat, openaiResponses } from './support/openai.ts';
import { expectWhole, record } from './support/record.ts';
import { readBody } from './support/stored.ts';

/** What is stored of one body: 16 MiB. */
const MAX_STORED_BYTES = 2 ** 24;
/** Ten megabytes through an endpoint, an SDK, a recorder and a database, on a busy machine. */
const timeout = 120_000;

const google = aiSdkCases.filter(({ provider }) => provider === 'google');
const ONE_OF_EACH_PROTOCOL = [openaiChat, openaiResponses, anthropic, ollamaChat, ...google];

test('an answer of 10 MB in one JSON value is recorded exactly', { timeout }, async () => {
  const text = textOfBytes(10_000_000);
  await record(openaiChat, { stream: false, behave: { text } }, (recorded) => expectWhole(recorded, text));
});

test.each(ONE_OF_EACH_PROTOCOL)('$sdk: a stream of 10 MB is recorded exactly', { timeout }, async (sdk) => {
  // The events of responses say the whole text five times.
  const text = textOfBytes(sdk === openaiResponses ? 2_000_000 : 10_000_000);
  const behave: Behaviour = { text, pieceLength: 10_000 };
  await record(sdk, { stream: true, behave }, (recorded) => expectWhole(recorded, text));
});

test.each([openaiChat, ollamaChat])('$sdk: 100,000 chunks are recorded exactly', { timeout }, async (sdk) => {
  const text = textOfBytes(1_000_000);
  const behave: Behaviour = { text, pieceLength: 40, chunks: { count: 100_000 } };
  await record(sdk, { stream: true, behave }, (recorded) => expectWhole(recorded, text));
});

test('an answer beyond 16 MiB reaches its caller whole, and its exchange says that it is cut', {
  timeout,
}, async () => {
  const text = textOfBytes(18_000_000);
  await record(openaiChat, { stream: false, behave: { text } }, async (recorded) => {
    const { exchange, ledger, endpoint } = recorded;
    expect(recorded.text === text).toBe(true);
    const sent = endpoint.requests[0]?.answer?.body ?? Buffer.alloc(0);
    const stored = await readBody(ledger, exchange.attempts[0]?.response ?? null);
    expect(stored.length).toBe(MAX_STORED_BYTES);
    expect(stored.equals(sent.subarray(0, MAX_STORED_BYTES))).toBe(true);
    expect(exchange.status).toBe('failed');
    expect(exchange.error).toContain(`${sent.length}`);
  });
});
