import type { Page } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

let runs = 0;
function newRun() {
  runs += 1;
  return server.ledger.run({ key: `run ${runs}` });
}
const badInput = (path: string) => ({ code: 'BAD_INPUT', details: { issues: [{ path }] } });

test('a run is read as it was, while it goes on', async () => {
  const run = await server.ledger.run({ key: 'story', goal: 'A todo app' });
  const design = run.step('design_step');
  const doc = await design.documents.put({ kind: 'design', text: 'first' }); // revision 2
  await run.update({ goal: 'A shopping list', metadata: { turn: 2 } });
  await design.fail('no idea'); // 4
  await doc.delete(); // 5
  await design.start(); // 6
  await doc.undelete(); // 7
  await doc.update('second'); // 8
  await design.complete();
  await run.complete(); // 10

  const early = run.at({ revision: 2 });
  expect(await early.get()).toMatchObject({
    goal: 'A todo app',
    metadata: {},
    status: 'running',
    revision: 2,
  });
  expect(await early.documents.get('design')).toMatchObject({ text: 'first', version: 1, headVersion: 1 });
  expect(await early.steps.list()).toMatchObject([{ status: 'running', error: null, finishedAt: null }]);
  expect(await early.entries.list()).toHaveLength(2);

  const deleted = run.at({ revision: 5 });
  expect(await deleted.documents.list()).toEqual([]);
  expect(await deleted.documents.list({ includeDeleted: true })).toMatchObject([
    { version: 2, deleted: true },
  ]);
  await expect(deleted.documents.get('design')).rejects.toMatchObject({
    code: 'DELETED',
    details: { id: doc.id, version: 2 },
  });
  expect(await deleted.steps.get({ name: 'design_step' })).toMatchObject({
    status: 'failed',
    error: 'no idea',
    finishedRevision: 4,
  });

  const restored = run.at({ revision: 7 });
  expect(await restored.documents.list()).toMatchObject([{ text: 'first', version: 3, headVersion: 3 }]);
  const [written] = await design.documents.list({ asOf: { revision: 7 } });
  // It was brought back in the step that the handle came from.
  expect(written).toMatchObject({ version: 3, text: 'first' });
  expect((await run.documents.get({ kind: 'design', asOf: { revision: 2 } })).text).toBe('first');

  const last = await run.at({ revision: 10 }).get();
  expect(last).toEqual(await run.get());
  expect(last).toMatchObject({ status: 'completed', finishedRevision: 10, metadata: { turn: 2 } });
});

test('an exchange shows before its end that it was open, and nothing of what came', async () => {
  const run = await newRun();
  const step = run.step('code_step');
  const exchange = await step.exchanges.open({ prompt: 'Write it.' }); // revision 2
  const attempts = [{ status: 'completed' as const, response: 'raw' }];
  await exchange.complete({ response: 'the code', attempts, usage: { outputTokens: 2 }, responseModel: 'm' });
  await exchange.parse({ parser: 'lines', documents: [{ kind: 'code', text: 'the code' }] }); // 4

  const open = await run.at({ revision: 2 }).exchanges.get(exchange.id);
  expect(open).toMatchObject({
    status: 'pending',
    messages: [{ content: 'Write it.' }],
    response: null,
    responseText: null,
    receivedBytes: null,
    responseModel: null,
    usage: null,
    closedRevision: null,
    closedAt: null,
    attempts: [],
    parses: [],
  });
  const closed = await run.at({ revision: 3 }).exchanges.get(exchange.id);
  expect(closed).toMatchObject({ status: 'completed', responseText: 'the code', parses: [] });
  expect(closed.attempts).toHaveLength(1);
  const idsAsOf = async (revision: number, status: 'pending' | 'unparsed' | 'completed') =>
    (await run.at({ revision }).exchanges.list({ status })).map(({ id }) => id);
  expect(await idsAsOf(2, 'pending')).toEqual([exchange.id]);
  expect(await idsAsOf(2, 'completed')).toEqual([]);
  expect(await idsAsOf(3, 'unparsed')).toEqual([exchange.id]);
  expect(await idsAsOf(4, 'unparsed')).toEqual([]);
});

test('a forced exchange took the memo key only from then on', async () => {
  const run = await newRun();
  const open = { runId: run.id, step: { name: 'code_step' }, messages: [{ role: 'user', content: 'x' }] };
  const memoKey = 'a'.repeat(64);
  const first = await server.ledger.exchanges.open({ ...open, memoKey });
  await server.ledger.exchanges.open({ ...open, memoKey, force: true });

  const keyAsOf = async (revision: number) =>
    (await run.at({ revision }).exchanges.get(first.exchangeId)).memoKey;
  expect([await keyAsOf(2), await keyAsOf(3)]).toEqual([memoKey, null]);
});

test('the future is refused with the newest revision, and before its first entry there is no run', async () => {
  const run = await newRun();
  await run.documents.put({ kind: 'design', text: 'x' });
  const { ledger } = server;
  const reads = [
    (asOf: { revision: number } | { time: string }) => ledger.runs.get({ key: run.key, asOf }),
    (asOf: { revision: number } | { time: string }) => ledger.documents.list({ runId: run.id, asOf }),
  ];
  const before = '2020-01-01T00:00:00.000Z';
  for (const read of reads) {
    await expect(read({ revision: 3 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: [{ path: 'asOf.revision', reason: expect.stringContaining('which is 2') }] },
    });
    for (const [asOf, then] of [
      [{ revision: 0 }, 'revision 0'],
      [{ time: before }, `time ${before}`],
    ] as const) {
      await expect(read(asOf)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        details: { type: 'run', id: `${run.id} as of ${then}` },
      });
    }
  }
  const future = await run.at({ time: '2999-01-01T00:00:00.000Z' }).get();
  expect(future).toEqual(await run.get());
});

