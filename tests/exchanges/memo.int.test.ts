import { createStepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { refusalOf } from '../ledger/support/refusals.ts';
import { newUuidV7, toSha256 } from '../procedures/support/ids.ts';
import { lapse, messages, readBlob, toBase64 } from './support/life.ts';

let server: TestServer;
let tables: Tables;
let runId: string;
let runs = 0;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
});
beforeEach(async () => {
  runs += 1;
  runId = (await server.ledger.run({ key: `run ${runs}` })).id;
});
afterAll(async () => {
  expect(await brokenLaws(tables)).toEqual({});
  await tables[Symbol.asyncDispose]();
  await server.close();
});

const memoKey = toSha256('what is asked for');
const step = { name: 'code_step', key: '1' };
type More = Partial<Parameters<TestServer['ledger']['exchanges']['open']>[0]>;
const open = (more: More = {}) => server.ledger.exchanges.open({ runId, step, messages, memoKey, ...more });
const revisionOf = async () => (await server.ledger.runs.get({ runId })).revision;
const append = (exchangeId: string, text: string) =>
  server.ledger.exchanges.append({ exchangeId, offset: 0, bytes: toBase64(text) });

test('a second call for the same is answered with the exchange that is open or completed, and writes nothing', async () => {
  const first = await open({ leaseSeconds: 60.5 });
  expect(first).toMatchObject({ created: true, status: 'pending', leaseRemainingMs: 60_500 });
  const { requests: _, ...before } = await tables.fingerprint();

  const second = await open();
  expect(second).toEqual({ ...first, created: false, leaseRemainingMs: expect.any(Number) });
  expect(second.leaseRemainingMs).toBeLessThanOrEqual(60_500);
  expect(second.leaseRemainingMs).toBeGreaterThan(0);
  const { requests: __, ...after } = await tables.fingerprint();
  expect(after).toEqual(before);

  const { exchangeId } = first;
  expect(await server.ledger.exchanges.get({ exchangeId })).toMatchObject({ memoKey });
  await append(exchangeId, 'ans');
  expect(await open()).toMatchObject({ exchangeId, created: false, status: 'streaming' });
  await server.ledger.exchanges.complete({ exchangeId, response: 'answer' });
  const completed = { ...first, created: false, status: 'completed', leaseRemainingMs: null };
  expect(await open({ messages: [{ role: 'user', content: 'not looked at' }] })).toEqual(completed);
});

test('a key is of one step of one run, and a failed exchange has lost it', async () => {
  const first = await open();
  const other = await server.ledger.run({ key: 'other' });
  const elsewhere = [
    await open({ step: { ...step, key: '2' } }),
    await open({ runId: other.id }),
    await open({ memoKey: toSha256('something else') }),
    await server.ledger.exchanges.open({ runId, step, messages }),
  ];
  expect(elsewhere.map(({ created }) => created)).toEqual([true, true, true, true]);

  await server.ledger.exchanges.fail({ exchangeId: first.exchangeId, error: 'HTTP 500' });
  const again = await open();
  expect(again.created).toBe(true);
  expect(await open()).toMatchObject({ exchangeId: again.exchangeId, created: false });
});

test('a key is held together with the versions that are used, in whatever order they are named', async () => {
  const { documents, exchanges } = server.ledger;
  const refs = [];
  for (const kind of ['requirement', 'design']) {
    const { documentId, version } = await documents.put({ runId, kind, text: kind });
    refs.push({ documentId, version });
  }
  const [plain, one, both] = [
    await open(),
    await open({ uses: refs.slice(0, 1) }),
    await open({ uses: refs }),
  ];
  expect([plain, one, both].map(({ created }) => created)).toEqual([true, true, true]);

  const turned = refs.toReversed().map((ref) => ({ ...ref, documentId: ref.documentId.toUpperCase() }));
  expect(await open({ uses: [...turned, ...turned] })).toMatchObject({
    exchangeId: both.exchangeId,
    created: false,
  });
  expect(await open()).toMatchObject({ exchangeId: plain.exchangeId, created: false });
  expect((await exchanges.get({ exchangeId: both.exchangeId })).memoKey).toBe(memoKey);
  // By force, only the one that uses the same loses its key.
  const forced = await open({ uses: turned, force: true });
  expect(await open({ uses: refs })).toMatchObject({ exchangeId: forced.exchangeId, created: false });
  expect(await open({ uses: refs.slice(0, 1) })).toMatchObject({ exchangeId: one.exchangeId });
});

