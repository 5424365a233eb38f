import { createStepledger, type DocumentHandle, type RunHandle } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { endsOf, refusalOf } from '../ledger/support/refusals.ts';
import { watchSql } from '../ledger/support/watch-sql.ts';
import { startRun, writeSubtask } from './support/subtasks.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;

async function chainOf(run: RunHandle, keys: readonly string[]): Promise<DocumentHandle[]> {
  const chain: DocumentHandle[] = [];
  for (const key of keys) chain.push(await writeSubtask(run, key, { on: chain.slice(-1) }));
  return chain;
}

const named = (documents: readonly (DocumentHandle | undefined)[]) =>
  documents.map((document) => ({ documentId: document?.id, kind: 'subtask', key: document?.key }));

test('whatever would make documents depend on themselves is refused with the path, and writes nothing', async () => {
  await using started = await startRun();
  await using tables = await openTables(started.server.databaseUrl);
  const { run, ledger } = started;
  const [a, b, c] = await chainOf(run, ['a', 'b', 'c']);
  if (!a || !b || !c) throw new Error('Three documents were written');
  const step = { name: 'plan_step' };
  const messages = [{ role: 'user', content: 'x' }];
  const { exchangeId } = await ledger.exchanges.record({ runId: run.id, step, messages, response: 'x' });
  // Between other versions than those that are linked: the cycle is among documents.
  await c.update('Do c again');
  const links = [{ relation: 'depends_on' as const, to: c.ref }];
  const documents = [
    { kind: 'subtask', key: 'new', text: 'never stored', links },
    { kind: 'subtask', key: 'a', text: 'never stored', links },
  ];
  const before = await tables.fingerprint();

  const calls = [
    () => ledger.links.add({ from: a.ref, relation: 'depends_on', to: c.ref }),
    () => run.documents.put({ kind: 'subtask', key: 'a', text: 'never stored', links }),
    () => run.documents.putMany(documents),
    () => ledger.exchanges.record({ runId: run.id, step, messages, response: 'never stored', documents }),
    () => ledger.parses.record({ exchangeId, documents }),
  ];
  for (const call of calls) {
    expect(await refusalOf(call())).toEqual({ code: 'CYCLE', details: { path: named([a, c, b, a]) } });
  }
  expect(await refusalOf(ledger.links.add({ from: a.ref, relation: 'depends_on', to: a.ref }))).toEqual({
    code: 'CYCLE',
    details: { path: named([a, a]) },
  });
  expect(await tables.fingerprint()).toEqual(before);
});

test('a cycle that one call would close by several links is found', async () => {
  await using started = await startRun();
  const { run } = started;
  const [a, b] = [await writeSubtask(run, 'a'), await writeSubtask(run, 'b')];
  const write = (key: string, to: DocumentHandle) => ({
    kind: 'subtask',
    key,
    text: 'never stored',
    links: [{ relation: 'depends_on' as const, to: to.ref }],
  });
  expect(await refusalOf(run.documents.putMany([write('a', b), write('b', a)]))).toEqual({
    code: 'CYCLE',
    details: { path: named([a, b, a]) },
  });
});

test('a removed link closes no cycle, and other relations may go in circles', async () => {
  await using started = await startRun();
  await using tables = await openTables(started.server.databaseUrl);
  const { run, ledger } = started;
  const [a, b] = await chainOf(run, ['a', 'b']);
  if (!a || !b) throw new Error('Two documents were written');
  for (const relation of ['used', 'derived_from'] as const) {
    await ledger.links.add({ from: a.ref, relation, to: b.ref });
    await ledger.links.add({ from: b.ref, relation, to: a.ref });
  }
  await ledger.links.remove({ from: b.ref, relation: 'depends_on', to: a.ref });
  await ledger.links.add({ from: a.ref, relation: 'depends_on', to: b.ref });
  await run.documents.put({
    kind: 'subtask',
    key: 'a',
    text: 'x',
    links: [{ relation: 'depends_on', to: b.ref }],
  });
  expect(await brokenLaws(tables)).toEqual({});
});

