import { createStepledger, type RunHandle, type Stepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { refusalOf } from '../ledger/support/refusals.ts';
import { changeRequirement, expectNothingLost, TEXTS, writeDesign } from './support/agents.ts';
import { createShelf } from './support/shelf.ts';

/** On a busy machine. */
const SLOW_MS = 240_000;
const RUNS = 200;
/** Runs at work side by side. */
const LANES = 12;

/** The designs of a run whose requirement was no longer the head when they were committed. */
function staleDesigns(tables: Tables, runId: string): Promise<unknown[]> {
  return tables.query(
    `SELECT v.version FROM document d JOIN document_version v ON v.document_id = d.id
    WHERE d.run_id = $1 AND d.kind = 'design' AND v.note IS NOT NULL
      AND (v.note::jsonb #>> '{}')::int <> (
        SELECT max(r.version) FROM document q JOIN document_version r ON r.document_id = q.id
        WHERE q.run_id = d.run_id AND q.kind = 'requirement' AND r.revision < v.revision)`,
    [runId],
  );
}

test('two agents in 200 runs lose no update, and build no design on an old requirement', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const refused = { VERSION_CONFLICT: 0, INPUTS_MOVED: 0 };
  const chance = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 3));

  const oneRun = async (key: string) => {
    const run = await server.ledger.run({ key });
    await run.documents.putMany([
      { kind: 'requirement', text: TEXTS.requirement },
      { kind: 'design', text: TEXTS.design },
    ]);
    const agents = [1, 2].map(() => createStepledger({ url: server.url, spool: false }));
    const [one, other] = agents.map((ledger) => createShelf(ledger, { runId: run.id }));
    if (!one || !other) throw new Error('Two agents were made');
    const deeds = await Promise.all([changeRequirement(one, chance(3)), writeDesign(other, chance(3))]);

    const [requirement, design] = [await run.documents.get('requirement'), await run.documents.get('design')];
    expectNothingLost({ requirement: requirement.text, design: design.text }, deeds);
    expect(await staleDesigns(tables, run.id)).toEqual([]);
    for (const { code } of deeds.flatMap(({ refusals }) => refusals)) refused[code] += 1;
  };
  let next = 0;
  const lane = async () => {
    while (next < RUNS) await oneRun(`run ${next++}`);
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  expect(Math.min(...Object.values(refused))).toBeGreaterThan(0);
  expect(await brokenLaws(tables)).toEqual({});
});

test('of a design and the requirement that it is built on, written at once, the design is refused or is first', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const { ref } = await run.documents.put({ kind: 'requirement', text: 'x' });
  const { documentId } = ref;
  const other = createStepledger({ url: server.url, spool: false });
  const before = { moved: 0, built: 0 };

  for (let version = 1; version <= 100; version++) {
    const [changed, built] = await Promise.allSettled([
      server.ledger.documents.update({ documentId, text: `requirement ${version}` }),
      other.documents.put({
        runId: run.id,
        kind: 'design',
        text: `design ${version}`,
        basedOn: [{ documentId, version }],
      }),
    ]);
    if (changed.status === 'rejected') throw changed.reason;
    if (built.status === 'fulfilled') {
      before.built += 1;
      expect(built.value.revision).toBeLessThan(changed.value.revision);
    } else {
      before.moved += 1;
      expect(await refusalOf(Promise.reject(built.reason))).toMatchObject({ code: 'INPUTS_MOVED' });
    }
  }
  expect(Math.min(before.moved, before.built)).toBeGreaterThan(0);
});

async function threeDocuments(run: RunHandle) {
  const [requirement, risks, design] = await run.documents.putMany(
    ['requirement', 'risks', 'design'].map((kind) => ({ kind, text: `${kind} 1` })),
  );
  if (!requirement || !risks || !design) throw new Error('Three documents were written');
  return { requirement, risks, design };
}

test('a refusal names every input that moved, and what moved can be read and merged', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'todo-app' });
  const { requirement, risks, design } = await threeDocuments(run);
  const basedOn = [requirement.ref, risks.ref];
  await requirement.update('requirement 2');
  await requirement.update('requirement 3');
  await risks.delete();
  const before = await tables.fingerprint();

  const error = await design.update({ text: 'design 2', basedOn }).catch((error: unknown) => error);

  expect(await refusalOf(Promise.reject(error))).toEqual({
    code: 'INPUTS_MOVED',
    details: {
      inputs: [
        {
          documentId: requirement.id,
          kind: 'requirement',
          key: 'requirement',
          basedOn: 1,
          actual: 3,
          deleted: false,
        },
        { documentId: risks.id, kind: 'risks', key: 'risks', basedOn: 1, actual: 2, deleted: true },
      ],
    },
  });
  expect(await tables.fingerprint()).toEqual(before);
  const moved = await run.documents.moved(error);
  expect(moved.map(({ base }) => base?.text)).toEqual(['requirement 1', 'risks 1']);
  expect(moved.map(({ theirs }) => (theirs.deleted ? 'gone' : theirs.text))).toEqual([
    'requirement 3',
    'gone',
  ]);
  await expect(run.documents.moved(new Error('another'))).rejects.toThrow('another');

  const heads = moved.map(({ theirs }) => theirs.ref);
  await design.update({ text: 'design 2', basedOn: heads });
  expect((await run.documents.get('design')).version).toBe(2);
});

type BasedOn = { documentId: string; version: number }[];
const step = { name: 'design_step' };
const messages = [{ role: 'user', content: 'x' }];

