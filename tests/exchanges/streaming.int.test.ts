import { LIMITS } from '@stepledger/contract';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { endsOf, refusalOf } from '../ledger/support/refusals.ts';
import { lapse, openIn, readBlob, readReceived, toBase64 } from './support/life.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const WAIT = { timeout: 20_000 };

let server: TestServer;
let tables: Tables;
let runId: string;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
  runId = (await server.ledger.run({ key: 'streams' })).id;
});
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await server.close();
});

const open = (more: { leaseSeconds?: number } = {}) => openIn(server.ledger, { runId, ...more });
const append = (exchangeId: string, offset: number, bytes: string | Uint8Array, attempt = 1) =>
  server.ledger.exchanges.append({ exchangeId, attempt, offset, bytes: toBase64(bytes) });
const chunksOf = async (exchangeId: string) =>
  (await tables.query('SELECT 1 FROM exchange_chunk WHERE exchange_id = $1', [exchangeId])).length;
const conflict = (id: string, expected: number, actual: number) => ({
  code: 'VERSION_CONFLICT',
  details: { type: 'stream', id, expected, actual },
});

test('any bytes, split and repeated in any way, become a response of exactly these bytes', {
  timeout: SLOW_MS,
}, async () => {
  const pieces = fc.array(
    fc.record({ bytes: fc.uint8Array({ maxLength: 40 }), back: fc.nat(60), again: fc.boolean() }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.constantFrom('complete', 'fail', 'attempt'), async (pieces, end) => {
      const exchangeId = await open();
      let whole = Buffer.alloc(0);
      for (const { bytes, back, again } of pieces) {
        const size = whole.length;
        whole = Buffer.concat([whole, bytes]);
        expect(await append(exchangeId, size, bytes)).toEqual({ exchangeId, attempt: 1, size: whole.length });
        if (!again) continue;
        const from = Math.max(0, size - back);
        const sent = whole.subarray(from, from + bytes.length);
        expect((await append(exchangeId, from, sent)).size).toBe(whole.length);
      }
      expect((await server.ledger.exchanges.get({ exchangeId })).receivedBytes).toBe(whole.length);
      expect(await readReceived(server.ledger, exchangeId)).toEqual(whole);

      const streamed = { streamed: whole.length };
      if (end === 'attempt') {
        const attempt = { exchangeId, attempt: 1, status: 'completed' as const, response: streamed };
        await server.ledger.exchanges.attempt(attempt);
        expect(await chunksOf(exchangeId)).toBe(0);
        expect(await readReceived(server.ledger, exchangeId)).toEqual(whole);
      }
      if (end === 'fail')
        await server.ledger.exchanges.fail({ exchangeId, error: 'cut', response: streamed });
      else await server.ledger.exchanges.complete({ exchangeId, response: streamed });

      const { response, receivedBytes } = await server.ledger.exchanges.get({ exchangeId });
      expect(await readBlob(server.ledger, response)).toEqual(whole);
      expect(receivedBytes).toBeNull();
      expect(await chunksOf(exchangeId)).toBe(0);
    }),
    { numRuns: 40, seed: 7 },
  );
  expect(await brokenLaws(tables)).toEqual({});
});

test('appends, heartbeats and attempts take no revision, and the exchange says that it streams', async () => {
  const exchangeId = await open();
  const before = await server.ledger.runs.get({ runId });
  expect(await server.ledger.exchanges.heartbeat({ exchangeId })).toMatchObject({ status: 'pending' });
  await append(exchangeId, 0, 'abc');
  const beat = await server.ledger.exchanges.heartbeat({ exchangeId });
  expect(beat.status).toBe('streaming');
  expect(beat.leaseRemainingMs).toBeLessThanOrEqual(900_000);
  expect(beat.leaseRemainingMs).toBeGreaterThan(0);
  await server.ledger.exchanges.attempt({ exchangeId, attempt: 1, status: 'failed', error: 'HTTP 500' });

  const { items } = await server.ledger.exchanges.list({ runId, status: 'streaming' });
  expect(items).toMatchObject([{ id: exchangeId, receivedBytes: 3, response: null }]);
  expect(await server.ledger.runs.get({ runId })).toEqual(before);
  await server.ledger.exchanges.fail({ exchangeId, error: 'given up' });
});