test('a cycle through documents of another run is found', async () => {
  await using started = await startRun();
  const { run, ledger } = started;
  const elsewhere = await ledger.run({ key: 'elsewhere' });
  const here = await writeSubtask(run, 'here');
  const there = await writeSubtask(elsewhere, 'there', { on: [here] });
  expect(
    await refusalOf(ledger.links.add({ from: here.ref, relation: 'depends_on', to: there.ref })),
  ).toEqual({ code: 'CYCLE', details: { path: named([here, there, here]) } });
});

test('new documents with dependencies are written by one statement', async () => {
  await using started = await startRun();
  const { run } = started;
  const [a] = await chainOf(run, ['a']);
  using sql = watchSql();
  await writeSubtask(run, 'b', { on: a ? [a] : [] });
  expect(sql.sent.filter(({ text }) => /^(WITH|BEGIN)/i.test(text))).toHaveLength(1);
});

test('of two links at once that would close a cycle together, one is refused', {
  timeout: SLOW_MS,
}, async () => {
  await using started = await startRun();
  const { run, ledger, server } = started;
  const other = createStepledger({ url: server.url, spool: false });
  const write = async (n: number) => [await writeSubtask(run, `a ${n}`), await writeSubtask(run, `b ${n}`)];
  for (let round = 0; round < 40; round++) {
    const [a, b] = await write(round);
    if (!a || !b) throw new Error('Two documents were written');
    const { won, refused } = await endsOf<unknown>([
      ledger.links.add({ from: a.ref, relation: 'depends_on', to: b.ref }),
      round % 2 === 0
        ? other.links.add({ from: b.ref, relation: 'depends_on', to: a.ref })
        : other.documents.put({
            ...{ runId: run.id, kind: 'subtask', key: b.key, text: 'x' },
            links: [{ relation: 'depends_on', to: a.ref }],
          }),
    ]);
    expect(won).toHaveLength(1);
    expect(refused.map(({ code }) => code)).toEqual(['CYCLE']);
  }
});

test('whatever many writers link at random, no document comes to depend on itself', {
  timeout: SLOW_MS,
}, async () => {
  await using started = await startRun();
  await using tables = await openTables(started.server.databaseUrl);
  const { run, server } = started;
  const documents = await run.documents.putMany(
    Array.from({ length: 12 }, (_, n) => ({ kind: 'subtask', key: `${n}`, text: 'x' })),
  );
  const pick = () =>
    documents[Math.floor(Math.random() * documents.length)]?.ref ?? { documentId: '', version: 0 };
  const writer = async () => {
    const { links } = createStepledger({ url: server.url, spool: false });
    return endsOf(
      Array.from({ length: 15 }, () => links.add({ from: pick(), relation: 'depends_on', to: pick() })),
    );
  };

  const ends = await Promise.all(Array.from({ length: 8 }, writer));

  const codes = ends.flatMap(({ refused }) => refused.map(({ code }) => code));
  expect(codes.filter((code) => code !== 'CYCLE' && code !== 'ALREADY_EXISTS')).toEqual([]);
  expect(codes).toContain('CYCLE');
  const onThemselves = await tables.query(
    `WITH RECURSIVE reached AS (
      SELECT from_document_id AS start, to_document_id AS id FROM link
      UNION SELECT r.start, l.to_document_id FROM reached r JOIN link l ON l.from_document_id = r.id)
    SELECT FROM reached WHERE start = id`,
  );
  expect(onThemselves).toEqual([]);
});

test('what depends on more than can be walked is refused', { timeout: SLOW_MS }, async () => {
  await using started = await startRun();
  await using tables = await openTables(started.server.databaseUrl);
  const { run, ledger } = started;
  const [a, b] = [await writeSubtask(run, 'a'), await writeSubtask(run, 'b')];
  await tables.query(
    `INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version, run_id, revision)
    SELECT project_id, id, 1, 'depends_on', gen_random_uuid(), 1, run_id, 1
    FROM document CROSS JOIN generate_series(1, ${LIMITS.maxDependencies + 1}) WHERE id = $1`,
    [b.id],
  );
  expect(await refusalOf(ledger.links.add({ from: a.ref, relation: 'depends_on', to: b.ref }))).toMatchObject(
    {
      code: 'BAD_INPUT',
      details: { issues: [{ path: 'links' }] },
    },
  );
  await ledger.links.add({ from: b.ref, relation: 'depends_on', to: a.ref });
});
