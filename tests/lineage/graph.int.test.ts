import type { DocumentHandle, LinkGraph, LinkRelation, RunHandle } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

async function put(run: RunHandle, key: string, on: Partial<Record<LinkRelation, DocumentHandle[]>> = {}) {
  const links = Object.entries(on).flatMap(([relation, documents]) =>
    documents.map(({ ref: to }) => ({ relation: relation as LinkRelation, to })),
  );
  return run.documents.put({ kind: 'note', key, text: `${key}.`, links });
}

/** Nodes and edges by the keys of their documents. */
function inWords({ nodes, edges, cut }: LinkGraph) {
  const keys = new Map(nodes.map(({ documentId, key }) => [documentId, key ?? 'gone']));
  const word = (ref: { documentId: string; version: number }) => `${keys.get(ref.documentId)}@${ref.version}`;
  return {
    nodes: nodes.map(word),
    edges: edges.map(({ from, relation, to }) => `${word(from)} ${relation} ${word(to)}`),
    cut,
  };
}

test('a graph goes up and down, breadth first, across runs, by the relations that are wished', async () => {
  await using server = await startTestServer();
  const shared = await server.ledger.run({ key: 'shared' });
  const guide = await put(shared, 'guide');
  const run = await server.ledger.run({ key: 'todo-app' });
  const requirement = await put(run, 'requirement');
  const design = await put(run, 'design', { used: [requirement], derived_from: [guide] });
  const code = await put(run, 'code', { used: [design] });
  const test_ = await put(run, 'test', { used: [code, requirement] });
  await put(run, 'task', { depends_on: [design] });

  const whole = await design.graph();
  expect(whole.nodes[0]).toEqual({ ...design.ref, kind: 'note', key: 'design', runId: run.id });
  expect(whole.nodes.find(({ key }) => key === 'guide')).toMatchObject({ runId: shared.id });
  const words = inWords(whole);
  expect(words.nodes.slice(1, 5).toSorted()).toEqual(['code@1', 'guide@1', 'requirement@1', 'task@1']);
  expect(words).toMatchObject({ nodes: { length: 6, 5: 'test@1' }, cut: false });
  expect(words.edges.toSorted()).toEqual([
    'code@1 used design@1',
    'design@1 derived_from guide@1',
    'design@1 used requirement@1',
    'task@1 depends_on design@1',
    'test@1 used code@1',
  ]);

  expect(inWords(await test_.graph({ direction: 'up', relations: ['used'] })).edges.toSorted()).toEqual([
    'code@1 used design@1',
    'design@1 used requirement@1',
    'test@1 used code@1',
    'test@1 used requirement@1',
  ]);
  expect(inWords(await guide.graph({ direction: 'down' })).nodes[1]).toBe('design@1');
  expect(inWords(await guide.graph({ direction: 'up' }))).toEqual({
    nodes: ['guide@1'],
    edges: [],
    cut: false,
  });
});

test('depth and limit cut, and say so', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'chain' });
  let last = await put(run, '0');
  for (let n = 1; n <= 5; n++) last = await put(run, `${n}`, { used: [last] });

  expect(inWords(await last.graph({ depth: 2 }))).toEqual({
    nodes: ['5@1', '4@1', '3@1'],
    edges: ['5@1 used 4@1', '4@1 used 3@1'],
    cut: true,
  });
  expect(inWords(await last.graph({ limit: 3 }))).toMatchObject({ nodes: { length: 4 }, cut: true });
  expect(inWords(await last.graph({ depth: 5, limit: 5 }))).toMatchObject({
    nodes: { length: 6 },
    cut: false,
  });
});

test('links that lead in a circle end', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'circle' });
  const one = await put(run, 'one');
  const two = await put(run, 'two', { used: [one] });
  await server.ledger.links.add({ from: one.ref, relation: 'used', to: two.ref });
  await server.ledger.links.add({ from: one.ref, relation: 'used', to: one.ref });

  const { nodes, edges, cut } = inWords(await one.graph({ depth: 50 }));
  expect(nodes.toSorted()).toEqual(['one@1', 'two@1']);
  expect(edges.toSorted()).toEqual(['one@1 used one@1', 'one@1 used two@1', 'two@1 used one@1']);
  expect(cut).toBe(false);
});

test('versions that many ways lead to are gone to once for each length of them', {
  timeout: 60_000,
}, async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'diamonds' });
  const top = await put(run, 'top');
  let layer: DocumentHandle[] = [top];
  // 10 to the power of 20 ways.
  for (let n = 0; n < 20; n++) {
    const links = layer.map(({ ref: to }) => ({ relation: 'used' as const, to }));
    layer = await run.documents.putMany(
      Array.from({ length: 10 }, (_, k) => ({ kind: 'note', key: `${n} ${k}`, text: 'x', links })),
    );
  }
  const graph = await layer[0]?.graph({ depth: 50, limit: 2000 });
  expect(graph).toMatchObject({ nodes: { length: 192 }, edges: { length: 1820 }, cut: false });
  await top.update('moved');
  expect((await run.stale()).documents).toHaveLength(200);
});

test('a version that only changed attributes stands for the one that its text came with', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'attributes' });
  const requirement = await put(run, 'requirement');
  const design = await put(run, 'design', { used: [requirement] });
  await put(run, 'early', { used: [design] });
  await design.update({ status: 'approved' });
  await put(run, 'late', { used: [design] });

  expect(inWords(await design.graph()).edges.toSorted()).toEqual([
    'design@1 used requirement@1',
    'design@2 same_text design@1',
    'early@1 used design@1',
    'late@1 used design@2',
  ]);
  expect(inWords(await requirement.graph({ direction: 'down' })).nodes.toSorted()).toEqual([
    'design@1',
    'design@2',
    'early@1',
    'late@1',
    'requirement@1',
  ]);
});

test('what is gone with its run is a node without a name', async () => {
  await using server = await startTestServer();
  const shared = await server.ledger.run({ key: 'shared' });
  const guide = await put(shared, 'guide');
  const run = await server.ledger.run({ key: 'todo-app' });
  const code = await put(run, 'code', { used: [guide] });
  await shared.delete();

  const { nodes } = await code.graph();
  expect(nodes[1]).toEqual({ ...guide.ref, kind: null, key: null, runId: null });
});
