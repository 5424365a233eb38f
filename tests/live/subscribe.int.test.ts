import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionEvent, createStepledger, isLedgerError, type Stepledger } from '@stepledger/client';
import { createEmbedded } from '@stepledger/embedded';
import { createTestDatabase, startTestServer, type TestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { follow, take } from './support/follow.ts';

/** A client of whichever server is named at the moment, as behind a load balancer. */
function createMovingClient(server: { url: string }): Stepledger {
  const fetchThere: typeof fetch = (input, init) =>
    fetch(String(input).replace('http://ledger.test', server.url), init);
  return createStepledger({ url: 'http://ledger.test', fetch: fetchThere, spool: false });
}

async function bothOn(databaseUrl: string): Promise<[TestServer, TestServer]> {
  return [await startTestServer({ databaseUrl }), await startTestServer({ databaseUrl })];
}

const revisions = (entries: readonly { revision: number }[]) => entries.map(({ revision }) => revision);

test('a run is followed from its first entry on, and goes on as it is written to', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  await run.step('design_step').documents.put({ kind: 'design', text: 'v1' });
  await using entries = follow(run.entries.subscribe());
  const before = await take(entries, 2);

  await run.update({ goal: 'Ship it' });
  const [live] = await take(entries, 1);

  expect([...before, live].map((entry) => entry?.kind)).toEqual([
    'runs.start',
    'documents.put',
    'runs.update',
  ]);
  const listed = await run.entries.list();
  expect([...before, live].map((entry) => ({ ...entry, cursor: undefined }))).toEqual(
    listed.map((entry) => ({ ...entry, cursor: undefined })),
  );
});

test('a run is followed from a revision on, or from now on', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  await run.update({ goal: 'second' });
  await using fromSecond = follow(run.entries.subscribe({ fromRevision: 2 }));
  expect(revisions(await take(fromSecond, 1))).toEqual([2]);

  await using fromNow = follow(run.entries.subscribe({ fromNow: true }));
  let isThere = false;
  const next = take(fromNow, 1).finally(() => {
    isThere = true;
  });
  // It has begun once the server has it open, of which nothing tells before there is an entry.
  for (let revision = 3; !isThere; revision++) await run.update({ goal: `Goal ${revision}` });
  const [first] = await next;
  expect(first?.revision).toBeGreaterThan(2);
});

test('all runs of a project are followed, each in order of revision, and no other project', async () => {
  await using server = await startTestServer();
  const { url, ledger } = server;
  await ledger.projects.create({ slug: 'other' });
  const other = createStepledger({ url, project: 'other', spool: false });
  await other.run({ key: 'elsewhere' });
  const runs = await Promise.all(['a', 'b', 'c'].map((key) => ledger.run({ key })));
  await using entries = follow(ledger.entries.subscribe());
  await take(entries, 3);

  await Promise.all(
    runs.flatMap((run) => Array.from({ length: 20 }, (_, n) => run.update({ goal: `Goal ${n}` }))),
  );
  const live = await take(entries, 60);

  for (const { id } of runs) {
    const ofRun = live.filter(({ runId }) => runId === id);
    expect(revisions(ofRun)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
  }
});

test('a subscription goes on behind a cursor, on another server too', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const [one, two] = await bothOn(databaseUrl);
  await using _ = two;
  const run = await one.ledger.run({ key: 'todo-app' });
  for (const goal of ['a', 'b', 'c']) await run.update({ goal });
  const cursors: string[] = [];
  for (const subscription of [run.entries.subscribe(), one.ledger.entries.subscribe()]) {
    await using entries = follow(subscription);
    cursors.push((await take(entries, 2)).at(-1)?.cursor ?? '');
  }
  await one.close();

  const [ofRun = '', ofProject = ''] = cursors;
  await using inRun = follow(two.ledger.entries.subscribe({ runId: run.id, lastEventId: ofRun }));
  await using inProject = follow(two.ledger.entries.subscribe({ lastEventId: ofProject }));
  expect(revisions(await take(inRun, 2))).toEqual([3, 4]);
  expect(revisions(await take(inProject, 2))).toEqual([3, 4]);
});

test('a server that stops does not wait for subscriptions, and they go on at another one', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  // Longer than the test may take: a stop that waited for a subscription would be seen.
  const one = await startTestServer({ databaseUrl, shutdownMs: 600_000 });
  await using two = await startTestServer({ databaseUrl });
  const where = { url: one.url };
  const ledger = createMovingClient(where);
  const run = await ledger.run({ key: 'todo-app' });
  await using inRun = follow(run.entries.subscribe());
  await using inProject = follow(ledger.entries.subscribe());
  await Promise.all([take(inRun, 1), take(inProject, 1)]);
  const next = Promise.all([take(inRun, 1), take(inProject, 1)]);

  where.url = two.url;
  await one.close();
  await run.update({ goal: 'Goes on' });

  expect((await next).map(revisions)).toEqual([[2], [2]]);
});