test('bytes before a gap, other bytes and those of an earlier attempt are refused with where the stream is', async () => {
  const exchangeId = await open();
  expect(await refusalOf(append(exchangeId, 1, 'b'))).toEqual(conflict(exchangeId, 1, 0));
  await append(exchangeId, 0, 'abc');
  await append(exchangeId, 3, 'def');
  expect(await refusalOf(append(exchangeId, 7, 'h'))).toEqual(conflict(exchangeId, 7, 6));
  expect(await refusalOf(append(exchangeId, 2, 'xd'))).toEqual(conflict(exchangeId, 2, 6));
  expect(await refusalOf(append(exchangeId, 4, 'efg'))).toEqual(conflict(exchangeId, 4, 6));
  expect((await append(exchangeId, 2, 'cde')).size).toBe(6);
  expect((await append(exchangeId, 6, '')).size).toBe(6);

  // A later attempt begins anew; what came of the earlier one stays until the exchange is closed.
  expect(await refusalOf(append(exchangeId, 6, 'g', 2))).toEqual(conflict(exchangeId, 6, 0));
  expect(await append(exchangeId, 0, 'xy', 2)).toEqual({ exchangeId, attempt: 2, size: 2 });
  expect(await refusalOf(append(exchangeId, 6, 'g', 1))).toEqual(conflict(exchangeId, 6, 2));
  expect(await refusalOf(append(exchangeId, 0, 'abc', 1))).toEqual(conflict(exchangeId, 0, 2));
  expect(await server.ledger.exchanges.received({ exchangeId })).toMatchObject({ attempt: 2, size: 2 });

  await server.ledger.exchanges.complete({
    exchangeId,
    response: { streamed: 2 },
    attempts: [
      { status: 'failed', response: { streamed: 6 } },
      { status: 'completed', response: { streamed: 2 } },
    ],
  });
  const { response, attempts } = await server.ledger.exchanges.get({ exchangeId });
  expect(String(await readBlob(server.ledger, response))).toBe('xy');
  expect(response).toEqual(attempts[1]?.response);
  expect(String(await readBlob(server.ledger, attempts[0]?.response))).toBe('abcdef');
  expect(await chunksOf(exchangeId)).toBe(0);
});

test('an exchange is not closed with fewer or more bytes than its writer says', async () => {
  const exchangeId = await open();
  const { exchanges } = server.ledger;
  await append(exchangeId, 0, 'abc');
  expect(await refusalOf(exchanges.complete({ exchangeId, response: { streamed: 4 } }))).toEqual(
    conflict(exchangeId, 4, 3),
  );
  expect(await refusalOf(exchanges.fail({ exchangeId, error: 'x', response: { streamed: 2 } }))).toEqual(
    conflict(exchangeId, 2, 3),
  );
  const attempts = [{ attempt: 2, status: 'completed' as const, response: { streamed: 3 } }];
  expect(await refusalOf(exchanges.complete({ exchangeId, response: 'abc', attempts }))).toEqual(
    conflict(exchangeId, 3, 0),
  );
  expect((await exchanges.get({ exchangeId })).status).toBe('streaming');
  await exchanges.complete({ exchangeId, response: { streamed: 3 } });
});

test('what has arrived is the response of an exchange that fails, unless another is given', async () => {
  const { exchanges } = server.ledger;
  const [arrived, nothing, given, started] = [await open(), await open(), await open(), await open()];
  for (const exchangeId of [arrived, given]) await append(exchangeId, 0, 'half an ans');
  await append(started, 0, '');

  for (const exchangeId of [arrived, nothing, started]) await exchanges.fail({ exchangeId, error: 'cut' });
  await exchanges.fail({ exchangeId: given, error: 'cut', response: 'other' });

  const responses = [arrived, nothing, started, given].map(async (exchangeId) => {
    const { response } = await exchanges.get({ exchangeId });
    return (await readBlob(server.ledger, response))?.toString() ?? null;
  });
  expect(await Promise.all(responses)).toEqual(['half an ans', null, null, 'other']);
});

test('nothing can be written to an exchange once it is closed, and its stream cannot be read', async () => {
  const { exchanges } = server.ledger;
  const exchangeId = await open();
  await append(exchangeId, 0, 'abc');
  await exchanges.complete({ exchangeId, response: { streamed: 3 } });
  const before = await tables.fingerprint();
  const refused = {
    code: 'INVALID_STATE',
    details: { type: 'exchange', id: exchangeId, status: 'completed', allowed: ['pending', 'streaming'] },
  };

  expect(await refusalOf(append(exchangeId, 3, 'd'))).toEqual(refused);
  expect(await refusalOf(append(exchangeId, 0, 'abc'))).toEqual(refused);
  expect(await refusalOf(exchanges.heartbeat({ exchangeId }))).toEqual(refused);
  const attempt = { exchangeId, attempt: 1, status: 'completed' as const };
  expect(await refusalOf(exchanges.attempt({ ...attempt, response: 'x' }))).toEqual(refused);
  expect(await refusalOf(exchanges.attempt({ ...attempt, response: { streamed: 3 } }))).toEqual(refused);
  expect(await refusalOf(exchanges.complete({ exchangeId, response: { streamed: 3 } }))).toEqual(refused);
  expect(await refusalOf(exchanges.received({ exchangeId }))).toMatchObject({ code: 'INVALID_STATE' });
  expect(await tables.fingerprint()).toEqual(before);
});

test('a stream ends at what a text may take', { timeout: SLOW_MS }, async () => {
  const exchangeId = await open();
  const page = Buffer.alloc(LIMITS.maxBase64Bytes, 'x');
  for (let offset = 0; offset < LIMITS.maxTextBytes; offset += page.length) {
    await append(exchangeId, offset, page);
  }
  expect(await refusalOf(append(exchangeId, LIMITS.maxTextBytes, 'x'))).toEqual({
    code: 'TOO_LARGE',
    details: { limitBytes: LIMITS.maxTextBytes },
  });
  expect(await server.ledger.exchanges.received({ exchangeId, offset: 5_000_001 })).toMatchObject({
    size: LIMITS.maxTextBytes,
    bytes: toBase64(page),
  });
  await server.ledger.exchanges.complete({ exchangeId, response: { streamed: LIMITS.maxTextBytes } });
  const { response } = await server.ledger.exchanges.get({ exchangeId });
  expect(response?.size).toBe(LIMITS.maxTextBytes);
});

