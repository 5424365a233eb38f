import type { RunHandle, Stepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';

/** Five revisions: the start and four exchanges, each with a document. */
async function record(ledger: Stepledger, key: string): Promise<RunHandle> {
  const run = await ledger.run({ key });
  for (const turn of [1, 2, 3, 4]) {
    await run.step('code', { key: turn }).record({
      prompt: `Code ${turn}.`,
      response: `Coded ${turn}.`,
      documents: [{ kind: 'code', key: `${turn}`, text: `code ${turn}` }],
    });
  }
  return run;
}

/** Makes what a fork is out of a run that recorded the same: the rows up to the revision are said to be copies. */
async function markFork(
  tables: Tables,
  { run, of, revision }: { run: RunHandle; of: RunHandle; revision: number },
): Promise<void> {
  await tables.query('UPDATE run SET origin_run_id = $2, forked_at_revision = $3 WHERE id = $1', [
    run.id,
    of.id,
    revision,
  ]);
}

/** Makes an exchange of both runs differ, as no fork can: what both share is then not looked at. */
async function spoil(tables: Tables, run: RunHandle, revision: number): Promise<void> {
  await tables.query(`UPDATE exchange SET model = 'spoilt' WHERE run_id = $1 AND opened_revision = $2`, [
    run.id,
    revision,
  ]);
}

async function story() {
  const server = await startTestServer();
  const tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  return {
    tables,
    ledger,
    runs: {
      parent: await record(ledger, 'parent'),
      child: await record(ledger, 'child'),
      sibling: await record(ledger, 'sibling'),
      grandchild: await record(ledger, 'grandchild'),
    },
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
  const { parent, child } = at.runs;
  await spoil(at.tables, child, 2);
  await spoil(at.tables, child, 4);
  expect(await firstModelChange(parent, child)).toEqual({ steps: ['1', '3'], divergence: '1' });

  await markFork(at.tables, { run: child, of: parent, revision: 3 });
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
  const { parent, child, sibling } = at.runs;
  await markFork(at.tables, { run: child, of: parent, revision: 4 });
  await markFork(at.tables, { run: sibling, of: parent, revision: 2 });
  for (const revision of [2, 3]) await spoil(at.tables, child, revision);
  expect(await firstModelChange(child, sibling)).toEqual({ steps: ['2'], divergence: '2' });

  await parent.delete();
  expect(await firstModelChange(sibling, child)).toEqual({ steps: ['2'], divergence: '2' });
});

test('a fork of a fork has in common with the first what was there at the earlier of both forks', async () => {
  await using at = await story();
  const { parent, child, grandchild, sibling } = at.runs;
  await markFork(at.tables, { run: child, of: parent, revision: 3 });
  await markFork(at.tables, { run: grandchild, of: child, revision: 4 });
  await markFork(at.tables, { run: sibling, of: parent, revision: 4 });
  for (const revision of [2, 3, 4]) await spoil(at.tables, grandchild, revision);
  expect(await firstModelChange(grandchild, child)).toEqual({ steps: [], divergence: null });
  expect(await firstModelChange(grandchild, parent)).toEqual({ steps: ['3'], divergence: '3' });
  expect(await firstModelChange(sibling, grandchild)).toEqual({ steps: ['3'], divergence: '3' });
});

test('what a fork does to an exchange that both have is told', async () => {
  await using at = await story();
  const { parent, child } = at.runs;
  await markFork(at.tables, { run: child, of: parent, revision: 5 });
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
