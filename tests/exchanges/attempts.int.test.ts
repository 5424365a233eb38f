import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { refusalOf } from '../ledger/support/refusals.ts';
import { messages, openIn, readBlob, readReceived, toBase64 } from './support/life.ts';

let server: TestServer;
let tables: Tables;
let runId: string;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
  runId = (await server.ledger.run({ key: 'attempts' })).id;
});
afterAll(async () => {
  expect(await brokenLaws(tables)).toEqual({});
  await tables[Symbol.asyncDispose]();
  await server.close();
});

const open = () => openIn(server.ledger, { runId });
const append = (exchangeId: string, attempt: number, text: string, offset = 0) =>
  server.ledger.exchanges.append({ exchangeId, attempt, offset, bytes: toBase64(text) });
const bodiesOf = async (exchangeId: string) => {
  const { attempts } = await server.ledger.exchanges.get({ exchangeId });
  return Promise.all(
    attempts.map(async ({ attempt, request, response }) => [
      attempt,
      (await readBlob(server.ledger, request))?.toString() ?? null,
      (await readBlob(server.ledger, response))?.toString() ?? null,
    ]),
  );
};

test('an attempt is stored with all that is known of it, and shown while its exchange is open', async () => {
  const exchangeId = await open();
  const attempt = {
    attempt: 1,
    status: 'failed' as const,
    httpStatus: 503,
    url: 'https://llm.test/v1?q=\0\ud800',
    contentType: 'text/event-stream; charset=utf-8',
    headers: [{ name: 'retry-after', value: '7\0\ud800' }],
    error: 'overloaded\0',
    startedAt: '2026-01-31T12:00:00.000Z',
    firstByteMs: 12,
    totalMs: 34,
  };
  const answer = await server.ledger.exchanges.attempt({
    exchangeId,
    ...attempt,
    request: '{"stream":true}',
    response: toBase64('busy'),
  });
  expect(answer).toEqual({ exchangeId, attempt: 1 });

  const exchange = await server.ledger.exchanges.get({ exchangeId });
  expect(exchange).toMatchObject({ status: 'pending', response: null, receivedBytes: 4 });
  expect(exchange.attempts).toEqual([
    { ...attempt, request: expect.anything(), response: expect.anything() },
  ]);
  expect(await bodiesOf(exchangeId)).toEqual([[1, '{"stream":true}', 'busy']]);
  await server.ledger.exchanges.fail({ exchangeId, error: 'given up' });
});

test('attempts are numbered from 1 in the order given, or as they say; a number given twice is refused', async () => {
  const { exchanges } = server.ledger;
  const [counted, named] = [await open(), await open()];
  const failed = { status: 'failed' as const };
  await exchanges.complete({
    exchangeId: counted,
    response: 'x',
    attempts: [
      { ...failed, response: 'a' },
      { ...failed, response: 'b' },
    ],
  });
  expect(await bodiesOf(counted)).toEqual([
    [1, null, 'a'],
    [2, null, 'b'],
  ]);

  const twice = [
    { ...failed, attempt: 2 },
    { ...failed, response: 'second' },
  ];
  const refused = { code: 'BAD_INPUT', details: { issues: [{ path: 'attempts[1].attempt' }] } };
  expect(
    await refusalOf(exchanges.complete({ exchangeId: named, response: 'x', attempts: twice })),
  ).toMatchObject(refused);
  const sent = { runId, step: { name: 'code_step' }, messages, response: 'x', attempts: twice };
  expect(await refusalOf(exchanges.record(sent))).toMatchObject(refused);
  await exchanges.complete({
    exchangeId: named,
    response: 'x',
    attempts: [
      { ...failed, attempt: 7, response: 'g' },
      { ...failed, response: 'b' },
    ],
  });
  expect(await bodiesOf(named)).toEqual([
    [2, null, 'b'],
    [7, null, 'g'],
  ]);
});

test('an attempt that is stored already is kept, whoever sends its number again', async () => {
  const { exchanges } = server.ledger;
  const exchangeId = await open();
  const first = { exchangeId, attempt: 1, status: 'failed' as const, request: 'q', response: 'first' };
  await exchanges.attempt(first);
  const before = await tables.count();
  await exchanges.attempt(first);
  await exchanges.attempt({ ...first, status: 'completed', response: 'second' });
  expect({ ...(await tables.count()), request: 0 }).toEqual({ ...before, request: 0 });

  await exchanges.complete({
    exchangeId,
    response: 'whole',
    attempts: [
      { status: 'completed', request: 'q', response: 'first' },
      { status: 'completed', request: 'q', response: 'whole' },
    ],
  });
  expect(await bodiesOf(exchangeId)).toEqual([
    [1, 'q', 'first'],
    [2, 'q', 'whole'],
  ]);
  const { attempts } = await exchanges.get({ exchangeId });
  expect(attempts.map(({ status }) => status)).toEqual(['failed', 'completed']);
});

