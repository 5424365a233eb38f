import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';
import { messages } from './support/life.ts';

let server: TestServer;
let world: Awaited<ReturnType<typeof fill>>;
beforeAll(async () => {
  server = await startTestServer();
  world = await fill();
});
afterAll(() => server.close());

/** Two runs, one of a workflow; exchanges that two parsers in two versions read with success and without. */
async function fill() {
  const { ledger } = server;
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'code_step' }, { name: 'design_step' }] });
  const { id: runId } = await ledger.run({ key: 'feature run', workflow: 'feature' });
  const { id: otherId } = await ledger.run({ key: 'free run' });
  const record = async (run: string, name: string, key: string) => {
    const step = { name, key };
    return (await ledger.exchanges.record({ runId: run, step, messages, response: 'raw' })).exchangeId;
  };
  const ids = {
    code1: await record(runId, 'code_step', '1'),
    code2: await record(runId, 'code_step', '2'),
    design: await record(runId, 'design_step', ''),
    other: await record(otherId, 'code_step', '1'),
    unread: await record(otherId, 'code_step', '2'),
  };
  const parse = async (exchangeId: string, parserVersion: string, kinds: string[] | null) => {
    const reading = { exchangeId, parser: parserVersion === 'json' ? 'json' : 'fences', parserVersion };
    const { parseId } = await ledger.parses.record(
      kinds === null
        ? { ...reading, status: 'failed', error: 'no fence', errorOffset: 3 }
        : { ...reading, documents: kinds.map((kind) => ({ kind, text: `${kind} by ${parserVersion}` })) },
    );
    return parseId;
  };
  const made = [
    await parse(ids.code1, '1', null),
    await parse(ids.code2, '1', ['code', 'notes']),
    await parse(ids.code1, '2', ['code']),
    await parse(ids.design, '1', null),
    await parse(ids.other, 'json', []),
  ];
  return { runId, otherId, ids, made };
}

const step = (name: string, key?: string) => ({ step: { name, ...(key === undefined ? {} : { key }) } });

test('exchanges are listed by step, workflow and how they were read last, in a run and across runs', async () => {
  const { runId, otherId, ids } = world;
  const found = async (filter: object) => {
    const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    const { items } = await server.ledger.exchanges.list(filter);
    return items.map(({ id }) => names.get(id));
  };
  expect(await found({ ...step('code_step') })).toEqual(['code1', 'code2', 'other', 'unread']);
  expect(await found({ ...step('code_step', '1') })).toEqual(['code1', 'other']);
  expect(await found({ ...step('code_step', '1'), runId: otherId })).toEqual(['other']);
  expect(await found({ workflow: 'feature' })).toEqual(['code1', 'code2', 'design']);
  expect(await found({ workflow: 'feature', ...step('design_step') })).toEqual(['design']);
  expect(await found({ workflow: 'feature', runId: otherId })).toEqual([]);
  expect(await found({ workflow: 'no such' })).toEqual([]);

  const last = (lastParse: object, more: object = {}) => found({ lastParse, ...more });
  expect(await last({})).toEqual(['code1', 'code2', 'design', 'other']);
  expect(await last({ status: 'failed' })).toEqual(['design']);
  // Read once more by version 2, it is no longer one of version 1.
  expect(await last({ parser: 'fences', parserVersion: '1' })).toEqual(['code2', 'design']);
  expect(await last({ parser: 'fences', parserVersion: '1', status: 'completed' })).toEqual(['code2']);
  expect(await last({ parserVersion: '2' }, { runId })).toEqual(['code1']);
  expect(await last({ parser: 'json' }, { runId })).toEqual([]);
  expect(await last({ parser: 'json' }, { status: 'unparsed' })).toEqual([]);
  expect(await found({ status: 'unparsed' })).toEqual(['design', 'unread']);
});

