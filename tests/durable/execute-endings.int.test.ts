import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger, isLedgerError, type RecordingFailure } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { startStoppableServer } from '../recording/support/stoppable-server.ts';
import { createLlm, openRun, parse } from './support/design.ts';

type Fetch = typeof globalThis.fetch;

/** A fetch that does something else with the calls of one procedure. */
const fetchUnless =
  (procedure: string, instead: Fetch): Fetch =>
  (input, init) =>
    String(input).includes(procedure) ? instead(input, init) : fetch(input, init);

/** Never answers, and fails as a fetch does when it is aborted. */
const hang: Fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
  });

/** On a busy machine. */
const WAIT = { timeout: 20_000 };

const deaf = () => new Promise<never>(() => undefined);

/** The calls of an execution whose template the server renders and whose answer was read before, too. */
const PHASES = ['prompts.render', 'exchanges.open', 'parses.record', 'exchanges.get', 'documents.byParse'];

test.each(PHASES)(
  'an abort and a timeout end it while %s is awaited, and the next run goes on',
  async (phase) => {
    await using server = await startTestServer();
    await server.ledger.prompts.put({ name: 'design', template: 'Design it.' });
    const { step } = await openRun(server.ledger);
    const { call, asked } = createLlm();
    const input = { prompt: { name: 'design' }, call, parse, leaseSeconds: 0.2 };
    if (phase === 'exchanges.get' || phase === 'documents.byParse') await step.execute(input);
    const options = { url: server.url, spool: false } as const;
    const controller = new AbortController();
    const aborting = createStepledger({
      ...options,
      fetch: fetchUnless(phase, (...args) => {
        controller.abort(new Error('the user left'));
        return hang(...args);
      }),
    });
    const hanging = createStepledger({ ...options, fetch: fetchUnless(phase, hang) });

    const { signal } = controller;
    const left = (await openRun(aborting)).step.execute({ ...input, signal });
    await expect(left).rejects.toMatchObject({ code: 'ABORTED', details: { reason: 'the user left' } });
    const late = (await openRun(hanging)).step.execute({ ...input, timeoutMs: 400 });
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 400 } });

    const { documents } = await step.execute(input);
    expect(documents.map(({ text, version }) => ({ text, version }))).toEqual([
      { text: 'A list of todos.', version: 1 },
    ]);
    expect(asked).toHaveLength(1);
  },
);

test('an execution that is aborted before it begins sends nothing and asks nobody', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const { asked, call } = createLlm();

  const signal = AbortSignal.abort(new Error('too late'));
  await expect(step.execute({ prompt: 'Design it.', call, parse, signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });

  expect(asked).toEqual([]);
  expect(await run.exchanges.list()).toEqual([]);
});

test('a parser that does not listen is left alone when the time is up, and says nothing of the answer', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const { asked, call } = createLlm();

  const late = step.execute({ prompt: 'Design it.', call, parse: deaf, timeoutMs: 400 });
  await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });

  expect(await server.ledger.parses.list({ runId: step.runId }).all()).toEqual([]);
  await step.execute({ prompt: 'Design it.', call, parse });
  expect(asked).toHaveLength(1);
});

test('what had arrived piece by piece is kept when the call fails or is aborted', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const controller = new AbortController();
  async function* breaking() {
    yield 'The first half, ';
    yield 'caf\u00e9';
    throw new Error('no more');
  }
  async function* halting() {
    yield 'Another half, ';
    controller.abort();
    await deaf();
  }

  await expect(step.execute({ prompt: 'a', call: breaking, parse })).rejects.toThrow('no more');
  const { signal } = controller;
  await expect(step.execute({ prompt: 'b', call: halting, parse, signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });

  const ids = (await step.exchanges.list()).map(({ id }) => id);
  const stored = await Promise.all(ids.map((exchangeId) => server.ledger.exchanges.get({ exchangeId })));
  expect(stored).toMatchObject([
    { status: 'failed', error: 'Error: no more', responseText: 'The first half, caf\u00e9' },
    { status: 'failed', responseText: 'Another half, ' },
  ]);
});

test('one that waits for another process can be aborted, and leaves the other alone', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const other = await openRun(createStepledger({ url: server.url, spool: false }));
  const controller = new AbortController();
  let answer: (text: string) => void = () => undefined;
  const { asked, call } = createLlm();
  const first = step.execute({
    prompt: 'Design it.',
    call: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    parse,
  });
  while ((await step.exchanges.list()).length === 0) await undefined;

  const { signal } = controller;
  const waiting = other.step.execute({ prompt: 'Design it.', call, parse, signal });
  const turned = waiting.catch((error: unknown) => error);
  await server.ledger.runs.get({ runId: step.runId });
  controller.abort();
  expect(isLedgerError(await turned, 'ABORTED')).toBe(true);
  answer('A list of todos.');

  expect((await first).response).toBe('A list of todos.');
  expect(asked).toEqual([]);
});

test('many executions of one step in one process ask once and get the same', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const { asked, call } = createLlm();

  const results = await Promise.all(
    Array.from({ length: 8 }, () => step.execute({ prompt: 'Design it.', call, parse })),
  );

  expect(asked).toHaveLength(1);
  expect(new Set(results.map(({ exchangeId }) => exchangeId)).size).toBe(1);
  expect(new Set(results.map(({ documents }) => JSON.stringify(documents[0]?.ref))).size).toBe(1);
});