const CALLS: Record<string, (ledger: Stepledger, runId: string, basedOn: BasedOn) => Promise<unknown>> = {
  'documents.create': ({ documents }, runId, basedOn) =>
    documents.create({ runId, kind: 'new', text: 'new', basedOn }),
  'documents.put': ({ documents }, runId, basedOn) =>
    documents.put({ runId, kind: 'design', text: 'new', basedOn }),
  'documents.putMany': ({ documents }, runId, basedOn) =>
    documents.putMany({
      runId,
      documents: [
        { kind: 'design', text: 'new' },
        { kind: 'new', text: 'new', basedOn },
      ],
    }),
  'documents.update': async ({ documents }, runId, basedOn) => {
    const { id: documentId } = await documents.get({ runId, kind: 'design' });
    return documents.update({ documentId, status: 'new', basedOn });
  },
  'exchanges.record': ({ exchanges }, runId, basedOn) =>
    exchanges.record({
      ...{ runId, step, messages, response: 'new' },
      documents: [{ kind: 'new', text: 'new', basedOn }],
    }),
  'parses.record': async ({ exchanges, parses }, runId, basedOn) => {
    const { items } = await exchanges.list({ runId });
    const documents = [{ kind: 'new', text: 'new', basedOn }];
    return parses.record({ exchangeId: items[0]?.id ?? '', documents });
  },
};

test.each(Object.entries(CALLS))(
  '%s is refused while an input has moved, and writes nothing',
  async (_, call) => {
    await using server = await startTestServer();
    await using tables = await openTables(server.databaseUrl);
    const { ledger } = server;
    const run = await ledger.run({ key: 'todo-app' });
    const elsewhere = await ledger.run({ key: 'elsewhere' });
    const { requirement, risks } = await threeDocuments(run);
    const foreign = await elsewhere.documents.put({ kind: 'requirement', text: 'x' });
    await ledger.exchanges.record({ runId: run.id, step, messages, response: 'x' });
    await requirement.update('requirement 2');
    const old = { documentId: requirement.id, version: 1 };
    const before = await tables.fingerprint();

    const refused = (basedOn: BasedOn) => refusalOf(call(ledger, run.id, basedOn));
    expect(await refused([risks.ref, old])).toMatchObject({
      code: 'INPUTS_MOVED',
      details: { inputs: [{ documentId: requirement.id, basedOn: 1, actual: 2 }] },
    });
    expect(await refused([foreign.ref])).toEqual({
      code: 'NOT_FOUND',
      details: { type: 'document', id: foreign.id },
    });
    expect(await refused([{ ...old, version: 9 }])).toEqual({
      code: 'NOT_FOUND',
      details: { type: 'document version', id: `${requirement.id}@9` },
    });
    expect(await tables.fingerprint()).toEqual(before);

    await call(ledger, run.id, [risks.ref, requirement.ref, risks.ref]);
    expect(await brokenLaws(tables)).toEqual({});
  },
);

test('a document may be based on its own head, and documents of one call on what the others were before it', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const { requirement, risks, design } = await threeDocuments(run);

  const basedOn = [requirement.ref, risks.ref, design.ref];
  const write = (kind: string) => ({ kind, text: `${kind} 2`, basedOn });
  const written = await run.documents.putMany(['requirement', 'risks', 'design'].map(write));

  expect(written.map(({ version }) => version)).toEqual([2, 2, 2]);
  await design.reload();
  await design.update({ text: 'design 3', basedOn: [design.ref] });
});

test('a call sent again is answered as before, though its first turn moved what it was based on', async () => {
  await using server = await startTestServer();
  const { documents } = server.ledger;
  const run = await server.ledger.run({ key: 'todo-app' });
  const { ref } = await run.documents.put({ kind: 'design', text: 'x' });
  const call = { documentId: ref.documentId, text: 'y', basedOn: [ref], idempotencyKey: 'once' };
  const answer = await documents.update(call);
  expect(await documents.update(call)).toEqual(answer);
  expect(await refusalOf(documents.update({ ...call, idempotencyKey: 'twice' }))).toMatchObject({
    code: 'INPUTS_MOVED',
  });
});

test('a call is based on at most 1,000 versions', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const { ref } = await run.documents.put({ kind: 'requirement', text: 'x' });
  const some = (from: number) =>
    Array.from({ length: 600 }, (_, n) => ({ documentId: ref.documentId, version: from + n + 1 }));
  const documents = [
    { kind: 'one', text: 'x', basedOn: some(0) },
    { kind: 'two', text: 'x', basedOn: some(600) },
  ];
  expect(await refusalOf(run.documents.putMany(documents))).toEqual({
    code: 'BAD_INPUT',
    details: {
      issues: [{ path: 'basedOn', reason: 'names 1200 versions in one call, more than 1000' }],
    },
  });
});

test('after a refusal a handle merges what others saved, and its update then succeeds', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const theirs = await run.documents.put({ kind: 'design', text: 'one\r\ntwo\r\nthree' });
  const ours = await run.documents.get({ kind: 'design', withText: false });
  await theirs.update('ONE\r\ntwo\r\nthree');

  const text = 'one\r\ntwo\r\nTHREE';
  expect(await refusalOf(ours.update(text))).toMatchObject({ code: 'VERSION_CONFLICT' });
  const merged = await ours.merge(text);

  expect(merged).toEqual({
    text: 'ONE\r\ntwo\r\nTHREE',
    conflicts: [],
    base: 'one\r\ntwo\r\nthree',
    ours: text,
    theirs: 'ONE\r\ntwo\r\nthree',
  });
  await ours.update(merged.text);
  expect((await theirs.reload()).text).toBe(merged.text);

  await theirs.delete();
  expect(await refusalOf(ours.merge('x'))).toMatchObject({ code: 'DELETED', details: { version: 4 } });
  expect(ours.version).toBe(3);
});