test('parses are listed oldest first, each with the documents that it made', async () => {
  const { runId, otherId, ids, made } = world;
  const { parses, documents } = server.ledger;
  const list = async (filter: object) => (await parses.list(filter)).items;
  const found = async (filter: object) => (await list(filter)).map(({ id }) => made.indexOf(id));

  expect(await found({})).toEqual([0, 1, 2, 3, 4]);
  expect(await found({ runId })).toEqual([0, 1, 2, 3]);
  expect(await found({ exchangeId: ids.code1 })).toEqual([0, 2]);
  expect(await found({ parser: 'fences' })).toEqual([0, 1, 2, 3]);
  expect(await found({ parser: 'fences', parserVersion: '1', status: 'failed' })).toEqual([0, 3]);
  expect(await found({ status: 'failed', runId: otherId })).toEqual([]);
  expect(await found({ exchangeId: ids.unread })).toEqual([]);
  expect(await found({ runId, ...step('code_step') })).toEqual([0, 1, 2]);
  expect(await found({ runId, ...step('code_step', '1'), status: 'completed' })).toEqual([2]);
  expect(await found({ runId, ...step('no_step') })).toEqual([]);
  expect(await refusalOf(list(step('code_step')))).toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'step', reason: 'needs runId' }] },
  });

  const [failed, , second] = await list({ runId });
  expect(failed).toMatchObject({
    exchangeId: ids.code1,
    runId,
    attempt: 1,
    status: 'failed',
    error: 'no fence',
    errorOffset: 3,
    documents: [],
  });
  const code = await documents.get({ runId, kind: 'code' });
  expect(second?.documents).toEqual([{ documentId: code.id, kind: 'code', key: 'code', version: 2 }]);
  const exchange = await server.ledger.exchanges.get({ exchangeId: ids.code1 });
  const { documents: _, runId: __, ...plain } = second ?? { documents: [], runId: '' };
  expect(exchange.parses[1]).toEqual(plain);

  const noId = '01900000-0000-7000-8000-000000000000';
  for (const [field, type] of [
    ['runId', 'run'],
    ['exchangeId', 'exchange'],
  ] as const) {
    expect(await refusalOf(list({ [field]: noId }))).toEqual({
      code: 'NOT_FOUND',
      details: { type, id: noId },
    });
  }
});

test('a parse shows exactly the versions that it made, whatever became of the documents', async () => {
  const { made } = world;
  const { documents } = server.ledger;
  const of = async (parse: string | undefined, more: object = {}) =>
    (await documents.byParse({ parseId: parse ?? '', ...more })).items;
  expect(await of(made[1])).toMatchObject([
    { kind: 'code', version: 1, headVersion: 2, parseId: made[1], text: 'code by 1' },
    { kind: 'notes', version: 1, text: 'notes by 1' },
  ]);
  expect(await of(made[2], { withText: false })).toMatchObject([{ kind: 'code', version: 2, text: null }]);
  expect(await of(made[0])).toEqual([]);
  expect(await of(made[4])).toEqual([]);

  const [, notes] = await of(made[1]);
  await documents.delete({ documentId: notes?.id ?? '' });
  expect(await of(made[1])).toMatchObject([
    { kind: 'code' },
    { kind: 'notes', deleted: false, headVersion: 2 },
  ]);
  await documents.purge({ documentId: notes?.id ?? '', versions: [1] });
  expect(await of(made[1])).toMatchObject([{ kind: 'code' }, { kind: 'notes', purged: true, text: null }]);

  const noId = '01900000-0000-7000-8000-000000000000';
  expect(await refusalOf(of(noId))).toEqual({ code: 'NOT_FOUND', details: { type: 'parse', id: noId } });
});

test('a page of parses ends where its documents would be too many, and none is left out', async () => {
  const { parses, exchanges } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'many documents' });
  const sent = { runId, step: { name: 'code_step' }, messages, response: 'raw' };
  const { exchangeId } = await exchanges.record(sent);
  const documents = Array.from({ length: 1000 }, (_, n) => ({ kind: 'code', key: `${n}`, text: 'x' }));
  for (let n = 0; n < 11; n++) await parses.record({ exchangeId, documents });

  const first = await parses.list({ runId, limit: 11 });
  expect(first.items.map(({ documents: made }) => made.length)).toEqual(Array(10).fill(1000));
  const rest = await parses.list({ runId, limit: 11, cursor: first.nextCursor ?? '' });
  expect(rest.items.map(({ attempt, documents: made }) => [attempt, made.length])).toEqual([[11, 1000]]);
  expect(rest.nextCursor).toBeNull();
}, 120_000);
