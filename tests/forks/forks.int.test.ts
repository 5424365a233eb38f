import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { refusalOf } from '../ledger/support/refusals.ts';
import { toSha256 } from '../procedures/support/ids.ts';

let server: TestServer;
let tables: Tables;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
});
afterEach(async () => {
  expect(await brokenLaws(tables)).toEqual({});
});
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await server.close();
});

let keys = 0;
const newKey = () => `key ${++keys}`;
const newRun = () => server.ledger.run({ key: newKey(), goal: 'A todo app' });
const messages = [{ role: 'user', content: 'rendered' }];
const kindsOf = (documents: readonly { kind: string; text?: string | null }[]) =>
  documents.map(({ kind, text }) => `${kind} ${text}`);

test('a run is forked from its newest revision, from an earlier one, or from right before a step', async () => {
  const run = await newRun();
  await run.step('requirement_step').documents.put({ kind: 'requirement', text: 'r' }); // 2
  await run.step('design_step').record({
    prompt: 'Design it.',
    response: 'd',
    documents: [{ kind: 'design', text: 'd' }],
  }); // 3
  await run.complete(); // 4
  const before = await run.get();

  const [newest, early, anew] = [
    await run.fork({ key: newKey() }),
    await run.fork({ key: newKey(), revision: 1, goal: 'A list', metadata: { turn: 2 } }),
    await run.fork({ key: newKey(), step: run.step('design_step'), goal: null }),
  ];

  expect([newest, early, anew].map(({ revision, status, created }) => [revision, status, created])).toEqual([
    [5, 'running', true],
    [2, 'running', true],
    [3, 'running', true],
  ]);
  expect(await newest.get()).toMatchObject({ status: 'running', finishedRevision: null, goal: 'A todo app' });
  expect(await newest.at({ revision: 4 }).get()).toMatchObject({ status: 'completed', finishedRevision: 4 });
  expect(await early.get()).toMatchObject({ goal: 'A list', metadata: { turn: 2 } });
  expect(await early.at({ revision: 1 }).get()).toMatchObject({ goal: 'A todo app', metadata: {} });
  expect(await anew.get()).toMatchObject({ goal: null, origin: { runId: run.id, revision: 2 } });
  const shown = await Promise.all(
    [newest, early, anew].map(async (fork) => kindsOf(await fork.documents.list())),
  );
  expect(shown).toEqual([['requirement r', 'design d'], [], ['requirement r']]);
  expect((await newest.entries.list()).map(({ kind }) => kind)).toEqual([
    'runs.start',
    'documents.put',
    'exchanges.record',
    'runs.complete',
    'runs.fork',
  ]);
  expect(await run.get()).toEqual(before);
  const named = await server.ledger.runs.fork({ runId: run.id.toUpperCase(), key: newKey() });
  expect(named.origin).toEqual({ runId: run.id, revision: 4 });
  // A run that began with the step is forked from its beginning all the same.
  const first = await newRun();
  await first.step('design_step').start();
  expect((await first.fork({ key: newKey(), step: { name: 'design_step' } })).revision).toBe(2);
});

test('what cannot be forked is refused, and nothing is stored', async () => {
  const run = await newRun();
  const { runs } = server.ledger;
  const gone = '01900000-0000-7000-8000-000000000000';
  const before = await tables.fingerprint();

  const refusals = await Promise.all([
    refusalOf(run.fork({ key: newKey(), revision: 2 })),
    refusalOf(run.fork({ key: newKey(), step: { name: 'design_step', key: '2' } })),
    refusalOf(run.fork({ key: run.key })),
    refusalOf(runs.fork({ runId: gone, key: newKey() })),
    refusalOf(run.fork({ key: newKey(), revision: 1, step: { name: 'x' } })),
  ]);

  expect(refusals).toEqual([
    {
      code: 'BAD_INPUT',
      details: {
        issues: [{ path: 'revision', reason: "is later than the run's newest revision, which is 1" }],
      },
    },
    { code: 'NOT_FOUND', details: { type: 'step', id: 'design_step/2' } },
    { code: 'ALREADY_EXISTS', details: { type: 'run', id: run.key } },
    { code: 'NOT_FOUND', details: { type: 'run', id: gone } },
    { code: 'BAD_INPUT', details: { issues: [{ path: 'step', reason: 'must not stand beside revision' }] } },
  ]);
  expect(await tables.fingerprint()).toEqual(before);
});