test('the same bytes sent by many at once are stored once', async () => {
  const exchangeId = await open();
  for (const [turn, piece] of ['abc', 'def', 'ghi'].entries()) {
    const sizes = await Promise.all(Array.from({ length: 8 }, () => append(exchangeId, turn * 3, piece)));
    expect(new Set(sizes.map(({ size }) => size))).toEqual(new Set([turn * 3 + 3]));
  }
  expect(await chunksOf(exchangeId)).toBe(3);
  await server.ledger.exchanges.complete({ exchangeId, response: { streamed: 9 } });
});

test.each(['given', 'appended', 'left out'] as const)(
  'bytes that arrive while the close waits for its run are not lost with their chunks, the response being %s',
  async (kind) => {
    const { exchanges } = server.ledger;
    const exchangeId = await open();
    await append(exchangeId, 0, 'abc');
    const calls = {
      given: () => exchanges.complete({ exchangeId, response: 'given' }),
      appended: () => exchanges.complete({ exchangeId, response: { streamed: 3 } }),
      'left out': () => exchanges.fail({ exchangeId, error: 'raced' }),
    };
    let size = 3;
    // The statement sees the exchange as it was before it began to wait.
    const closed = await whileRunIsLocked(calls[kind], async () => {
      size = (await append(exchangeId, 3, 'def')).size;
    });

    if (kind === 'appended') {
      expect(await refusalOf(closed())).toEqual(conflict(exchangeId, 3, size));
      await exchanges.complete({ exchangeId, response: { streamed: size } });
    } else await closed();
    const { response } = await exchanges.get({ exchangeId });
    expect(String(await readBlob(server.ledger, response))).toBe(kind === 'given' ? 'given' : 'abcdef');
    expect(await chunksOf(exchangeId)).toBe(0);
  },
);

/** Starts a call that waits for the run's lock, does something meanwhile, and lets it go on. */
async function whileRunIsLocked<Answer>(
  call: () => Promise<Answer>,
  meanwhile: () => Promise<void>,
): Promise<() => Promise<Answer>> {
  const lock = new pg.Client({ connectionString: server.databaseUrl });
  await lock.connect();
  try {
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM run WHERE id = $1 FOR UPDATE', [runId]);
    const answer = call();
    // Whoever asks for it hears how it ended.
    answer.catch(() => undefined);
    await vi.waitFor(async () => {
      const waiting = await tables.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    }, WAIT);
    await meanwhile();
    return () => answer;
  } finally {
    await lock.end();
  }
}

test('an append that races the close is in the response or is refused, and never lost', async () => {
  const { exchanges } = server.ledger;
  for (let turn = 0; turn < 10; turn++) {
    const exchangeId = await open();
    let acknowledged = 0;
    const writer = async () => {
      while (acknowledged < 20) acknowledged = (await append(exchangeId, acknowledged, 'x')).size;
    };
    // Closed without a word about its bytes.
    const { refused } = await endsOf<unknown>([writer(), exchanges.fail({ exchangeId, error: 'raced' })]);

    expect(refused.map(({ code }) => code)).toEqual(acknowledged < 20 ? ['INVALID_STATE'] : []);
    const { response } = await exchanges.get({ exchangeId });
    expect(response?.size ?? 0).toBe(acknowledged);
    expect(await chunksOf(exchangeId)).toBe(0);
  }
  expect(await brokenLaws(tables)).toEqual({});
});

test('a writer that was silent for longer than its lease goes on as long as nobody closed its exchange', async () => {
  const { exchanges } = server.ledger;
  const exchangeId = await open({ leaseSeconds: 0.5 });
  await append(exchangeId, 0, 'abc');
  await lapse(tables, exchangeId);
  expect(await exchanges.get({ exchangeId })).toMatchObject({ status: 'interrupted', receivedBytes: 3 });
  expect(await exchanges.received({ exchangeId })).toMatchObject({ status: 'interrupted', size: 3 });

  const signs = [
    () => exchanges.heartbeat({ exchangeId }),
    () => append(exchangeId, 3, 'def'),
    () => exchanges.attempt({ exchangeId, attempt: 1, status: 'failed', error: 'x' }),
  ];
  for (const sign of signs) {
    await lapse(tables, exchangeId);
    await sign();
    const [row] = await tables.query<{ lives: boolean }>(
      'SELECT lease_until > opened_at AS lives FROM exchange WHERE id = $1 AND lease_seconds = 0.5',
      [exchangeId],
    );
    expect(row).toEqual({ lives: true });
  }
  await lapse(tables, exchangeId);
  await exchanges.complete({ exchangeId, response: { streamed: 6 } });
});
