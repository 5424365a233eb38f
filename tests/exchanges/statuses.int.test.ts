import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';

const STATUSES = ['pending', 'interrupted', 'completed', 'failed', 'unparsed', 'streaming'] as const;

test('exchanges are listed by status and step, in a run and across runs', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { exchanges, parses } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const messages = [{ role: 'user', content: 'prompt' }];
  const open = async (key: string) =>
    (await exchanges.open({ runId, step: { name: 'code_step', key }, messages })).exchangeId;
  const record = async (key: string, more: object) =>
    (await exchanges.record({ runId, step: { name: 'code_step', key }, messages, response: 'ok', ...more }))
      .exchangeId;

  const pending = await open('1');
  const silent = await open('1');
  const completed = await open('2');
  const failed = await open('2');
  await exchanges.complete({ exchangeId: completed, response: 'ok' });
  await exchanges.fail({ exchangeId: failed, error: 'HTTP 500' });
  const parsed = await record('3', { documents: [{ kind: 'code', text: 'x' }] });
  const badlyParsed = await record('3', { parse: { status: 'failed', error: 'no code block' } });
  const refused = await record('3', { error: 'content filter', response: undefined });
  // Its writer fell silent for longer than its lease.
  await tables.query(`UPDATE exchange SET lease_until = now() - interval '1 s' WHERE id = $1`, [silent]);

  const ids = async (filter: object) => (await exchanges.list(filter)).items.map(({ id }) => id);
  const expected = {
    pending: [pending],
    interrupted: [silent],
    completed: [completed, parsed, badlyParsed],
    failed: [failed, refused],
    unparsed: [completed, badlyParsed],
    streaming: [],
  };
  for (const status of STATUSES) {
    expect(await ids({ runId, status }), status).toEqual(expected[status]);
    expect(await ids({ status }), status).toEqual(expected[status]);
  }
  expect(await ids({ runId, step: { name: 'code_step', key: '2' } })).toEqual([completed, failed]);
  expect(await ids({ runId, step: { name: 'code_step', key: '3' }, status: 'completed' })).toEqual([
    parsed,
    badlyParsed,
  ]);
  expect(await ids({ runId, step: { name: 'code_step' } })).toHaveLength(7);
  expect(await ids({ step: { name: 'code_step', key: '2' } })).toEqual([completed, failed]);

  // A parse that succeeds later takes it off the list; an interrupted exchange can still be closed.
  await parses.record({ exchangeId: completed, documents: [{ kind: 'design', text: 'y' }] });
  expect(await ids({ runId, status: 'unparsed' })).toEqual([badlyParsed]);
  expect((await exchanges.get({ exchangeId: silent })).status).toBe('interrupted');
  await exchanges.complete({ exchangeId: silent, response: 'late' });
  expect(await ids({ runId, status: 'interrupted' })).toEqual([]);
});

test('parses of one exchange are numbered in order, also when many parse it at once', async () => {
  await using server = await startTestServer();
  const { exchanges, parses } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const { exchangeId } = await exchanges.record({
    runId,
    step: { name: 'code_step' },
    messages: [{ role: 'user', content: 'prompt' }],
    response: 'raw',
  });
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      parses.record(
        n % 2 === 0
          ? { exchangeId, parser: 'lines', parserVersion: `${n}`, status: 'failed', error: `${n}` }
          : {
              exchangeId,
              parser: 'lines',
              parserVersion: `${n}`,
              documents: [{ kind: 'code', text: `${n}` }],
            },
      ),
    ),
  );

  const exchange = await exchanges.get({ exchangeId });
  const numbers = Array.from({ length: 20 }, (_, n) => n + 1);
  expect(exchange.parses.map(({ attempt }) => attempt)).toEqual(numbers);
  expect(made.map(({ attempt }) => attempt).sort((a, b) => a - b)).toEqual(numbers);
  for (const { parseId, attempt, revision } of made) {
    expect(exchange.parses[attempt - 1]).toMatchObject({ id: parseId, revision });
  }
  const { items } = await server.ledger.documents.list({ runId, kind: 'code' });
  expect(items).toMatchObject([{ version: 10, exchangeId }]);
});

test('a conversation sent again stores only what is new in it', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { exchanges } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'chat' });
  const said: { role: string; content: string }[] = [];
  const ids: string[] = [];
  for (const n of [1, 2, 3, 4, 5]) {
    said.push({ role: 'user', content: `question ${n}` });
    const sent = { runId, step: { name: 'chat_step' }, messages: [...said], response: `answer ${n}` };
    ids.push((await exchanges.record(sent)).exchangeId);
    said.push({ role: 'assistant', content: `answer ${n}` });
  }
  const { message, blob } = await tables.count();
  expect({ message, blob }).toEqual({ message: 9, blob: 10 });
  for (const [index, exchangeId] of ids.entries()) {
    expect((await exchanges.get({ exchangeId })).messages).toMatchObject(said.slice(0, 2 * index + 1));
  }

  // The same words in another role or form, or after others, are other messages.
  const again = (messages: { role: string; content: string; format?: 'text' | 'json' }[]) =>
    exchanges.record({ runId, step: { name: 'chat_step' }, messages, response: 'answer 1' });
  await again([{ role: 'system', content: 'question 1' }]);
  await again([{ role: 'user', content: 'question 1', format: 'json' }]);
  await again([{ role: 'user', content: 'question 2' }]);
  expect((await tables.count())['message']).toBe(12);
  expect((await tables.count())['blob']).toBe(10);
});
