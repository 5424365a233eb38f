import { createStepledger, type Stepledger } from '@stepledger/client';
import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { type Program, runProgram } from '../server/support/run-program.ts';
import { foundBy } from './support/found.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Everything that `search.verify` has to say, over all pages. */
async function faultsOf(ledger: Stepledger) {
  const faults = await ledger.search.verify({ limit: 7 }).all();
  return faults.map(({ fault, type }) => `${fault} ${type}`).toSorted();
}

/** Rebuilds everything, and answers how each call told its progress. */
async function rebuild(ledger: Stepledger) {
  const told: { done: number; total: number }[] = [];
  let cursor: string | undefined;
  do {
    const answer = await ledger.search.rebuild({ limit: 3, ...(cursor !== undefined && { cursor }) });
    told.push({ done: answer.done, total: answer.total });
    cursor = answer.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return told;
}

test('verify names what is missing and what should not be there, and rebuild mends it while all is in use', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  const run = await ledger.run({ key: 'run' });
  await ledger.prompts.put({ name: 'p', template: 'A quokka.' });
  for (let n = 0; n < 5; n++) await run.documents.put({ kind: 'design', key: `${n}`, text: `quokka ${n}` });
  await run.step('s').record({ prompt: 'A quokka?', response: 'A quokka.' });
  await run.documents.put({ kind: 'long', text: `${'filler '.repeat(5_000)} quokka` });
  expect(await foundBy(ledger.search({ text: 'quokka', limit: 50 }))).toHaveLength(9);
  expect(await faultsOf(ledger)).toEqual([]);

  await tables.query('DELETE FROM search_chunk');
  await tables.query('DELETE FROM search_word');
  await tables.query(
    `INSERT INTO search_chunk SELECT project_id, gen_random_uuid(), 1, 0, 0, 'd', 0, id, 1, NULL, NULL, 'x', NULL, '',
      'quokka', 'quokka' FROM run`,
  );
  expect(await faultsOf(ledger)).toEqual([
    ...Array(6).fill('missing document'),
    'missing message',
    'missing prompt',
    'missing response',
    'orphan document',
  ]);

  const writing = run.documents.put({ kind: 'meanwhile', text: 'quokka' });
  const [told] = await Promise.all([rebuild(ledger), writing]);
  expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
  expect(told.at(-1)).toMatchObject({ done: expect.any(Number) });
  expect(told.every(({ done, total }) => done <= total)).toBe(true);
  expect(await faultsOf(ledger)).toEqual([]);
  expect(await foundBy(ledger.search({ text: 'quokka', limit: 50 }))).toHaveLength(10);
  expect(await foundBy(run.search({ text: 'quoka', mode: 'fuzzy', filter: { kind: 'long' } }))).toEqual([
    'long@1',
  ]);
  expect(await tables.query('SELECT 1 FROM search_chunk WHERE at = 0')).toEqual([]);
});

test('a rebuild forgets the words of deleted runs, and keeps all others', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'doomed' });
  const kept = await server.ledger.run({ key: 'kept' });
  await run.documents.put({ kind: 'x', text: 'secretword common' });
  await kept.documents.put({ kind: 'x', text: 'common' });
  await server.ledger.search('x');
  await run.delete();
  await rebuild(server.ledger);
  expect(await tables.query('SELECT word FROM search_word ORDER BY word')).toEqual([{ word: 'common' }]);
});

test('what was stored before there was an index is found bit by bit, and answers say so until then', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'run' });
  for (let n = 0; n < 150; n++) await run.documents.put({ kind: 'old', key: `${n}`, text: `numbat ${n}` });
  await server.ledger.search('numbat');
  // As the migration leaves a database that was in use.
  await tables.query('DELETE FROM search_chunk');
  await tables.query(
    `INSERT INTO search_pending SELECT project_id, true, 'commit', run_id, revision FROM entry`,
  );

  await run.documents.put({ kind: 'new', text: 'numbat' });
  const first = await server.ledger.search('numbat');
  expect(first.items[0]).toMatchObject({ kind: 'new' });

  await vi.waitFor(async () => expect((await server.ledger.search('numbat')).complete).toBe(true), 60_000);
  expect(await server.ledger.search('numbat').all()).toHaveLength(151);
});

test('a server that is killed at any moment leaves nothing that is not found', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const env = { DATABASE_URL: databaseUrl, LOG_LEVEL: 'fatal' };
  const start = async (): Promise<{ program: Program; ledger: Stepledger }> => {
    const program = runProgram({ env: { ...env, PORT: '0' } });
    return { program, ledger: createStepledger({ url: await program.ready(), spool: false }) };
  };
  let written = 0;
  for (let kill = 0; kill < 5; kill++) {
    const { program, ledger } = await start();
    const run = await ledger.run({ key: 'run' });
    for (let n = 0; n < 20; n++) {
      await run.documents.put({ kind: 'x', key: `${written}`, text: `bilby number${written}` });
      written += 1;
    }
    // Between nothing and all of them are indexed by now.
    await new Promise((resolve) => setTimeout(resolve, kill * 30));
    program.process.kill('SIGKILL');
    await program.exit();
  }
  await using server = await startTestServer({ databaseUrl });
  expect(await server.ledger.search({ text: 'bilby', limit: 100 }).all()).toHaveLength(written);
  expect((await server.ledger.search.verify({ limit: 500 })).items).toEqual([]);
});

test('a commit that waits twice, as of an import that was purged from, is indexed once and keeps nobody waiting', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'waits twice' });
  const { id: runId } = run;
  await server.ledger.exchanges.record({
    runId,
    step: { name: 'design_step' },
    messages: [{ role: 'user', content: 'Design the quokka' }],
    response: 'The quokka',
    documents: [{ kind: 'design', text: 'A quokka' }],
  });
  expect((await run.search('quokka')).items).toHaveLength(3);
  await using tables = await openTables(server.databaseUrl);
  await tables.query(
    `INSERT INTO search_pending (project_id, backlog, kind, id, revision)
    SELECT e.project_id, b, 'commit', e.run_id, e.revision FROM entry e, unnest('{true, false}'::boolean[]) AS b
    WHERE e.run_id = $1 AND e.kind = 'exchanges.record'`,
    [runId],
  );

  // Not by a search, which would take what is new by itself: by the work that a write sets off.
  await run.documents.put({ kind: 'other', text: 'b' });

  const waiting = () => tables.query('SELECT 1 FROM search_pending WHERE id = $1', [runId]);
  await expect.poll(waiting, { timeout: 10_000 }).toEqual([]);
});