test('a version that was not written yet is not there', async () => {
  const run = await newRun();
  const { id: documentId } = await run.documents.put({ kind: 'design', text: 'one' });
  await run.documents.put({ kind: 'design', text: 'two' });
  const get = (version: number) =>
    server.ledger.documents.get({ documentId, version, asOf: { revision: 2 } });
  expect(await get(1)).toMatchObject({ text: 'one', headVersion: 1 });
  await expect(get(2)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { type: 'document version', id: `${documentId}@2` },
  });
});

test('a list across runs refuses asOf, as each run counts its own revisions', async () => {
  const { documents, exchanges, parses, runs } = server.ledger;
  const asOf = { revision: 1 };
  const refused = [
    documents.list({ asOf }),
    documents.byStep({ step: { name: 'design_step' }, asOf }),
    exchanges.list({ asOf }),
    parses.list({ asOf }),
    runs.list(Object.assign({ limit: 1 }, { asOf })),
  ];
  for (const read of refused) await expect(read).rejects.toMatchObject(badInput('asOf'));
});

test('what an open exchange did between revisions is not asked for', async () => {
  const run = await newRun();
  for (const status of ['streaming', 'interrupted'] as const) {
    const read = run.at({ revision: 1 }).exchanges.list({ status });
    await expect(read).rejects.toMatchObject(badInput('status'));
  }
});

test('the pages of a list as of a time that is still to come show the state of the first page', async () => {
  const run = await newRun();
  await run.documents.putMany(['a', 'b', 'c'].map((key) => ({ kind: 'code', key, text: 'old' })));
  const asOf = { time: '2999-01-01T00:00:00.000Z' };
  const texts = ({ items }: Page<{ key: string; text: string | null }>) =>
    items.map(({ key, text }) => `${key} ${text}`);

  const first = await server.ledger.documents.list({ runId: run.id, asOf, limit: 1 });
  await run.documents.putMany(['c', 'd'].map((key) => ({ kind: 'code', key, text: 'new' })));
  const cursor = first.nextCursor ?? '';
  // The same time, however it is written.
  const same = { time: '2999-01-01T00:00:00Z' };
  const rest = await server.ledger.documents.list({ runId: run.id, asOf: same, cursor });
  expect([...texts(first), ...texts(rest)]).toEqual(['a old', 'b old', 'c old']);
  const now = await server.ledger.documents.list({ runId: run.id, asOf });
  expect(texts(now)).toEqual(['a old', 'b old', 'c new', 'd new']);
});

test('a cursor of another asOf is refused, as is one of the head', async () => {
  const run = await newRun();
  await run.documents.putMany(['a', 'b', 'c'].map((key) => ({ kind: 'code', key, text: 'x' })));
  const list = (page: { asOf?: { revision: number }; cursor?: string }) =>
    server.ledger.documents.list({ runId: run.id, limit: 1, ...page });
  await run.documents.put({ kind: 'code', key: 'd', text: 'x' });
  const [atHead, asOf2] = [await list({}), await list({ asOf: { revision: 2 } })];
  for (const read of [
    list({ cursor: asOf2.nextCursor ?? '' }),
    list({ asOf: { revision: 3 }, cursor: asOf2.nextCursor ?? '' }),
    list({ asOf: { revision: 2 }, cursor: atHead.nextCursor ?? '' }),
  ]) {
    await expect(read).rejects.toMatchObject(badInput('cursor'));
  }
});

test('links stand as of a revision of their own run; those of other runs are left out', async () => {
  const [run, other] = [await newRun(), await newRun()];
  const to = (await run.documents.put({ kind: 'requirement', text: 'x' })).ref; // revision 2
  const from = (await run.documents.put({ kind: 'design', text: 'x' })).ref; // 3
  await server.ledger.links.add({ from, relation: 'used', to }); // 4
  await server.ledger.links.remove({ from, relation: 'used', to }); // 5
  await other.documents.put({ kind: 'design', text: 'x', links: [{ relation: 'used', to }] });

  const linksAsOf = async (revision: number, includeRemoved: boolean) =>
    (
      await server.ledger.links.list({
        documentId: to.documentId,
        direction: 'to',
        includeRemoved,
        asOf: { revision },
      })
    ).items;
  expect(await linksAsOf(3, true)).toEqual([]);
  expect(await linksAsOf(4, true)).toMatchObject([{ from, revision: 4, removedRevision: null }]);
  expect(await linksAsOf(5, true)).toMatchObject([{ from, revision: 4, removedRevision: 5 }]);
  expect(await linksAsOf(5, false)).toEqual([]);
  await expect(linksAsOf(1, false)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { type: 'document', id: to.documentId },
  });
});

test('what was purged is purged in the past too', async () => {
  const run = await newRun();
  const doc = await run.documents.put({ kind: 'secret', text: 'password', title: 'Password' });
  await doc.update('nothing');
  await doc.purge({ versions: [1] });
  await expect(run.at({ revision: 2 }).documents.get('secret')).rejects.toMatchObject({
    code: 'PURGED',
    details: { id: doc.id, version: 1 },
  });
  const [listed] = await run.at({ revision: 2 }).documents.list();
  expect(listed).toMatchObject({ version: 1, purged: true, text: null, title: null });
  expect(await run.at({ revision: 3 }).documents.get('secret')).toMatchObject({ text: 'nothing' });
});
