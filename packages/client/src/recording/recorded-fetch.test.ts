import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createExchangeCalls } from '../../test/exchange-calls.ts';
import type { FetchFunction } from '../http/checked-fetch.ts';
import { createRecordedFetch } from './recorded-fetch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const URL = 'https://llm.example/v1/complete';
const call = { runId: 'run', step: { name: 'design_step', key: '' } };

/** A recorded fetch to an LLM that answers as it is told. */
function createAgent(llmFetch: FetchFunction) {
  const ledger = createExchangeCalls();
  const fetch = createRecordedFetch(ledger.recorder, call, llmFetch);
  const send = async (body: RequestInit['body'] = 'Design it.') => {
    const response = await fetch(URL, { method: 'POST', body });
    await response.arrayBuffer();
    return response.status;
  };
  return { ...ledger, send };
}

/** Lets time go by, and everything happen that it brings about. */
async function sleep(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await nextTurn();
}

test('the wait for a retry begins anew with each failure, and a retry that comes in it joins the exchange', async () => {
  const statuses = [429, 500, 200];
  let answering = 0;
  const { send, inputsOf, failures } = createAgent(async () => {
    const status = statuses.shift() ?? 0;
    if (status === 500) {
      answering = 4_000;
      await new Promise((resolve) => setTimeout(resolve, answering));
    }
    return new Response('answer', { status });
  });

  await send();
  await sleep(10_000);
  const second = send();
  // The wait that began with the first failure would end after 13 s, just now.
  await sleep(4_000);
  expect(await second).toBe(500);
  await sleep(12_000);
  expect(await send()).toBe(200);
  await sleep(0);

  expect(inputsOf('open')).toHaveLength(1);
  expect(inputsOf('attempt').map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(inputsOf('complete')).toMatchObject([{ attempts: [{ attempt: 3, httpStatus: 200 }] }]);
  expect(inputsOf('fail')).toEqual([]);
  expect(failures).toEqual([]);
});

test('an exchange that nobody asks for again fails with the last failure when its wait is over', async () => {
  const { send, inputsOf, methods } = createAgent(async () => new Response('busy', { status: 429 }));

  await send();
  await sleep(8_000);
  await send();
  await sleep(12_900);
  expect(inputsOf('fail')).toEqual([]);
  await sleep(200);

  expect(inputsOf('fail')).toMatchObject([{ error: 'HTTP 429', totalMs: expect.any(Number) }]);
  await send();
  await sleep(0);
  expect(methods().filter((method) => method === 'open')).toHaveLength(2);
});

test('what the server asks for by retry-after is waited for on top, to a limit', async () => {
  const headers = { 'retry-after': '3600' };
  const { send, inputsOf } = createAgent(async () => new Response('busy', { status: 429, headers }));

  await send();
  await sleep(119_000);
  expect(inputsOf('fail')).toEqual([]);
  await sleep(2_000);

  expect(inputsOf('fail')).toHaveLength(1);
});

test('headers that cannot be read break no call, and the next barrier tells of them once', async () => {
  const readHeaders = () => {
    throw new Error('not known');
  };
  const answers = [new Response('busy', { status: 503 }), new Response('answer')];
  const llmFetch = async () => answers.shift() ?? Response.error();
  const { recorder, inputsOf, failures } = createExchangeCalls();
  const fetch = createRecordedFetch(recorder, { ...call, readHeaders }, llmFetch);
  for (const status of [503, 200]) {
    expect((await fetch(URL, { method: 'POST', body: 'Design it.' })).status).toBe(status);
  }

  const failure = { path: 'exchanges.attempt', reason: expect.stringContaining('Error: not known') };
  await expect(recorder.flush()).rejects.toMatchObject({
    code: 'NOT_STORED',
    details: { inFlight: [], spooled: 0, failures: [failure] },
  });
  await recorder.flush();
  expect(failures).toMatchObject([failure]);
  const [{ attempts: [attempt] = [] } = {}] = inputsOf('complete') as { attempts?: object[] }[];
  expect(attempt).toMatchObject({ attempt: 2, httpStatus: 200 });
  expect(attempt).not.toHaveProperty('headers');
});

test('a barrier ends the wait', async () => {
  const { send, inputsOf, recorder } = createAgent(async () => new Response('busy', { status: 503 }));
  await send();

  await recorder.flush();

  expect(inputsOf('fail')).toMatchObject([{ error: 'HTTP 503' }]);
});

test('an exchange takes as many attempts as can be stored, then another one begins', async () => {
  const { send, inputsOf, recorder } = createAgent(async () => new Response('busy', { status: 429 }));

  for (let turn = 0; turn < 101; turn++) await send();
  await recorder.flush();

  expect(inputsOf('open')).toHaveLength(2);
  expect(inputsOf('attempt')).toHaveLength(101);
  expect(inputsOf('attempt').at(-1)).toMatchObject({ attempt: 1 });
});

test('a body that is no text, such as a form with a file, is named in the prompt and kept with its attempt', async () => {
  const { send, inputsOf } = createAgent(async () => new Response('answer'));
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array([0xff, 0xfe, 0x00])]), 'speech.mp3');

  await send(form);
  await sleep(0);

  const messages = [{ role: 'user', content: expect.stringMatching(/^\(\d+ bytes that are no text/) }];
  expect(inputsOf('open')).toMatchObject([{ messages }]);
  const [{ attempts = [] } = {}] = inputsOf('complete') as { attempts?: { request: Uint8Array }[] }[];
  expect(Buffer.from(attempts[0]?.request ?? []).includes(Buffer.from([0xff, 0xfe, 0x00]))).toBe(true);
});

test('a body of a protocol that is not known is one message, to the letter', async () => {
  const { send, inputsOf } = createAgent(async () => new Response('answer'));

  await send('\ufeffDesign it.\r\n');
  await sleep(0);

  expect(inputsOf('open')).toMatchObject([
    { messages: [{ content: '\ufeffDesign it.\r\n', format: 'text' }] },
  ]);
});

test('while an answer is awaited its exchange is kept alive, and no longer than that', async () => {
  let answer: (response: Response) => void = () => undefined;
  const { send, inputsOf } = createAgent(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );

  const sent = send();
  await sleep(61_000);
  expect(inputsOf('heartbeat')).toHaveLength(3);
  answer(new Response('answer'));
  await sent;
  await sleep(600_000);

  expect(inputsOf('heartbeat')).toHaveLength(3);
  expect(inputsOf('complete')).toHaveLength(1);
});
