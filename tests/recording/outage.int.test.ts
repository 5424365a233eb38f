import { writeFileSync } from 'node:fs';
import {
  createStepledger,
  isLedgerError,
  type RecordingFailure,
  type Stepledger,
  type StepledgerOptions,
} from '@stepledger/client';
import { type LlmEndpoint, startLlmEndpoint } from '@stepledger/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readExchanges } from './sdks/support/stored.ts';
import { ask } from './support/ask.ts';
import { makeSpoolDirectory, readSpool } from './support/spool-directory.ts';
import { startStoppableServer } from './support/stoppable-server.ts';

/** Time for everything that does not need the server. */
const GIVE_UP_MS = 1_000;

async function openRun(options: Partial<StepledgerOptions> = {}) {
  const server = await startStoppableServer();
  const directory = makeSpoolDirectory();
  const failures: RecordingFailure[] = [];
  const ledger = createStepledger({
    url: server.url,
    spool: { directory },
    onRecordingFailure: (failure) => void failures.push(failure),
    ...options,
  });
  const run = await ledger.run({ key: 'todo-app' });
  return { server, directory, failures, ledger, run, step: run.step('design_step') };
}

const promptsOf = async (ledger: Stepledger, runId: string) =>
  (await readExchanges(ledger, runId)).map(({ messages, status }) => `${messages[0]?.content}: ${status}`);

async function notStored(barrier: Promise<unknown>) {
  const error: unknown = await barrier.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isLedgerError(error, 'NOT_STORED')) throw new Error(`Expected NOT_STORED, not ${error}`);
  return error.details;
}

test('calls work while the server is away, and are delivered afterwards: exactly, in order and once', async () => {
  await using endpoint = await startLlmEndpoint();
  const { server, directory, failures, ledger, run, step } = await openRun();
  await server.stop();

  const said = await ask(step.fetch, endpoint, 'first');
  await ask(step.fetch, endpoint, 'second', { stream: true });
  await ask(step.fetch, endpoint, 'third');
  const opened = readSpool(directory).filter((line) => line.includes('exchanges.open'));
  expect(opened).toHaveLength(3);
  await server.start();
  await ledger.flush();
  await ledger.flush();

  expect(await promptsOf(ledger, run.id)).toEqual([
    'first: completed',
    'second: completed',
    'third: completed',
  ]);
  const [first, second] = await readExchanges(ledger, run.id);
  expect(await run.exchanges.text(first?.id ?? '')).toBe(said);
  for (const [index, exchange] of [first, second].entries()) {
    const [attempt] = exchange?.attempts ?? [];
    expect(attempt?.request?.id.slice(0, 64)).toBe(endpoint.requests[index]?.sha256);
    expect(attempt?.response?.id.slice(0, 64)).toBe(endpoint.requests[index]?.answer?.sha256);
  }
  expect(readSpool(directory)).toEqual([]);
  expect(failures).toEqual([]);
});

test('the prompt is on disk before the LLM sees the request', async () => {
  const { server, directory, step } = await openRun();
  const onDisk: string[][] = [];
  await using endpoint = await startLlmEndpoint({
    onLog: ({ answer }) => {
      if (answer === null) onDisk.push(readSpool(directory));
    },
  });
  await server.stop();

  await ask(step.fetch, endpoint, 'Is it on disk?');

  expect(onDisk).toHaveLength(1);
  expect(onDisk[0]).toEqual([expect.stringContaining('Is it on disk?')]);
  expect(onDisk[0]?.[0]).toContain('exchanges.open');
});

test('what waits is stored before what comes after', async () => {
  await using endpoint = await startLlmEndpoint();
  const { server, ledger, run, step } = await openRun();
  await server.stop();
  await ask(step.fetch, endpoint, 'first');
  await server.start();

  await ask(step.fetch, endpoint, 'second');
  await ask(step.fetch, endpoint, 'third');
  await ledger.flush();

  expect(await promptsOf(ledger, run.id)).toEqual([
    'first: completed',
    'second: completed',
    'third: completed',
  ]);
});

test('a server that goes away in the middle of an answer loses nothing of it', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { chunkDelayMs: 10, pieceLength: 5 } });
  const { server, ledger, run, step } = await openRun();

  const call = ask(step.fetch, endpoint, 'Go on.', { stream: true });
  await endpoint.until(([request]) => request?.answer?.state === 'sending');
  const exchangeId = (await readExchanges(ledger, run.id))[0]?.id ?? '';
  while ((await ledger.exchanges.received({ exchangeId })).size === 0) await undefined;
  await server.stop();
  const said = await call;
  await server.start();
  await ledger.flush();

  const exchange = await ledger.exchanges.get({ exchangeId });
  expect(exchange.status).toBe('completed');
  expect(exchange.response?.id.slice(0, 64)).toBe(endpoint.requests[0]?.answer?.sha256);
  expect(await run.exchanges.text(exchangeId)).toBe(said);
});

