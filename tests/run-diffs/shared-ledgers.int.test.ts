import type { RunHandle } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';

const TURNS = [1, 2, 3, 4];

/** Revision 1 begins the run, and each turn is the next: an exchange with a document. */
async function record(run: RunHandle, turns = TURNS): Promise<RunHandle> {
  for (const turn of turns) {
    await run.step('code', { key: turn }).record({
      prompt: `Code ${turn}.`,
      response: `Coded ${turn}.`,
      documents: [{ kind: 'code', key: `${turn}`, text: `code ${turn}` }],
    });
  }
  return run;
}

/** Forks a run behind some of its turns, and does the others over: the same, by what both say. */
async function forkBehind(run: RunHandle, turns: number, key: string): Promise<RunHandle> {
  const fork = await run.fork({ key, step: { name: 'code', key: `${turns + 1}` } });
  return record(fork, TURNS.slice(turns));
}

/** Makes the exchanges of a run's turns differ, those that came with a fork as well: what is shared is not looked at. */
async function spoil(tables: Tables, run: RunHandle, turns: readonly number[]): Promise<void> {
  const spoilt = await tables.query(
    `UPDATE exchange e SET model = 'spoilt' FROM step s
    WHERE e.run_id = $1 AND s.id = e.step_id AND s.key = ANY ($2::text[]) RETURNING 1`,
    [run.id, turns],
  );
  expect(spoilt).toHaveLength(turns.length);
}

async function story() {
  const server = await startTestServer();
  const tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  return {
    tables,
    ledger,
    parent: await record(await ledger.run({ key: 'parent' })),
    async [Symbol.asyncDispose]() {
      await tables[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

async function firstModelChange(from: RunHandle, to: RunHandle) {
  const { divergence, items } = await from.diff({ to: { runId: to.id }, what: ['exchange'] });
  const steps = items.map((item) => (item.what === 'exchange' ? item.step.key : item.what));
  return { steps, divergence: divergence?.what === 'exchange' ? divergence.step.key : null };
}

test('a run and its fork are compared from where it was forked', async () => {
  await using at = await story();
  const { parent } = at;
  const twin = await record(await at.ledger.run({ key: 'twin' }));
  await spoil(at.tables, twin, [1, 3]);
  expect(await firstModelChange(parent, twin)).toEqual({ steps: ['1', '3'], divergence: '1' });

  const child = await forkBehind(parent, 2, 'child');
  await spoil(at.tables, child, [1, 3]);
  expect(await firstModelChange(parent, child)).toEqual({ steps: ['3'], divergence: '3' });
  expect(await firstModelChange(child, parent)).toEqual({ steps: ['3'], divergence: '3' });

  const early = parent.at({ revision: 2 });
  const { items } = await child.diff({ from: early, what: ['exchange'] });
  expect(items.map((item) => item.what === 'exchange' && [item.change, item.step.key])).toEqual([
    ['added', '2'],
    ['added', '3'],
    ['added', '4'],
  ]);
});

test('forks of one run are compared from the earlier fork on, also when that run was deleted', async () => {
  await using at = await story();
  const { parent } = at;
  const [child, sibling] = [await forkBehind(parent, 3, 'child'), await forkBehind(parent, 1, 'sibling')];
  await spoil(at.tables, child, [1, 2]);
  expect(await firstModelChange(child, sibling)).toEqual({ steps: ['2'], divergence: '2' });

  await parent.delete();
  expect(await firstModelChange(sibling, child)).toEqual({ steps: ['2'], divergence: '2' });
});

test('a fork of a fork has in common with the first what was there at the earlier of both forks', async () => {
  await using at = await story();
  const { parent } = at;
  const child = await forkBehind(parent, 2, 'child');
  const grandchild = await forkBehind(child, 3, 'grandchild');
  const sibling = await forkBehind(parent, 3, 'sibling');
  await spoil(at.tables, grandchild, [1, 2, 3]);
  expect(await firstModelChange(grandchild, child)).toEqual({ steps: [], divergence: null });
  expect(await firstModelChange(grandchild, parent)).toEqual({ steps: ['3'], divergence: '3' });
  expect(await firstModelChange(sibling, grandchild)).toEqual({ steps: ['3'], divergence: '3' });
});

test('what a fork does to an exchange that both have is told', async () => {
  await using at = await story();
  const { parent } = at;
  const child = await parent.fork({ key: 'child' });
  const [second] = await child.step('code', { key: 2 }).exchanges.list();
  await at.ledger.parses.record({
    exchangeId: second?.id ?? '',
    parser: 'better',
    documents: [{ kind: 'code', key: '2', text: 'code 2\nread better' }],
  });
  const { items, divergence } = await parent.diff({ to: { runId: child.id } });
  expect(items).toMatchObject([
    { what: 'exchange', change: 'changed', step: { key: '2' }, differs: ['parser', 'parsed'] },
    { what: 'document', change: 'changed', key: '2', text: { added: 2, removed: 1 } },
  ]);
  expect(divergence).toMatchObject({ what: 'exchange', causes: ['parser'], step: { key: '2' } });
});