test('of many that make the same fork at once one makes it, and with one idempotency key all get its answer', async () => {
  const run = await newRun();
  const input = { runId: run.id, key: newKey() };
  const ends = await Promise.allSettled(
    Array.from({ length: 6 }, () => server.ledger.runs.fork({ ...input })),
  );
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);

  const keyed = { runId: run.id, key: newKey(), idempotencyKey: newKey() };
  const answers = await Promise.all(Array.from({ length: 6 }, () => server.ledger.runs.fork(keyed)));
  expect(answers).toEqual(answers.map(() => answers[0]));
  const forks = await server.ledger.runs.list({ originRunId: run.id }).all();
  expect(forks.map(({ key }) => key).sort()).toEqual([input.key, keyed.key].sort());
});

test('what was open, claimed or streamed in the run is free in the fork', async () => {
  const run = await newRun();
  const { exchanges } = server.ledger;
  const step = { name: 'code_step' };
  const memoKey = toSha256('what is asked for');
  const open = { step, messages, memoKey, leaseSeconds: 600 };
  const subtask = await run.documents.put({ kind: 'subtask', text: 's' });
  await run.documents.claim({ holder: 'agent-1', leaseSeconds: 600 });
  const { exchangeId } = await exchanges.open({ ...open, runId: run.id });
  await exchanges.attempt({ exchangeId, attempt: 1, status: 'failed', error: 'HTTP 500' });
  await exchanges.append({
    exchangeId,
    attempt: 2,
    offset: 0,
    bytes: { base64: Buffer.from('half').toString('base64') },
  });

  const fork = await run.fork({ key: newKey() });
  await exchanges.complete({ exchangeId, response: { streamed: 4 } });

  const [copy] = await fork.exchanges.list();
  expect(copy).toMatchObject({ status: 'interrupted', receivedBytes: 0, closedRevision: null });
  expect((await fork.exchanges.get(copy?.id ?? '')).attempts).toEqual([]);
  const taken = await exchanges.open({ ...open, runId: fork.id });
  expect(taken).toMatchObject({ created: true, status: 'pending' });
  expect(await fork.exchanges.get(copy?.id ?? '')).toMatchObject({ status: 'failed', response: null });
  expect(await fork.documents.claim({ holder: 'agent-2', leaseSeconds: 600 })).toMatchObject({
    document: { kind: 'subtask' },
  });
  expect((await subtask.reload()).version).toBe(1);
});

test('what is purged is purged in the forks to come, and each fork keeps its own copy', async () => {
  const run = await newRun();
  const secret = await run.step('design_step').record({
    prompt: 'secret prompt',
    response: 'secret answer',
    documents: [{ kind: 'design', text: 'secret' }],
  });
  const [document] = secret.documents;
  const kept = await run.fork({ key: newKey() });
  await document?.purge({ cascade: true });

  const late = await run.fork({ key: newKey(), revision: 2 });

  expect(kindsOf(await kept.documents.list())).toEqual(['design secret']);
  expect(await server.ledger.documents.list({ runId: late.id }).all()).toMatchObject([
    { purged: true, text: null },
  ]);
  expect(await late.at({ revision: 2 }).documents.list()).toMatchObject([{ purged: true, text: null }]);
  const [exchange] = await late.exchanges.list();
  expect(await refusalOf(late.exchanges.get(exchange?.id ?? ''))).toMatchObject({ code: 'PURGED' });
  expect((await late.entries.list()).at(-1)).toMatchObject({
    kind: 'runs.fork',
    changes: [{ what: 'run' }, { what: 'document', change: 'purge' }, { what: 'exchange', change: 'purge' }],
  });

  await run.delete();
  await (await kept.documents.get('design')).purge({ cascade: true });
  expect(await tables.query(`SELECT 1 FROM blob WHERE content LIKE '%secret%'`)).toEqual([]);
});