test('flush and complete say what is not stored, leave the run as it is, and store it later', async () => {
  await using endpoint = await startLlmEndpoint();
  const { server, ledger, run, step } = await openRun();
  await server.stop();
  await ask(step.fetch, endpoint, 'first');

  expect(await notStored(ledger.flush({ timeoutMs: GIVE_UP_MS }))).toEqual({
    inFlight: [],
    spooled: 2,
    failures: [],
  });
  expect(await notStored(run.complete({}, { timeoutMs: 10 }))).toMatchObject({ spooled: 2 });
  await server.start();
  await run.complete();

  expect(await promptsOf(ledger, run.id)).toEqual(['first: completed']);
  expect((await run.get()).status).toBe('completed');
});

test('a barrier names the calls that are still at work, and waits for them', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { cut: { at: 'middle', by: 'hang' } } });
  const { ledger, run, step } = await openRun();
  const controller = new AbortController();
  const call = ask(step.fetch, endpoint, 'Wait.', { stream: true, signal: controller.signal });
  await endpoint.until(([request]) => request?.answer?.state === 'hanging');
  const [open] = await step.exchanges.list();

  expect(await notStored(ledger.flush({ timeoutMs: GIVE_UP_MS }))).toMatchObject({
    inFlight: [open?.id],
    spooled: 0,
  });
  expect(await notStored(ledger.flush({ signal: AbortSignal.abort() }))).toMatchObject({
    inFlight: [open?.id],
  });
  const flushed = run.complete();
  controller.abort();
  await call;
  await flushed;

  expect(await promptsOf(ledger, run.id)).toEqual(['Wait.: failed']);
});

test('what a barrier gave up is delivered in the background, without another call', async () => {
  await using endpoint = await startLlmEndpoint();
  const { server, ledger, run, step } = await openRun();
  await server.stop();
  await ask(step.fetch, endpoint, 'first');
  await notStored(ledger.flush({ timeoutMs: GIVE_UP_MS }));

  await server.start();

  while ((await promptsOf(ledger, run.id)).join() !== 'first: completed') await undefined;
  expect(endpoint.requests).toHaveLength(1);
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])(
  'flush refuses to wait for %d ms',
  async (timeoutMs) => {
    const ledger = createStepledger({ url: 'http://127.0.0.1:9', spool: false });

    const refusal = { code: 'BAD_INPUT', details: { issues: [{ path: 'timeoutMs' }] } };
    await expect(ledger.flush({ timeoutMs })).rejects.toMatchObject(refusal);
  },
);

test('an exchange whose closing was stored, though no answer to that came back, is not reported as refused', async () => {
  await using endpoint = await startLlmEndpoint({ behave: { chunkDelayMs: 30 } });
  let lost = 0;
  const { ledger, run, step, failures } = await openRun({
    retry: false,
    async fetch(input, init) {
      const answer = await fetch(input, init);
      // The first one names what was streamed; what the spool then delivers brings it along.
      if (!String(input).includes('exchanges.complete') || lost > 0) return answer;
      lost += 1;
      throw new TypeError('the answer is lost');
    },
  });

  await ask(step.fetch, endpoint, 'first', { stream: true });
  await ledger.flush();

  expect(lost).toBe(1);
  expect(failures).toEqual([]);
  expect(await promptsOf(ledger, run.id)).toEqual(['first: completed']);
});

test('a key that is wrong is told at once and once, and its calls wait', async () => {
  await using endpoint = await startLlmEndpoint();
  const { server, directory } = await openRun();
  const failures: RecordingFailure[] = [];
  const { runs } = createStepledger({ url: server.url });
  const { runId } = await runs.start({ key: 'todo-app' });
  const refuse = async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    const headers = { ...(init?.headers as Record<string, string>), authorization: 'Bearer sl_wrong' };
    return fetch(input, String(input).includes('exchanges') ? { ...init, headers } : init);
  };
  const ledger = createStepledger({
    url: server.url,
    spool: { directory },
    fetch: refuse,
    onRecordingFailure: (failure) => void failures.push(failure),
  });
  const step = (await ledger.run({ key: 'todo-app' })).step('design_step');

  await ask(step.fetch, endpoint, 'first');
  await ask(step.fetch, endpoint, 'second');
  const left = await notStored(ledger.flush({ timeoutMs: GIVE_UP_MS }));

  expect(left).toEqual({ inFlight: [], spooled: 4, failures: [] });
  expect(failures).toEqual([
    {
      exchangeId: expect.any(String),
      path: 'exchanges.open',
      reason: expect.stringContaining('waits in the spool'),
    },
  ]);
  const right = createStepledger({ url: server.url, spool: { directory } });
  expect(await promptsOf(right, runId)).toEqual([]);
});