test('many that store one attempt at once store one', async () => {
  const exchangeId = await open();
  await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      server.ledger.exchanges.attempt({ exchangeId, attempt: 1, status: 'completed', response: `body ${n}` }),
    ),
  );
  const [[, , stored] = []] = await bodiesOf(exchangeId);
  expect(stored).toMatch(/^body \d$/);
  await server.ledger.exchanges.complete({ exchangeId, response: 'x' });
});

test('a stored attempt has what was appended for it, and nothing more can be appended', async () => {
  const { exchanges } = server.ledger;
  const exchangeId = await open();
  const attempt = { exchangeId, attempt: 1, status: 'failed' as const };
  await append(exchangeId, 1, 'half');
  expect(await refusalOf(exchanges.attempt({ ...attempt, response: { streamed: 5 } }))).toEqual({
    code: 'VERSION_CONFLICT',
    details: { type: 'stream', id: exchangeId, expected: 5, actual: 4 },
  });
  await exchanges.attempt({ ...attempt, response: { streamed: 4 } });
  // Its answer may have been lost.
  await exchanges.attempt({ ...attempt, response: { streamed: 4 } });

  expect(await tables.query('SELECT 1 FROM exchange_chunk WHERE exchange_id = $1', [exchangeId])).toEqual([]);
  expect(await refusalOf(append(exchangeId, 1, 'more', 4))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect(await exchanges.get({ exchangeId })).toMatchObject({ receivedBytes: 4 });
  expect(String(await readReceived(server.ledger, exchangeId))).toBe('half');

  await append(exchangeId, 2, 'whole');
  await exchanges.complete({
    exchangeId,
    response: { streamed: 5 },
    attempts: [{ attempt: 2, status: 'completed', response: { streamed: 5 } }],
  });
  expect(await bodiesOf(exchangeId)).toEqual([
    [1, null, 'half'],
    [2, null, 'whole'],
  ]);
});

test('the response of an exchange may be that of an attempt that was stored before', async () => {
  const { exchanges } = server.ledger;
  const [completed, failed] = [await open(), await open()];
  for (const exchangeId of [completed, failed]) {
    await append(exchangeId, 1, 'answer');
    const attempt = { exchangeId, attempt: 1, status: 'completed' as const };
    await exchanges.attempt({ ...attempt, response: { streamed: 6 } });
  }
  await exchanges.complete({ exchangeId: completed, response: { streamed: 6 } });
  await exchanges.fail({ exchangeId: failed, error: 'content filter' });
  for (const exchangeId of [completed, failed]) {
    const { response, attempts } = await exchanges.get({ exchangeId });
    expect(response).toEqual(attempts[0]?.response);
    expect(String(await readBlob(server.ledger, response))).toBe('answer');
  }
});

test('an attempt without a response leaves what was appended for it', async () => {
  const { exchanges } = server.ledger;
  const exchangeId = await open();
  await append(exchangeId, 1, 'half');
  await exchanges.attempt({ exchangeId, attempt: 1, status: 'failed', error: 'connection reset' });
  expect(String(await readReceived(server.ledger, exchangeId))).toBe('half');
  await exchanges.fail({ exchangeId, error: 'connection reset' });
  const { response } = await exchanges.get({ exchangeId });
  expect(String(await readBlob(server.ledger, response))).toBe('half');
});

test('an attempt of an exchange or with a body that is not there is refused and stores nothing', async () => {
  const { exchanges } = server.ledger;
  const exchangeId = await open();
  const noId = '01900000-0000-7000-8000-000000000000';
  const noBlob = `${'0'.repeat(64)}.binary`;
  const before = await tables.fingerprint();
  const attempt = { attempt: 1, status: 'completed' as const, request: 'stored nowhere' };
  expect(await refusalOf(exchanges.attempt({ exchangeId: noId, ...attempt }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'exchange', id: noId },
  });
  expect(await refusalOf(exchanges.attempt({ exchangeId, ...attempt, response: { blob: noBlob } }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'blob', id: noBlob },
  });
  expect(await tables.fingerprint()).toEqual(before);
  await exchanges.fail({ exchangeId, error: 'x' });
});

test('a deleted run takes with it what its open exchanges had received, also while it arrives', async () => {
  const { exchanges, runs } = server.ledger;
  const { request: _, ...before } = await tables.fingerprint();
  const { id } = await server.ledger.run({ key: 'deleted' });
  const exchangeIds = await Promise.all(
    [1, 2, 3].map((n) => openIn(server.ledger, { runId: id, key: `${n}` })),
  );
  const writers = exchangeIds.map(async (exchangeId, n) => {
    for (let attempt = 1; attempt <= 20; attempt++) {
      const bodies = { request: `request ${n} ${attempt}`, response: { streamed: 3 } };
      await append(exchangeId, attempt, 'abc');
      await exchanges.attempt({ exchangeId, attempt, status: 'failed', ...bodies });
    }
  });
  const ends = Promise.allSettled(writers);
  await runs.delete({ runId: id });
  for (const end of await ends) {
    if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'NOT_FOUND' });
  }
  const { request: __, ...after } = await tables.fingerprint();
  expect(after).toEqual(before);
});
