import { createStepledger, type RecordingFailure } from '@stepledger/client';
import { HANGING, startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { readExchanges } from '../recording/sdks/support/stored.ts';
import { ask } from '../recording/support/ask.ts';
import { openRun, parse } from './support/design.ts';

test('requests of a call that run at once are stored exactly, each as an attempt of its own', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint({ behave: { chunkDelayMs: 25 } });
  const { step } = await openRun(server.ledger);

  const { exchangeId } = await step.execute({
    prompt: 'Design it.',
    async call({ fetch }) {
      const said = await Promise.all(
        ['a', 'b', 'c'].map((prompt) => ask(fetch, endpoint, prompt, { stream: true })),
      );
      return said.join('\n');
    },
    parse,
  });

  const { attempts } = await server.ledger.exchanges.get({ exchangeId });
  const stored = attempts.map(({ request, response }) => [
    request?.id.slice(0, 64),
    response?.id.slice(0, 64),
  ]);
  const sent = endpoint.requests.map(({ sha256, answer }) => [sha256, answer?.sha256]);
  expect(stored.toSorted()).toEqual(sent.toSorted());
  expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
});

test('of requests one after another, what was answered is in the ledger while the next is at work', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  endpoint.next({}, HANGING);
  const { step } = await openRun(server.ledger);
  const controller = new AbortController();
  const { signal } = controller;
  const seen: unknown[] = [];

  const executed = step.execute({
    prompt: 'Design it.',
    async call({ exchangeId, fetch, signal: both }) {
      await ask(fetch, endpoint, 'first');
      const second = ask(fetch, endpoint, 'second', { stream: true, signal: both });
      for (;;) {
        const { attempts } = await server.ledger.exchanges.get({ exchangeId });
        if (attempts.length > 0) {
          seen.push(attempts);
          controller.abort();
          return second;
        }
      }
    },
    parse,
    signal,
  });

  await expect(executed).rejects.toMatchObject({ code: 'ABORTED' });
  const [first] = endpoint.requests;
  expect(seen).toMatchObject([
    [{ attempt: 1, status: 'completed', response: { id: `${first?.answer?.sha256}.binary` } }],
  ]);
  const [exchange] = await readExchanges(server.ledger, step.runId);
  expect(exchange?.attempts.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual([
    '1 completed',
    '2 failed',
  ]);
});

test('a call that says something before it asks keeps what it says and what it was answered apart', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint({ behave: { chunkDelayMs: 25 } });
  const { step } = await openRun(server.ledger);

  const { exchangeId, response } = await step.execute({
    prompt: 'Design it.',
    async *call({ exchangeId: id, fetch }) {
      yield 'Thinking ...\n';
      while ((await server.ledger.exchanges.get({ exchangeId: id })).receivedBytes === 0) await undefined;
      yield await ask(fetch, endpoint, 'first', { stream: true });
    },
    parse,
  });

  const exchange = await server.ledger.exchanges.get({ exchangeId });
  expect(exchange.responseText).toBe(response);
  expect(response).toMatch(/^Thinking \.\.\.\n# Answer/);
  const [attempt, ...others] = exchange.attempts;
  expect(others).toEqual([]);
  expect(attempt?.response?.id.slice(0, 64)).toBe(endpoint.requests[0]?.answer?.sha256);
});

test('a character that is torn between two pieces is not spoilt in what is streamed', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const pieces = ['a\ud83d', '\udc69', '\u200d\ud83d', '\udcbb b'];
  let received = '';

  await step.execute({
    prompt: 'Design it.',
    async *call({ exchangeId }) {
      yield* pieces;
      const wanted = Buffer.byteLength(pieces.join(''));
      while ((await server.ledger.exchanges.get({ exchangeId })).receivedBytes !== wanted) await undefined;
      const { bytes } = await server.ledger.exchanges.received({ exchangeId });
      received = Buffer.from(bytes.base64, 'base64').toString();
    },
    parse,
  });

  expect(received).toBe(pieces.join(''));
});

test('what a call sends and cannot be recorded is told', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const failures: RecordingFailure[] = [];
  const onRecordingFailure = (failure: RecordingFailure) => void failures.push(failure);
  const { step } = await openRun(createStepledger({ url: server.url, spool: false, onRecordingFailure }));

  const { exchangeId } = await step.execute({
    prompt: 'Design it.',
    async call({ fetch }) {
      const body = new Uint8Array(17_000_000).fill(32);
      const answer = await fetch(`${endpoint.url}/v1/chat/completions`, { method: 'POST', body });
      return `HTTP ${answer.status}`;
    },
    parse,
  });

  expect(failures).toEqual([
    { exchangeId, path: 'exchanges.attempt', reason: expect.stringContaining('larger than') },
  ]);
});

test('a request that is left alone and ends after its exchange is told as lost', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint({ behave: HANGING });
  const failures: RecordingFailure[] = [];
  const onRecordingFailure = (failure: RecordingFailure) => void failures.push(failure);
  const ledger = createStepledger({ url: server.url, spool: false, onRecordingFailure });
  const { step } = await openRun(ledger);
  const controller = new AbortController();
  const left: Promise<unknown>[] = [];

  const { exchangeId } = await step.execute({
    prompt: 'Design it.',
    async call({ fetch }) {
      left.push(ask(fetch, endpoint, 'first', { stream: true, signal: controller.signal }));
      await endpoint.until(([request]) => request?.answer?.state === 'hanging');
      return 'I know it already.';
    },
    parse,
  });
  controller.abort();
  await Promise.all(left);

  await expect(ledger.flush()).rejects.toMatchObject({ code: 'NOT_STORED' });
  expect(failures).toEqual([
    { exchangeId, path: 'exchanges.attempt', reason: expect.stringContaining('/v1/chat/completions') },
  ]);
});