test('a step that the workflow does not have is refused: told once, thrown once, and the call goes on', async () => {
  await using endpoint = await startLlmEndpoint();
  const { ledger, failures } = await openRun();
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'design_step' }] });
  const run = await ledger.run({ key: 'strict', workflow: { name: 'feature' } });

  const said = await ask(run.step('desing_step').fetch, endpoint, 'first');
  const thrown = await notStored(run.complete());

  expect(said).not.toBe('');
  expect(failures).toMatchObject([
    { path: 'exchanges.open', reason: expect.stringContaining('has no step desing_step') },
  ]);
  expect(thrown).toEqual({ inFlight: [], spooled: 0, failures });
  expect((await run.get()).status).toBe('running');
  await run.complete();
  expect(failures).toHaveLength(1);
});

test('what waits for a run that is deleted meanwhile is told once and put aside', async () => {
  await using endpoint = await startLlmEndpoint();
  const { server, directory, ledger, run, step, failures } = await openRun();
  const elsewhere = createStepledger({ url: server.url });
  await server.stop();
  await ask(step.fetch, endpoint, 'first');
  await server.start();
  await elsewhere.runs.delete({ runId: run.id });

  const thrown = await notStored(ledger.flush());

  expect(failures).toMatchObject([{ path: 'exchanges.open', reason: expect.stringContaining('no run') }]);
  expect(thrown).toEqual({ inFlight: [], spooled: 0, failures });
  expect(readSpool(directory, 'rejected')).toEqual([
    expect.stringContaining('exchanges.open'),
    expect.stringContaining('exchanges.complete'),
  ]);
  await ledger.flush();
});

test('a run is completed although a recording of another run was refused, which that one then says', async () => {
  await using endpoint = await startLlmEndpoint();
  const { ledger, run } = await openRun();
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'design_step' }] });
  const strict = await ledger.run({ key: 'strict', workflow: { name: 'feature' } });
  await ask(strict.step('unknown').fetch, endpoint, 'first');

  await run.complete();

  expect((await notStored(strict.complete())).failures).toHaveLength(1);
});

async function callWhileAway(endpoint: LlmEndpoint, spool: { directory: string; maxBytes?: number }) {
  const opened = await openRun({ spool });
  await opened.server.stop();
  const said = await ask(opened.step.fetch, endpoint, 'lost');
  await opened.server.start();
  return { ...opened, said };
}

test('a spool that is full breaks no call: what is lost is told, and what comes later is recorded', async () => {
  await using endpoint = await startLlmEndpoint();
  const spool = { directory: makeSpoolDirectory(), maxBytes: 10 };
  const { said, failures, ledger, run, step } = await callWhileAway(endpoint, spool);
  expect(said).not.toBe('');
  expect(failures).toMatchObject([{ path: 'exchanges.open', reason: expect.stringContaining('10 bytes') }]);
  expect(await notStored(ledger.flush())).toEqual({ inFlight: [], spooled: 0, failures });

  while ((await promptsOf(ledger, run.id)).length === 0) await ask(step.fetch, endpoint, 'later');
  await ledger.flush().catch(() => undefined);

  expect(new Set(await promptsOf(ledger, run.id))).toEqual(new Set(['later: completed']));
});

test('a directory that cannot be written breaks no call: neither while the server is away nor later', async () => {
  await using endpoint = await startLlmEndpoint();
  const directory = makeSpoolDirectory();
  writeFileSync(directory, 'a file in its place');
  const { said, failures, ledger, run, step } = await callWhileAway(endpoint, { directory });
  expect(said).not.toBe('');
  expect(failures.map(({ path }) => path)).toEqual(['spool', 'exchanges.open']);
  expect((await notStored(ledger.flush())).failures).toEqual(failures);

  while ((await promptsOf(ledger, run.id)).length === 0) await ask(step.fetch, endpoint, 'later');
  await ledger.flush().catch(() => undefined);
  const { documents } = await step.execute({
    prompt: 'Design it.',
    call: () => 'A list.',
    parse: (text) => [{ kind: 'design', text }],
  });

  expect(documents).toHaveLength(1);
  expect(await promptsOf(ledger, run.id)).toContain('later: completed');
  // Once, not with every look.
  expect(failures.filter(({ path }) => path === 'spool')).toHaveLength(1);
});

test('without files, calls wait in memory', async () => {
  await using endpoint = await startLlmEndpoint();
  const { server, ledger, run, step } = await openRun({ spool: false });
  await server.stop();
  await ask(step.fetch, endpoint, 'first');
  await server.start();
  await ledger.flush();

  expect(await promptsOf(ledger, run.id)).toEqual(['first: completed']);
});

test.each([
  ['throws', () => fail()],
  ['rejects', async () => fail()],
])('a callback that %s breaks neither the call nor the barrier', async (_, onRecordingFailure) => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  await using endpoint = await startLlmEndpoint();
  const { ledger } = await openRun({ onRecordingFailure });
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'design_step' }] });
  const run = await ledger.run({ key: 'strict', workflow: { name: 'feature' } });

  expect(await ask(run.step('unknown').fetch, endpoint, 'first')).not.toBe('');
  expect((await notStored(ledger.flush())).failures).toHaveLength(1);
  expect(warned).toHaveBeenCalledOnce();
});

function fail(): never {
  throw new Error('The callback has a fault');
}
