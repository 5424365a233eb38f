import { createStepledger, isLedgerError, type Stepledger } from '@stepledger/client';
import { expect, test } from 'vitest';
import { answerWith, cutAfter, delay, hangUp, loseAnswer, neverAnswer } from './support/faults.ts';
import { fails, openTestServer, type TestServer } from './support/test-server.ts';

const retry = { attempts: 6, minDelayMs: 5, maxDelayMs: 20 };

/** A client that has met its server, with the counts at zero. */
async function connect(server: TestServer): Promise<Stepledger> {
  const ledger = createStepledger({ url: server.url, retry });
  await ledger.system.health();
  server.calls.length = 0;
  server.requests.length = 0;
  return ledger;
}

test('a write whose answer is lost is sent again with the same idempotency key', async () => {
  await using server = await openTestServer();
  const ledger = await connect(server);
  server.faults.push(loseAnswer, hangUp, answerWith(503, 'text/html', 'restarting'), cutAfter(1));

  await ledger.runs.start({ key: 'todo-app' });

  const keys = server.calls.map(({ input }) => input['idempotencyKey']);
  expect(server.requests).toHaveLength(5);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});

test('each logical call has an idempotency key of its own, and the caller may choose it', async () => {
  await using server = await openTestServer();
  const ledger = await connect(server);

  await Promise.all([ledger.runs.start({ key: 'a' }), ledger.runs.start({ key: 'a' })]);
  await ledger.runs.start({ key: 'a', idempotencyKey: 'mine' });
  await ledger.runs.list();

  const [first, second, third, query] = server.calls.map(({ input }) => input['idempotencyKey']);
  expect(first).not.toBe(second);
  expect(third).toBe('mine');
  expect(query).toBeUndefined();
});

test('the raw tRPC client has the same keys and retries', async () => {
  await using server = await openTestServer();
  const ledger = await connect(server);
  server.faults.push(loseAnswer);

  await ledger.trpc.runs.start.mutate({ key: 'todo-app' });

  const keys = server.calls.map(({ input }) => input['idempotencyKey']);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('calls of one tick share a request, at most 20', async () => {
  await using server = await openTestServer();
  const ledger = await connect(server);

  await Promise.all(Array.from({ length: 45 }, (_, index) => ledger.runs.get({ key: `run-${index}` })));

  expect(server.requests).toHaveLength(3);
  expect(server.calls).toHaveLength(45);
});

test('a batch cut in the middle keeps what has come and sends only the rest again, each by itself', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url, retry: { minDelayMs: 300 } });
  await ledger.system.health();
  // The slow half is still on its way when the connection breaks.
  let release = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.answers.set('runs.get', async ({ key }, { request }) => {
    if (request === 2 && String(key).startsWith('slow')) await slow;
    return { key };
  });
  server.faults.push((request) => {
    setTimeout(() => {
      request.socket.destroy();
      release();
    }, 200);
    return 'through';
  });

  const keys = Array.from({ length: 10 }, (_, index) => (index % 2 ? `slow-${index}` : `fast-${index}`));
  const answers = await Promise.all(keys.map((key) => ledger.runs.get({ key })));

  expect(answers).toEqual(keys.map((key) => ({ key })));
  const again = server.calls.filter(({ request }) => request > 2);
  expect(again.map(({ input }) => input['key']).sort()).toEqual([
    'slow-1',
    'slow-3',
    'slow-5',
    'slow-7',
    'slow-9',
  ]);
  // The chance in their delays spreads them: together they would make the same crowd again.
  expect(new Set(again.map(({ request }) => request)).size).toBeGreaterThan(1);
});

test('a client outlives a restart of its server', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({
    url: server.url,
    retry: { attempts: 20, minDelayMs: 20, maxDelayMs: 50 },
  });
  await ledger.system.health();

  await server.stop();
  const waiting = ledger.runs.start({ key: 'todo-app' });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await server.resume();

  await expect(waiting).resolves.toMatchObject({ echo: { key: 'todo-app' } });
});

test.each([
  [429, 'slow down'],
  [502, 'bad gateway'],
  [503, 'unavailable'],
  [504, 'gateway timeout'],
])(
  'a proxy that answers %i is asked again, and told of as UNAVAILABLE when it stays so',
  async (status, body) => {
    await using server = await openTestServer();
    const ledger = await connect(server);
    server.faults.push(answerWith(status, 'text/plain', body));
    await ledger.runs.get({ key: 'a' });

    server.faults.push(
      ...Array.from({ length: retry.attempts }, () => answerWith(status, 'text/html', body)),
    );
    const error = await ledger.runs.get({ key: 'a' }).catch((reason: unknown) => reason);

    expect(isLedgerError(error, 'UNAVAILABLE')).toBe(true);
    expect(server.requests).toHaveLength(2 + retry.attempts);
  },
);

