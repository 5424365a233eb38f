import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { foundBy } from './support/found.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

let runs = 0;
const startRun = () => server.ledger.run({ key: `run ${runs++}` });

test('a new version is found by its text at once, and the old one no more', async () => {
  const run = await startRun();
  const document = await run.documents.put({ kind: 'design', text: 'The first aardvark.' });
  expect(await foundBy(run.search('aardvark'))).toEqual(['design@1']);

  await document.update('The second armadillo.');
  expect(await foundBy(run.search('armadillo'))).toEqual(['design@2']);
  expect(await foundBy(run.search('aardvark'))).toEqual([]);
  expect(await foundBy(run.search({ text: 'aardvark', versions: 'all' }))).toEqual(['design@1']);
  expect(await foundBy(run.search({ text: 'second OR first', versions: 'all' }))).toEqual([
    'design@2',
    'design@1',
  ]);
});

test('other attributes make a version that is found once, by them and by its text', async () => {
  const run = await startRun();
  const document = await run.documents.put({ kind: 'design', text: 'An aardvark.', title: 'Burrows' });
  await run.search('aardvark');
  await document.update({ title: 'Tunnels', status: 'done', tags: ['digging'] });

  expect(await foundBy(run.search({ text: 'aardvark', versions: 'all' }))).toEqual(['design@2']);
  expect(await foundBy(run.search('tunnel'))).toEqual(['design@2']);
  expect(await foundBy(run.search('burrow'))).toEqual([]);
  expect(await foundBy(run.search({ text: 'aardvark', filter: { status: 'done' } }))).toEqual(['design@2']);
  expect(await foundBy(run.search({ text: 'aardvark', filter: { status: 'open' } }))).toEqual([]);
});

test('a deleted document is not found, and is again once it is brought back', async () => {
  const run = await startRun();
  const document = await run.documents.put({ kind: 'design', text: 'An aardvark.' });
  await document.delete();
  expect(await foundBy(run.search('aardvark'))).toEqual([]);
  expect(await foundBy(run.search({ text: 'aardvark', versions: 'all' }))).toEqual(['design@1']);

  await document.undelete();
  expect(await foundBy(run.search('aardvark'))).toEqual(['design@3']);
  await document.update('An armadillo.');
  await document.restore(1);
  expect(await foundBy(run.search('aardvark'))).toEqual(['design@5']);
  expect(await foundBy(run.search('armadillo'))).toEqual([]);
});

test('a purged text is gone from the index with its words, but for those that others have', async () => {
  await using tables = await openTables(server.databaseUrl);
  const run = await startRun();
  const document = await run.documents.put({ kind: 'design', text: 'The secretaardvark and the armadillo.' });
  await run.documents.put({ kind: 'plan', text: 'Another armadillo.' });
  expect(await foundBy(run.search({ text: 'secretardvark', mode: 'fuzzy' }))).toEqual(['design@1']);

  await document.purge();

  expect(await foundBy(run.search({ text: 'secretaardvark', versions: 'all' }))).toEqual([]);
  expect(await foundBy(run.search({ text: 'armadilo', mode: 'fuzzy' }))).toEqual(['plan@1']);
  const left = await tables.query<{ kind: string }>(
    `SELECT kind FROM search_chunk WHERE body ~ 'secretaardvark' OR tsv @@ 'secretaardvark'::tsquery
    UNION ALL SELECT word FROM search_word WHERE word ~ 'secretaardvark'`,
  );
  expect(left).toEqual([]);
});

test('a message that two exchanges sent is found in the other one when the first is purged', async () => {
  const run = await startRun();
  const step = run.step('design_step');
  const first = { role: 'user', content: 'Draw an aardvark.' };
  const one = await step.record({
    prompt: [first],
    response: 'Here it is.',
    documents: [{ kind: 'drawing', text: '(o)' }],
  });
  const other = await step.record({
    prompt: [first, { role: 'user', content: 'Bigger, please.' }],
    response: 'There.',
  });
  const search = { text: 'aardvark', in: ['prompts' as const] };
  expect((await run.search(search)).items).toMatchObject([{ exchangeId: one.exchangeId, position: 0 }]);

  await one.documents[0]?.purge({ cascade: true });

  expect((await run.search(search)).items).toMatchObject([{ exchangeId: other.exchangeId, position: 0 }]);
});

test('a deleted run leaves nothing in the index', async () => {
  await using tables = await openTables(server.databaseUrl);
  const run = await startRun();
  const step = run.step('design_step');
  await step.record({
    prompt: 'An aardvark?',
    response: 'Yes.',
    documents: [{ kind: 'x', text: 'aardvark' }],
  });
  expect((await run.search('aardvark OR yes')).items).toHaveLength(3);
  await run.documents.put({ kind: 'late', text: 'Not indexed yet.' });

  await run.delete();

  expect((await server.ledger.search('late')).items).toEqual([]);
  const left = await tables.query(
    `SELECT run_id FROM search_chunk WHERE run_id = $1 UNION ALL SELECT run_id FROM search_message WHERE run_id = $1
    UNION ALL SELECT id FROM search_pending WHERE id = $1`,
    [run.id],
  );
  expect(left).toEqual([]);
});

test('writers at once each find what they wrote by their next call, and never what they replaced', async () => {
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    const run = await startRun();
    const document = await run.documents.put({ kind: 'design', text: `writer${writer} turn0` });
    for (let turn = 1; turn <= 10; turn++) {
      await document.update(`writer${writer} turn${turn}`);
      const found = await foundBy(server.ledger.search(`writer${writer} turn${turn}`));
      const old = await foundBy(server.ledger.search(`writer${writer} turn${turn - 1}`));
      expect({ found, old }).toEqual({ found: [`design@${turn + 1}`], old: [] });
    }
  });
  await Promise.all(writers);
});

test('what another server wrote is found as well', async () => {
  await using other = await startTestServer({ databaseUrl: server.databaseUrl });
  const run = await startRun();
  for (let turn = 1; turn <= 10; turn++) {
    await run.documents.put({ kind: 'design', text: `pangolin${turn}` });
    expect(await foundBy(other.ledger.search(`pangolin${turn}`))).toEqual([`design@${turn}`]);
  }
});
