import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { createStepledger, isLedgerError, StepledgerError, toStepledgerError } from '@stepledger/client';
import { expect, test } from 'vitest';
import { answerWith, cutAfter } from './support/faults.ts';
import { fails, openTestServer } from './support/test-server.ts';

async function failureOf(promise: Promise<unknown>): Promise<StepledgerError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StepledgerError)) throw error;
  return error;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a code of the server arrives with its details and request id', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  server.answers.set(
    'documents.update',
    fails('VERSION_CONFLICT', { type: 'document', id: 'd1', expected: 1, actual: 2 }),
  );

  const error = await failureOf(
    ledger.documents.update({ documentId: 'd1', text: 'lost', expectedVersion: 1 }),
  );

  expect(error).toMatchObject({
    name: 'StepledgerError',
    code: 'VERSION_CONFLICT',
    details: { type: 'document', id: 'd1', expected: 1, actual: 2 },
    requestId: 'request-1',
    message: 'The document d1 is at version 2, not 1; read it again before you save',
  });
});

test('the code narrows the details', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  server.answers.set('runs.get', fails('NOT_FOUND', { type: 'run', id: 'r1' }));

  const error: unknown = await ledger.runs.get({ runId: 'r1' }).catch((reason: unknown) => reason);

  expect(isLedgerError(error)).toBe(true);
  if (!isLedgerError(error)) return;
  switch (error.code) {
    case 'NOT_FOUND':
      expect(error.details.id).toBe('r1');
      break;
    case 'VERSION_CONFLICT':
      expect.unreachable(`${error.details.expected} is a number here`);
      break;
    default:
      expect.unreachable(error.code);
  }
});

test('an error of the raw tRPC client can be turned into ours', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  server.answers.set('runs.get', fails('NOT_FOUND', { type: 'run', id: 'r1' }));

  const raw: unknown = await ledger.trpc.runs.get.query({ runId: 'r1' }).catch((reason: unknown) => reason);

  expect(raw).not.toBeInstanceOf(StepledgerError);
  expect(toStepledgerError(raw, ledger.url)).toMatchObject({ code: 'NOT_FOUND', requestId: 'request-1' });
});

test('nobody listening is told within a second or so, with what to check', async () => {
  const free = createTcpServer();
  const port = await listen(free);
  free.close();
  await once(free, 'close');
  const ledger = createStepledger({ url: `http://127.0.0.1:${port}` });

  const started = performance.now();
  const error = await failureOf(ledger.run({ key: 'todo-app' }));

  expect(performance.now() - started).toBeLessThan(3000);
  expect(error.code).toBe('UNREACHABLE');
  expect(error.message).toContain(`http://127.0.0.1:${port}`);
  expect(error.message).toContain('ECONNREFUSED');
  expect(error.message).toContain('Is the server running');
});

test('a host that does not exist is told with what to check', async () => {
  const ledger = createStepledger({ url: 'http://ledger.invalid:4400', retry: false });
  const error = await failureOf(ledger.system.health());

  expect(error).toMatchObject({
    code: 'UNREACHABLE',
    details: { hint: expect.stringContaining('host name') },
  });
});

test('https spoken to a server of http is told as that, and not tried again', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url.replace('http:', 'https:') });

  const error = await failureOf(ledger.system.health());

  expect(error).toMatchObject({
    code: 'UNREACHABLE',
    details: { retryable: false, hint: expect.stringContaining('speak http') },
  });
});

test('http spoken to a server of https is told as that', async () => {
  const server = createTlsServer();
  const port = await listen(server);
  const ledger = createStepledger({ url: `http://127.0.0.1:${port}`, retry: false });

  const error = await failureOf(ledger.system.health());

  expect(error.message).toContain('https');
  server.close();
});

test.each([
  [200, 'text/html', '<!doctype html><title>Welcome</title>', 'Check host, port and path'],
  [200, 'application/json', '{"hello":"world"}', 'Check host, port and path'],
  [404, 'text/html', '<h1>Not found</h1>', 'Check host, port and path'],
  [404, 'application/json', '{"error":{"message":"no route"}}', 'Check host, port and path'],
  [400, 'text/plain', 'The plain HTTP request was sent to HTTPS port', 'https'],
  [401, 'text/html', 'Who are you?', 'credentials'],
  [413, 'text/html', '<h1>Too large</h1>', '20 MB'],
  [500, 'text/plain', 'oops', 'Check host, port and path'],
])('an answer %i %s that is not from Stepledger is told as that, once', async (status, type, body, hint) => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  server.faults.push(answerWith(status, type, body));

  const error = await failureOf(ledger.runs.get({ key: 'a' }));

  expect(error).toMatchObject({ code: 'UNEXPECTED_ANSWER', details: { url: server.url, status } });
  expect(error.message).toContain(hint);
  expect(server.requests).toHaveLength(1);
});

test('a bad answer to one request fails every call in it, each with an error of its own', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  server.faults.push(answerWith(404, 'text/html', 'Not here'));

  const calls = [ledger.runs.get({ key: 'a' }), ledger.runs.get({ key: 'b' })].map(failureOf);

  expect((await Promise.all(calls)).map(({ code }) => code)).toEqual([
    'UNEXPECTED_ANSWER',
    'UNEXPECTED_ANSWER',
  ]);
});

test('an answer that breaks off is a broken way, not a fault of JSON', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url, retry: false });
  server.faults.push(cutAfter(1));

  const error = await failureOf(ledger.runs.get({ key: 'a' }));

  expect(error).toMatchObject({ code: 'UNREACHABLE', details: { retryable: true } });
});

test('raw bytes fail with the same errors', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });

  const missing = await failureOf(ledger.blobs.get('nothing'));
  server.faults.push(answerWith(200, 'text/html', 'Welcome'));
  const strange = await failureOf(ledger.blobs.get('nothing'));

  expect(missing).toMatchObject({ code: 'NOT_FOUND', details: { type: 'blob' }, requestId: 'request-2' });
  expect(strange).toMatchObject({ code: 'UNEXPECTED_ANSWER', details: { status: 200 } });
});

test('an input that JSON cannot carry is refused at once', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  const circle: Record<string, never> = {};
  Object.assign(circle, { self: circle });

  const error = await failureOf(ledger.runs.start({ key: 'a', metadata: circle }));

  expect(error.code).toBe('BAD_INPUT');
  expect(server.requests).toHaveLength(0);
});

test('an error tells where the call was made', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  server.answers.set('runs.get', fails('NOT_FOUND', { type: 'run', id: 'r1' }));

  async function readTheRun() {
    await ledger.runs.get({ runId: 'r1' });
  }

  expect((await failureOf(readTheRun())).stack).toContain('readTheRun');
});
