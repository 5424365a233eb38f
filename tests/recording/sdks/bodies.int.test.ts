import { startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { describe, expect, test } from 'vitest';
import { ollamaChat, ollamaGenerate } from './support/ollama.ts';
import { openaiChat } from './support/openai.ts';
import { expectWhole, record } from './support/record.ts';
import { SDK_CASES } from './support/sdk-cases.ts';
import { readExchanges } from './support/stored.ts';

describe.each(SDK_CASES)('$sdk', (sdk) => {
  test.each(['torn', { bytes: 1 }] as const)(
    'a stream is recorded exactly, however its bytes arrive: %o',
    (chunks) => record(sdk, { stream: true, behave: { chunks } }, expectWhole),
  );

  test('an answer that travels compressed is recorded as its caller reads it', () =>
    record(sdk, { stream: false, behave: { gzip: true } }, expectWhole));
});

// Of the SDKs, these stop reading at the end mark; the others wait for the end of the connection.
test.each([openaiChat, ollamaChat, ollamaGenerate])(
  '$sdk: a stream that stays open after its end mark is completed',
  (sdk) => record(sdk, { stream: true, behave: { cut: { at: 'end', by: 'hang' } } }, expectWhole),
);

test('equal calls at the same time, and one after another, are exchanges of their own', async () => {
  await using server = await startTestServer({ client: { spool: false } });
  await using endpoint = await startLlmEndpoint();
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  const { fetch } = run.step('design_step');
  const call = () => openaiChat.call(fetch, endpoint.url, { stream: true });
  await Promise.all([call(), call(), call()]);
  await call();
  await ledger.flush();

  const exchanges = await readExchanges(ledger, run.id);
  const seen = exchanges.map(({ status, attempts }) => [status, attempts.length]);
  expect(seen).toEqual(Array.from({ length: 4 }, () => ['completed', 1]));
  // Equal bodies are stored once.
  expect(new Set(exchanges.map(({ attempts }) => attempts[0]?.request?.id)).size).toBe(1);
});