test('the server saying UNAVAILABLE is asked again, any other refusal is not', async () => {
  await using server = await openTestServer();
  const ledger = await connect(server);
  server.answers.set('runs.get', fails('UNAVAILABLE', { reason: 'The database is restarting' }));
  server.answers.set(
    'runs.start',
    fails('IDEMPOTENCY_CONFLICT', { idempotencyKey: 'k', procedure: 'runs.start' }),
  );

  await expect(ledger.runs.get({ key: 'a' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(ledger.runs.start({ key: 'a' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });

  expect(server.calls.map(({ path }) => path)).toEqual([
    ...Array.from({ length: retry.attempts }, () => 'runs.get'),
    'runs.start',
  ]);
});

test('with retry: false a call is sent once', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url, retry: false });
  await ledger.system.health();
  server.faults.push(hangUp);

  await expect(ledger.runs.get({ key: 'a' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(server.requests).toHaveLength(2);
});

test('a call that takes too long ends with TIMEOUT, and the server learns that nobody waits', async () => {
  await using server = await openTestServer();
  const ledger = await connect(server);
  const closed = new Promise<void>((resolve) => {
    server.faults.push((request, response) => {
      response.on('close', resolve);
      return neverAnswer(request, response);
    });
  });

  const started = performance.now();
  const error = await ledger.runs.get({ key: 'a' }, { timeoutMs: 150 }).catch((reason: unknown) => reason);

  expect(error).toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 150, lastFailure: null } });
  expect(performance.now() - started).toBeLessThan(1000);
  await closed;
});

test('the time bounds all tries together, and the error names what the last one failed of', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({
    url: server.url,
    timeoutMs: 300,
    retry: { attempts: 1000, minDelayMs: 20, maxDelayMs: 20 },
  });
  await ledger.system.health();
  await server.stop();

  const started = performance.now();
  const error = await ledger.runs.start({ key: 'a' }).catch((reason: unknown) => reason);

  expect(performance.now() - started).toBeLessThan(1500);
  expect(error).toMatchObject({
    code: 'TIMEOUT',
    details: { lastFailure: expect.stringContaining('ECONNREFUSED') },
  });
});

test('an aborted call ends at once, though others of its batch go on', async () => {
  await using server = await openTestServer();
  const ledger = await connect(server);
  server.faults.push(delay(300));
  const controller = new AbortController();

  const started = performance.now();
  const other = ledger.runs.get({ key: 'other' });
  const call = ledger.runs
    .get({ key: 'mine' }, { signal: controller.signal })
    .catch((reason: unknown) => reason);
  setTimeout(() => controller.abort(new Error('the user left')), 50);

  expect(await call).toMatchObject({ code: 'ABORTED', details: { reason: 'the user left' } });
  expect(performance.now() - started).toBeLessThan(250);
  await expect(other).resolves.toEqual({ echo: { key: 'other' } });
});

test('an aborted call is not tried again', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({
    url: server.url,
    retry: { attempts: 50, minDelayMs: 60, maxDelayMs: 60 },
  });
  await ledger.system.health();
  server.faults.push(...Array.from({ length: 50 }, () => hangUp));
  const controller = new AbortController();
  const call = ledger.runs
    .start({ key: 'a' }, { signal: controller.signal })
    .catch((reason: unknown) => reason);
  await expect.poll(() => server.requests.length).toBeGreaterThan(1);
  controller.abort();

  expect(await call).toMatchObject({ code: 'ABORTED' });
  const sent = server.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(server.requests).toHaveLength(sent);
});

test("a client's own signal ends all its calls, also those to come", async () => {
  await using server = await openTestServer();
  const controller = new AbortController();
  const ledger = createStepledger({ url: server.url, signal: controller.signal });
  await ledger.system.health();
  server.faults.push(neverAnswer);
  const open = ledger.runs.get({ key: 'a' }).catch((reason: unknown) => reason);
  setTimeout(() => controller.abort(), 50);

  expect(await open).toMatchObject({ code: 'ABORTED' });
  await expect(ledger.runs.get({ key: 'b' })).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(ledger.blobs.get('x')).rejects.toMatchObject({ code: 'ABORTED' });
  expect(server.requests).toHaveLength(2);
});
