import { createStepledger } from '@stepledger/client';
import { HANGING, startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openaiChat } from './support/openai.ts';
import { readExchanges } from './support/stored.ts';

test('a prompt is in the ledger before it is sent to the LLM', async () => {
  await using server = await startTestServer({ client: { spool: false } });
  await using endpoint = await startLlmEndpoint();
  const run = await server.ledger.run({ key: 'todo-app' });
  const seen: unknown[] = [];
  const ledger = createStepledger({
    url: server.url,
    spool: false,
    llmFetch: async (input, init) => {
      seen.push(...(await readExchanges(server.ledger, run.id)), endpoint.requests.length);
      return fetch(input, init);
    },
  });
  const step = (await ledger.run({ key: 'todo-app' })).step('design_step');
  await openaiChat.call(step.fetch, endpoint.url, { stream: false });
  await ledger.flush();

  const messages = [{ role: 'system' }, { role: 'user' }];
  expect(seen).toMatchObject([{ status: 'pending', provider: 'openai', messages, attempts: [] }, 0]);
});

test('what has arrived of an answer can be read while the rest is awaited, and stays when the call is aborted', async () => {
  await using server = await startTestServer({ client: { spool: false } });
  await using endpoint = await startLlmEndpoint({ behave: HANGING });
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  const controller = new AbortController();
  const { signal } = controller;
  const call = openaiChat.call(run.step('design_step').fetch, endpoint.url, { stream: true, signal });
  await endpoint.until(([request]) => request?.answer?.state === 'hanging');
  const half = endpoint.requests[0]?.answer?.body ?? Buffer.alloc(0);

  const [open] = await readExchanges(ledger, run.id);
  const exchangeId = open?.id ?? '';
  let arrived = await ledger.exchanges.received({ exchangeId });
  while (arrived.size < half.length) arrived = await ledger.exchanges.received({ exchangeId });
  expect(arrived.status).toBe('streaming');
  expect(Buffer.from(arrived.bytes.base64, 'base64').equals(half)).toBe(true);

  controller.abort();
  await call;
  await ledger.flush();
  const aborted = await ledger.exchanges.get({ exchangeId });
  expect(aborted.status).toBe('failed');
  expect(Buffer.from(await ledger.blobs.get(aborted.response?.id ?? '')).equals(half)).toBe(true);
});