test('of 20 calls at once exactly one makes the exchange', async () => {
  const before = await revisionOf();
  const opened = await Promise.all(Array.from({ length: 20 }, () => open()));
  expect(opened.filter(({ created }) => created)).toHaveLength(1);
  expect(new Set(opened.map(({ exchangeId }) => exchangeId)).size).toBe(1);
  expect(await revisionOf()).toBe(before + 1);
});

test('a call whose answer was lost made the exchange, also when it asks again', async () => {
  const idempotencyKey = `lost ${runId}`;
  const first = await open({ idempotencyKey });
  expect(first.created).toBe(true);
  expect(await open({ idempotencyKey })).toEqual(first);
  // Also once its lease ran out or it is closed: the same key is the same answer.
  await lapse(tables, first.exchangeId);
  expect(await open({ idempotencyKey })).toEqual(first);
  await server.ledger.exchanges.complete({ exchangeId: first.exchangeId, response: 'x' });
  expect(await open({ idempotencyKey })).toEqual(first);
  expect(await open()).toMatchObject({ created: false, exchangeId: first.exchangeId });

  expect(await refusalOf(open({ idempotencyKey, model: 'other' }))).toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });
});

test('many turns of one call whose answers are lost make one exchange, and all say that they made it', async () => {
  const ledger = createStepledger({ url: server.url, retry: false });
  const idempotencyKey = `many ${runId}`;
  const turns = Array.from({ length: 10 }, () =>
    ledger.exchanges.open({ runId, step, messages, memoKey, idempotencyKey }),
  );
  const [first, ...others] = await Promise.all(turns);
  expect(first?.created).toBe(true);
  expect(others).toEqual(others.map(() => first));
});

test('a silent writer’s exchange is closed with what had arrived, and a new one is opened', async () => {
  const { exchanges, entries } = server.ledger;
  const first = await open({ leaseSeconds: 30 });
  await append(first.exchangeId, 'half an ans');
  expect((await open()).exchangeId).toBe(first.exchangeId);
  await lapse(tables, first.exchangeId);

  const second = await open();

  expect(second).toMatchObject({ created: true, status: 'pending', revision: first.revision + 2 });
  const closed = await exchanges.get({ exchangeId: first.exchangeId });
  expect(closed).toMatchObject({
    status: 'failed',
    error: 'interrupted: its writer was silent for longer than its lease',
    closedRevision: first.revision + 1,
    receivedBytes: null,
  });
  expect(String(await readBlob(server.ledger, closed.response))).toBe('half an ans');
  const { items } = await entries.list({ runId, fromRevision: first.revision + 1 });
  expect(items.map(({ kind }) => kind)).toEqual(['exchanges.fail', 'exchanges.open']);

  // Who comes back too late is told so, and changes nothing.
  const before = await tables.fingerprint();
  const late = [
    () => exchanges.complete({ exchangeId: first.exchangeId, response: { streamed: 11 } }),
    () => exchanges.append({ exchangeId: first.exchangeId, offset: 11, bytes: toBase64('wer') }),
    () => exchanges.heartbeat({ exchangeId: first.exchangeId }),
  ];
  for (const call of late) expect(await refusalOf(call())).toMatchObject({ code: 'INVALID_STATE' });
  expect(await tables.fingerprint()).toEqual(before);
});

test('a silent writer that comes back before anybody closed its exchange completes it', async () => {
  const { exchanges } = server.ledger;
  const { exchangeId } = await open({ leaseSeconds: 30 });
  await append(exchangeId, 'answer');
  await lapse(tables, exchangeId);
  await exchanges.heartbeat({ exchangeId });

  expect(await open()).toMatchObject({ exchangeId, created: false, status: 'streaming' });
  await exchanges.complete({ exchangeId, response: { streamed: 6 } });
  expect(await open()).toMatchObject({ exchangeId, created: false, status: 'completed' });
});