test('forced at once, each asks for itself, and one of the answers counts from then on', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const { asked, call } = createLlm((turn) => `answer ${turn}`);
  const input = { prompt: 'Design it.', call, parse };

  const forced = await Promise.all(Array.from({ length: 4 }, () => step.execute({ ...input, force: true })));
  const again = await step.execute(input);

  expect(asked).toHaveLength(4);
  expect(new Set(forced.map(({ response }) => response)).size).toBe(4);
  expect(again.called).toBe(false);
  expect(forced.map(({ exchangeId }) => exchangeId)).toContain(again.exchangeId);
  const versions = forced.map(({ documents }) => documents[0]?.version).toSorted();
  expect(versions).toEqual([1, 2, 3, 4]);
});

test('one that was taken over meanwhile takes the answer of the other, and keeps its own beside it', async () => {
  await using server = await startTestServer();
  const failures: RecordingFailure[] = [];
  const slow = await openRun(
    createStepledger({
      url: server.url,
      spool: false,
      fetch: fetchUnless('exchanges.heartbeat', hang),
      onRecordingFailure: (failure) => void failures.push(failure),
    }),
  );
  const { step } = await openRun(server.ledger);
  let answer: (text: string) => void = () => undefined;
  const call = () =>
    new Promise<string>((resolve) => {
      answer = resolve;
    });
  const overtaken = slow.step.execute({ prompt: 'Design it.', call, parse, leaseSeconds: 0.2 });
  while ((await step.exchanges.list()).length === 0) await undefined;

  const taken = await step.execute({ prompt: 'Design it.', call: () => 'the answer that counts', parse });
  answer('an answer that came late');
  const result = await overtaken;

  expect(result).toMatchObject({
    called: true,
    response: 'the answer that counts',
    exchangeId: taken.exchangeId,
  });
  expect(result.documents.map(({ ref }) => ref)).toEqual(taken.documents.map(({ ref }) => ref));
  const ids = (await step.exchanges.list()).map(({ id }) => id);
  const stored = await Promise.all(ids.map((exchangeId) => server.ledger.exchanges.get({ exchangeId })));
  expect(stored).toMatchObject([
    { status: 'failed', error: expect.stringContaining('interrupted') },
    { status: 'completed', responseText: 'the answer that counts' },
    { status: 'failed', error: expect.stringContaining('taken'), responseText: 'an answer that came late' },
  ]);
  expect(failures).toEqual([]);
});

test('a server that restarts between the call and the storing of its answer loses nothing', async () => {
  const server = await startStoppableServer();
  const { run, step } = await openRun(createStepledger({ url: server.url, spool: false }));
  const { asked, call } = createLlm();
  let restarted: Promise<void> = Promise.resolve();

  const { documents } = await step.execute({
    prompt: 'Design it.',
    async call(context) {
      await server.stop();
      restarted = server.start();
      return call(context) as string;
    },
    parse,
  });
  await restarted;

  expect(asked).toHaveLength(1);
  expect(documents.map(({ version }) => version)).toEqual([1]);
  expect(await run.exchanges.list()).toMatchObject([{ status: 'completed' }]);
});

test('a server that is away for longer than the lease, while the LLM answers, gets the answer afterwards', async () => {
  const server = await startStoppableServer();
  const { run, step } = await openRun(createStepledger({ url: server.url, spool: false }));
  const { asked, call } = createLlm();

  await step.execute({
    prompt: 'Design it.',
    leaseSeconds: 0.1,
    async call(context) {
      await server.stop();
      await sleep(200);
      await server.start();
      const [exchange] = await run.exchanges.list();
      // Interrupted, unless a heartbeat that had waited for the server came before this look.
      expect(exchange?.closedRevision).toBeNull();
      return call(context) as string;
    },
    parse,
  });

  expect(asked).toHaveLength(1);
  expect(await run.exchanges.list()).toMatchObject([{ status: 'completed' }]);
});

test('an answer that cannot be delivered in time waits in the spool, and the next run finds it there', async () => {
  const server = await startStoppableServer();
  const ledger = createStepledger({ url: server.url, spool: false, retry: false });
  const { step } = await openRun(ledger);
  const { asked, call } = createLlm();
  const controller = new AbortController();
  const { signal } = controller;
  const first = step.execute({
    prompt: 'Design it.',
    async call(context) {
      await server.stop();
      return call(context) as string;
    },
    parse,
    signal,
  });

  await vi.waitUntil(async () => {
    const left = await ledger.flush({ timeoutMs: 300 }).catch((error: unknown) => error);
    return isLedgerError(left, 'NOT_STORED') && left.details.spooled === 1;
  }, WAIT);
  controller.abort();
  await expect(first).rejects.toMatchObject({ code: 'NOT_STORED', details: { spooled: 1 } });
  await server.start();
  const again = await step.execute({ prompt: 'Design it.', call, parse });

  expect(again).toMatchObject({ called: false, response: 'A list of todos.' });
  expect(asked).toHaveLength(1);
});

test('no LLM is asked whose prompt is not in the ledger', async () => {
  const server = await startStoppableServer();
  const { step } = await openRun(createStepledger({ url: server.url, spool: false }));
  const { asked, call } = createLlm();
  await server.stop();

  const executed = step.execute({ prompt: 'Design it.', call, parse, timeoutMs: 500 });
  await expect(executed).rejects.toMatchObject({ code: 'TIMEOUT' });

  expect(asked).toEqual([]);
});
