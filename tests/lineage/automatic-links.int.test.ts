import {
  isLedgerError,
  type Link,
  type RunHandle,
  type Stepledger,
  type VersionRef,
} from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

const step = { name: 'design_step' };
const messages = [{ role: 'user', content: 'Design it.' }];

async function openRun(ledger: Stepledger) {
  const run = await ledger.run({ key: 'todo-app' });
  const written = await run.documents.putMany([
    { kind: 'requirement', text: 'Todos.' },
    { kind: 'guide', text: 'Tabs.' },
  ]);
  return { run, uses: written.map(({ ref }) => ref) };
}

async function linksOf(
  ledger: Stepledger,
  documentId: string,
): Promise<Pick<Link, 'from' | 'relation' | 'to'>[]> {
  const links = await ledger.links.list({ documentId }).all();
  return links.map(({ from, relation, to }) => ({ from, relation, to }));
}

function usedBy(from: VersionRef, uses: readonly VersionRef[]) {
  const links = uses.map((to) => ({ from, relation: 'used' as const, to }));
  return links.toSorted((a, b) => (a.to.documentId < b.to.documentId ? -1 : 1));
}

async function complete(ledger: Stepledger, run: RunHandle, uses: VersionRef[]): Promise<string> {
  const { exchangeId } = await ledger.exchanges.open({ runId: run.id, step, messages, uses });
  await ledger.exchanges.complete({ exchangeId, response: 'An answer.' });
  return exchangeId;
}

test('each document of a recorded step is linked to what its exchange used', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { run, uses } = await openRun(ledger);

  const { documents } = await ledger.exchanges.record({
    runId: run.id,
    step,
    messages,
    uses,
    response: 'An answer.',
    documents: ['design', 'plan'].map((kind) => ({ kind, text: kind })),
  });

  expect(documents).toHaveLength(2);
  for (const { documentId } of documents) {
    expect(await linksOf(ledger, documentId)).toEqual(usedBy({ documentId, version: 1 }, uses));
  }
  const [entry] = (await run.entries.list()).slice(-1);
  expect(entry?.changes.filter(({ what }) => what === 'link')).toHaveLength(4);
});

test('so is each document of a parse, whenever it is recorded', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { run, uses } = await openRun(ledger);
  const exchangeId = await complete(ledger, run, uses);

  for (const version of [1, 2]) {
    const document = { kind: 'design', text: `Design ${version}.` };
    const { documents } = await ledger.parses.record({ exchangeId, documents: [document] });
    const [{ documentId } = { documentId: '' }] = documents;
    const all = await linksOf(ledger, documentId);
    expect(all.filter(({ from }) => from.version === version)).toEqual(usedBy({ documentId, version }, uses));
  }
});

test('a link that the caller gives as well is written once, and a version that is used twice is one', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { run, uses } = await openRun(ledger);
  const [requirement, guide] = uses;
  if (!requirement || !guide) throw new Error('Two were put');
  const links = [
    { relation: 'used' as const, to: requirement },
    { relation: 'derived_from' as const, to: guide },
  ];
  const document = { kind: 'design', text: 'A design.', links };
  const exchangeId = await complete(ledger, run, [...uses, ...uses]);

  const parsed = await ledger.parses.record({
    exchangeId,
    documents: [document, { kind: 'plan', text: '' }],
  });
  const recorded = await ledger.exchanges.record({
    runId: run.id,
    step,
    messages,
    uses: [...uses, ...uses],
    response: 'An answer.',
    documents: [document],
  });

  for (const [from, given] of [
    [parsed.documents[0], true],
    [parsed.documents[1], false],
    [recorded.documents[0], true],
  ] as const) {
    const ref = { documentId: from?.documentId ?? '', version: from?.version ?? 0 };
    const all = (await linksOf(ledger, ref.documentId)).filter((link) => link.from.version === ref.version);
    const derived = { from: ref, relation: 'derived_from', to: guide };
    expect(all).toEqual([...(given ? [derived] : []), ...usedBy(ref, uses)]);
  }
});

test('what is not there cannot be used, and nothing is stored', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { run, uses } = await openRun(ledger);
  const unknown = { documentId: uses[0]?.documentId ?? '', version: 2 };
  const input = { runId: run.id, step, messages, uses: [...uses, unknown] };
  const before = await run.get();

  for (const call of [
    () => ledger.exchanges.open(input),
    () => ledger.exchanges.open({ ...input, memoKey: 'ab'.repeat(32) }),
    () => ledger.exchanges.record({ ...input, response: 'An answer.' }),
  ]) {
    const error: unknown = await call().catch((refused: unknown) => refused);
    if (!isLedgerError(error, 'NOT_FOUND')) throw error;
    expect(error.details).toEqual({ type: 'document version', id: `${unknown.documentId}@2` });
  }
  expect(await run.get()).toEqual(before);
});

test('an answer is kept although what it used has gone with its run', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { run, uses } = await openRun(ledger);
  const shared = await ledger.run({ key: 'shared' });
  const { ref } = await shared.documents.put({ kind: 'guide', text: 'Tabs.' });
  const exchangeId = await complete(ledger, run, [...uses, ref]);
  await shared.delete();

  const { documents } = await ledger.parses.record({
    exchangeId,
    documents: [{ kind: 'design', text: 'A design.' }],
  });
  const [{ documentId } = { documentId: '' }] = documents;
  expect(await linksOf(ledger, documentId)).toEqual(usedBy({ documentId, version: 1 }, uses));
});

test('documents times versions used may be 100,000 links, and not more', { timeout: 120_000 }, async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'many' });
  const put = (count: number, kind: string) =>
    Array.from({ length: count }, (_, n) => ({ kind, key: `${n}`, text: 'x' }));
  const used = await run.documents.putMany(put(101, 'used'));
  const uses = used.map(({ ref }) => ref);

  const recorded = { runId: run.id, step, messages, response: 'An answer.', documents: put(1000, 'made') };
  const parsed = { exchangeId: await complete(ledger, run, uses), documents: put(1000, 'made') };
  for (const call of [
    () => ledger.exchanges.record({ ...recorded, uses }),
    () => ledger.parses.record(parsed),
  ]) {
    const error: unknown = await call().catch((refused: unknown) => refused);
    if (!isLedgerError(error, 'BAD_INPUT')) throw error;
    expect(error.details.issues).toMatchObject([{ path: 'documents' }]);
  }
  const { documents } = await ledger.exchanges.record({ ...recorded, uses: uses.slice(1) });
  expect(await linksOf(ledger, documents[0]?.documentId ?? '')).toHaveLength(100);
});