test('what another server writes comes too, and also what nobody tells of', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const [reader, writer] = await bothOn(databaseUrl);
  await using _reader = reader;
  await using _writer = writer;
  await using tables = await openTables(databaseUrl);
  const run = await writer.ledger.run({ key: 'todo-app' });
  await using inRun = follow(reader.ledger.entries.subscribe({ runId: run.id }));
  await using inProject = follow(reader.ledger.entries.subscribe());
  await Promise.all([take(inRun, 1), take(inProject, 1)]);

  await run.update({ goal: 'From elsewhere' });
  expect(revisions(await take(inRun, 1))).toEqual([2]);
  expect(revisions(await take(inProject, 1))).toEqual([2]);

  await tables.query(
    `WITH head AS (UPDATE run SET revision = revision + 1 WHERE id = $1 RETURNING *)
    INSERT INTO entry (project_id, run_id, revision, at, actor, kind, changes)
    SELECT project_id, id, revision, last_at, 'nobody', 'runs.update', '[]' FROM head`,
    [run.id],
  );
  expect(revisions(await take(inRun, 1))).toEqual([3]);
  expect(revisions(await take(inProject, 1))).toEqual([3]);
});

test('a signal ends a subscription with ABORTED, and a deleted run with NOT_FOUND', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const controller = new AbortController();
  await using aborted = follow(run.entries.subscribe({}, { signal: controller.signal }));
  await using deleted = follow(run.entries.subscribe());
  await Promise.all([take(aborted, 1), take(deleted, 1)]);

  const next = aborted.next();
  controller.abort();
  await expect(next).rejects.toMatchObject({ code: 'ABORTED' });
  const end = deleted.next();
  await run.delete();
  await expect(end).rejects.toMatchObject({ code: 'NOT_FOUND', details: { type: 'run', id: run.id } });
});

test('a key that is revoked loses its subscriptions', async () => {
  await using server = await startTestServer();
  const { ledger, url } = server;
  const { id, key } = await ledger.apiKeys.create({ name: 'reader', access: 'read' });
  await ledger.run({ key: 'todo-app' });
  await using entries = follow(createStepledger({ url, token: key, spool: false }).entries.subscribe());
  await take(entries, 1);

  const end = entries.next();
  await ledger.apiKeys.revoke({ id });

  await expect(end).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a subscription outlives a server that is away, before its first entry too', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  await using writer = await startTestServer({ databaseUrl });
  const run = await writer.ledger.run({ key: 'todo-app' });
  const where = { url: writer.url };
  let opened = 0;
  const fetchThere: typeof fetch = (input, init) => {
    opened += 1;
    return fetch(String(input).replace('http://ledger.test', where.url), init);
  };
  const retry = { attempts: 2, minDelayMs: 1, maxDelayMs: 5 };
  const reader = createStepledger({ url: 'http://ledger.test', fetch: fetchThere, retry, spool: false });
  const one = await startTestServer({ databaseUrl });
  where.url = one.url;
  await using entries = follow(reader.entries.subscribe({ runId: run.id, fromRevision: 2 }));
  const next = take(entries, 1);
  while (opened === 0) await sleep(10);
  // Until it has been told its place it is a first contact, which soon gives up.
  await sleep(500);
  await one.close();
  while (opened < 20) await sleep(10);

  where.url = writer.url;
  await run.update({ goal: 'second' });
  expect(revisions(await next)).toEqual([2]);
});

test('the raw client has subscriptions with their ids', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const { promise, resolve } = Promise.withResolvers<{
    id: string;
    data: { items: { revision: number }[] };
  }>();
  const subscription = server.ledger.trpc.entries.subscribe.subscribe({ runId: run.id }, { onData: resolve });
  const { id, data } = await promise;
  subscription.unsubscribe();
  expect(revisions(data.items)).toEqual([1]);
  await using entries = follow(run.entries.subscribe({ lastEventId: id }));
  await run.update({ goal: 'second' });
  expect(revisions(await take(entries, 1))).toEqual([2]);
});

test('a ledger in this process has the same subscriptions, which end with it', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const ledger = await createEmbedded({ databaseUrl });
  const run = await ledger.run({ key: 'todo-app' });
  await using entries = follow(run.entries.subscribe());
  await take(entries, 1);
  const live = take(entries, 1);
  await run.update({ goal: 'second' });
  expect(revisions(await live)).toEqual([2]);

  const unknown = ledger.entries.subscribe({ runId: crypto.randomUUID() });
  await expect(follow(unknown).next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const end = entries.next().catch((error: unknown) => error);
  await ledger.close();
  expect(isLedgerError(await end)).toBe(true);
});

test('a follower is told when the connection is lost and when it is back', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const first = await startTestServer({ databaseUrl });
  const port = Number(new URL(first.url).port);
  const run = await first.ledger.run({ key: 'todo-app' });
  const seen: string[] = [];
  const wait = Promise.withResolvers<void>();
  const onConnection = (event: ConnectionEvent) => {
    seen.push(event.state === 'lost' ? event.error.code : event.state);
    if (event.state === 'lost') wait.resolve();
  };
  await using entries = follow(run.entries.subscribe({}, { onConnection }));
  await take(entries, 1);
  const next = take(entries, 1);
  await first.close();
  await wait.promise;

  await using second = await startTestServer({ databaseUrl, port });
  await second.ledger.runs.update({ runId: run.id, goal: 'Ship it' });
  expect(revisions(await next)).toEqual([2]);

  expect(seen.at(0)).toBe('connected');
  expect(seen.at(-1)).toBe('connected');
  // As often as it was tried meanwhile; a server that stops says UNAVAILABLE.
  for (const state of seen.slice(1, -1)) expect(['UNREACHABLE', 'UNAVAILABLE']).toContain(state);
  expect(seen.length).toBeGreaterThan(2);
});