test('of many that find a silent writer’s exchange, and the writer who comes back, one goes on', async () => {
  for (let turn = 0; turn < 10; turn++) {
    const memoKey = toSha256(`turn ${turn}`);
    const { exchangeId } = await open({ memoKey });
    await append(exchangeId, 'ans');
    await lapse(tables, exchangeId);

    const beat = server.ledger.exchanges.heartbeat({ exchangeId }).then(
      () => 'lives',
      () => 'closed',
    );
    const [end, ...opened] = await Promise.all([beat, ...[1, 2, 3, 4].map(() => open({ memoKey }))]);

    const made = opened.filter(({ created }) => created);
    expect(made).toHaveLength(end === 'lives' ? 0 : 1);
    const holder = end === 'lives' ? exchangeId : made[0]?.exchangeId;
    expect(new Set(opened.map((answer) => answer.exchangeId))).toEqual(new Set([holder]));
  }
});

test('by force a new exchange takes the key, and the old one stays as it is without it', async () => {
  const { exchanges } = server.ledger;
  const first = await open();
  const second = await open({ force: true });
  expect(second).toMatchObject({ created: true, revision: first.revision + 1 });
  expect(await open()).toMatchObject({ exchangeId: second.exchangeId, created: false });

  expect(await exchanges.get({ exchangeId: first.exchangeId })).toMatchObject({
    status: 'pending',
    memoKey: null,
  });
  await exchanges.complete({ exchangeId: first.exchangeId, response: 'late but whole' });
  await exchanges.complete({ exchangeId: second.exchangeId, response: 'x' });
  const third = await open({ force: true });
  expect(third.created).toBe(true);
  expect(await exchanges.get({ exchangeId: second.exchangeId })).toMatchObject({
    status: 'completed',
    memoKey: null,
  });
  expect((await exchanges.get({ exchangeId: third.exchangeId })).memoKey).toBe(memoKey);
});

test('many that force at once each open one, and the last one holds the key', async () => {
  const forced = await Promise.all(Array.from({ length: 10 }, () => open({ force: true })));
  const last = forced.toSorted((a, b) => a.revision - b.revision).at(-1);
  expect(forced.every(({ created }) => created)).toBe(true);
  expect(await open()).toMatchObject({ exchangeId: last?.exchangeId, created: false });
});

test('an id of the caller’s names the exchange; a second exchange of the id is refused', async () => {
  const exchangeId = newUuidV7();
  const more = { exchangeId, memoKey: undefined, idempotencyKey: `id ${runId}` };
  const first = await open(more);
  expect(first.exchangeId).toBe(exchangeId);
  expect(await open(more)).toEqual(first);
  const taken = { code: 'ALREADY_EXISTS', details: { type: 'exchange', id: exchangeId } };
  expect(await refusalOf(open({ exchangeId, memoKey: undefined }))).toEqual(taken);
  expect(await refusalOf(open({ exchangeId }))).toEqual(taken);
  const held = await open();
  expect(await open({ exchangeId: newUuidV7() })).toMatchObject({
    exchangeId: held.exchangeId,
    created: false,
  });
});

test('a purged answer is no answer: who asks for the same gets a new exchange', async () => {
  const { exchanges, parses, documents } = server.ledger;
  const { exchangeId } = await open();
  await exchanges.complete({ exchangeId, response: 'secret' });
  const parsed = await parses.record({ exchangeId, documents: [{ kind: 'code', text: 'secret' }] });
  const { documentId } = parsed.documents[0] ?? { documentId: '' };
  await documents.purge({ documentId, cascade: true });

  expect(await open()).toMatchObject({ created: true });
  expect(await refusalOf(exchanges.heartbeat({ exchangeId }))).toMatchObject({ code: 'PURGED' });
});