test('ids of exchanges that callers chose alike are told apart', async () => {
  const run = await newRun();
  const ids = Array.from({ length: 20 }, (_, n) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`);
  const memoKey = toSha256('x');
  const used = await run.documents.put({ kind: 'requirement', text: 'r' });
  for (const [n, exchangeId] of ids.entries()) {
    const open = { runId: run.id, exchangeId, step: { name: 'code_step', key: `${n}` }, messages };
    await server.ledger.exchanges.open({ ...open, memoKey, uses: [used.ref] });
  }

  const fork = await run.fork({ key: newKey() });

  const copies = await fork.exchanges.list();
  expect(new Set(copies.map(({ id }) => id)).size).toBe(ids.length);
  expect(copies.map(({ step }) => step.key)).toEqual(ids.map((_, n) => `${n}`));
  const [document] = await fork.documents.list();
  const { uses } = await fork.exchanges.get(copies[3]?.id ?? '');
  expect(uses).toEqual([{ documentId: document?.id, version: 1 }]);
  const named = (await fork.entries.list()).flatMap(({ changes }) => changes.map(({ id }) => id));
  expect(named.filter((id) => ids.includes(id) || id === run.id)).toEqual([]);
});

test('entries name the copies, also where the ids of exchanges are like that of the run', async () => {
  for (const toId of [(id: string) => id, (id: string) => `${id.slice(0, 26)}0123456789`]) {
    const run = await newRun();
    const exchangeId = toId(run.id);
    await server.ledger.exchanges.open({ runId: run.id, exchangeId, step: { name: 'code_step' }, messages });
    const fork = await run.fork({ key: newKey() });
    const [copy] = await fork.exchanges.list();
    const [start, open] = await fork.entries.list();
    expect(start?.changes).toEqual([{ what: 'run', id: fork.id, change: 'start' }]);
    expect(open?.changes).toContainEqual({ what: 'exchange', id: copy?.id, change: 'open' });
  }
});

test('documents of other runs stay what they are in links and uses', async () => {
  const [run, other] = [await newRun(), await newRun()];
  const shared = await other.documents.put({ kind: 'requirement', text: 'r' });
  const own = await run.documents.put({ kind: 'requirement', text: 'r' });
  await run.step('design_step').record({
    prompt: 'x',
    response: 'y',
    uses: [own.ref, shared.ref],
    documents: [{ kind: 'design', text: 'd' }],
  });

  const fork = await run.fork({ key: newKey() });

  const copy = await fork.documents.get('requirement');
  const [exchange] = await fork.exchanges.list();
  expect((await fork.exchanges.get(exchange?.id ?? '')).uses).toEqual([copy.ref, shared.ref]);
  const design = await fork.documents.get('design');
  const links = await server.ledger.links.list({ documentId: design.id }).all();
  const byId = (a: { documentId: string }, b: { documentId: string }) =>
    a.documentId < b.documentId ? -1 : 1;
  expect(links.map(({ to }) => to).sort(byId)).toEqual([copy.ref, shared.ref].sort(byId));
  await shared.update('r2');
  expect((await fork.stale()).documents.map(({ kind }) => kind)).toEqual(['design']);
});

test('a run goes on being written to while it is forked', async () => {
  const run = await newRun();
  const step = run.step('code_step');
  const written = Array.from({ length: 40 }, (_, n) =>
    step.record({
      prompt: `${n}`,
      response: `${n}`,
      documents: [{ kind: 'code', key: `${n % 5}`, text: `${n}` }],
    }),
  );
  const forks = await Promise.all(Array.from({ length: 8 }, () => run.fork({ key: newKey() })));
  await Promise.all(written);
  for (const fork of forks) {
    const { origin } = await fork.get();
    const at = { revision: origin?.revision ?? 0 };
    const [there, here] = [await run.at(at).documents.list(), await fork.at(at).documents.list()];
    expect(kindsOf(here)).toEqual(kindsOf(there));
    expect(await fork.exchanges.list()).toHaveLength((origin?.revision ?? 0) - 1);
  }
});

test('runs that are purged and deleted while they are forked leave no broken fork', async () => {
  for (let turn = 0; turn < 8; turn++) {
    const run = await newRun();
    const { documents } = await run.step('code_step').record({
      prompt: `prompt ${turn}`,
      response: `answer ${turn}`,
      documents: [{ kind: 'code', text: `text ${turn}` }],
    });
    const forks = Array.from({ length: 4 }, () => run.fork({ key: newKey() }));
    const purge = documents[0]?.purge({ cascade: true });
    const ends = await Promise.allSettled([...forks, purge, run.delete()]);
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'NOT_FOUND' });
    }
  }
  expect(await brokenLaws(tables)).toEqual({});
});
