import type { SearchHit } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foundBy } from './support/found.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

let runs = 0;
const startRun = (workflow?: string) =>
  server.ledger.run({ key: `run ${runs++}`, ...(workflow !== undefined && { workflow }) });

/** The texts that matched, as the snippet marks them. */
function marked({ snippet: { text, matches } }: SearchHit): string[] {
  return matches.map(([start, end]) => text.slice(start, end));
}

test('one search finds documents, templates, messages as sent and raw responses', async () => {
  const run = await startRun();
  await server.ledger.prompts.put({ name: 'marsupials', template: 'Name a wombat: {{name}}.' });
  const { exchangeId, documents } = await run.step('design_step', { key: 2 }).record({
    prompt: [
      { role: 'system', content: 'You know every wombat.' },
      { role: 'user', content: 'Which one is it?' },
    ],
    response: 'It is the northern wombat.',
    documents: [{ kind: 'design', key: 'north', title: 'The north', text: 'A wombat is a marsupial.' }],
  });

  const page = await server.ledger.search('wombats');

  const of = { run: { id: run.id, key: run.key }, step: { name: 'design_step', key: '2' } };
  expect(page.items.toSorted((a, b) => (a.type < b.type ? -1 : 1))).toMatchObject([
    {
      type: 'document',
      ...of,
      documentId: documents[0]?.id,
      version: 1,
      head: true,
      revision: 2,
      kind: 'design',
      key: 'north',
      title: 'The north',
      snippet: { text: 'A wombat is a marsupial.', matches: [[2, 8]] },
    },
    { type: 'message', ...of, exchangeId, position: 0, title: 'design_step' },
    { type: 'prompt', name: 'marsupials', version: 1, head: true, title: 'marsupials' },
    { type: 'response', ...of, exchangeId },
  ]);
  for (const hit of page.items) expect(marked(hit)).toEqual(['wombat']);
  expect(page.facets).toMatchObject({ counted: 4, estimated: false, kind: [{ value: 'design', count: 1 }] });
  expect(page.facets?.step).toEqual([{ value: 'design_step', count: 3 }]);
  expect(await foundBy(server.ledger.search({ text: 'wombat', in: ['prompts'] }))).toHaveLength(2);
  expect(await foundBy(server.ledger.search({ text: 'wombat', in: ['responses'] }))).toEqual(['response']);
});

test('a conversation that grows is found once a message, at the exchange that sent it first', async () => {
  const run = await startRun();
  const messages: { role: string; content: string }[] = [];
  const exchanges: string[] = [];
  for (let turn = 0; turn < 5; turn++) {
    messages.push({ role: 'user', content: `Tell me of numbat ${turn}.` });
    const { exchangeId } = await run.step('chat').record({ prompt: messages, response: `Answer ${turn}.` });
    exchanges.push(exchangeId);
    if (turn === 2) await run.search('numbat');
  }
  const { items } = await run.search({ text: 'numbat', in: ['prompts'] });
  expect(items.map((hit) => hit.type === 'message' && [hit.exchangeId, hit.position])).toEqual(
    exchanges.map((id, turn) => [id, turn]).toReversed(),
  );

  // The same conversation in another run is found there, too.
  const other = await startRun();
  await other.step('chat').record({ prompt: messages, response: 'All of them.' });
  expect(await foundBy(other.search({ text: 'numbat', in: ['prompts'] }))).toHaveLength(5);
});

test('a prompt is found before its answer, and an answer however it was stored', async () => {
  const run = await startRun();
  const step = { name: 'chat' };
  const open = await server.ledger.exchanges.open({
    runId: run.id,
    step,
    messages: [{ role: 'user', format: 'json', content: '[{"type":"text","text":"A\\nquoll?"}]' }],
  });
  expect(await foundBy(run.search('quoll'))).toEqual(['message']);
  const { exchangeId } = open;
  const pieces = ['A qu', 'oll, of co', 'urse.'].map((content) => ({ choices: [{ delta: { content } }] }));
  const body = pieces.map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join('');
  await server.ledger.exchanges.complete({ exchangeId, response: new TextEncoder().encode(body) });
  expect(await foundBy(run.search('"a quoll of course"'))).toEqual(['response']);

  const compressed = new Uint8Array([0x1f, 0x8b, 0x08, 0x00, 0xff]);
  const record = { runId: run.id, step, messages: [{ role: 'user', content: 'x' }] };
  await server.ledger.exchanges.record({ ...record, response: compressed });
  await server.ledger.exchanges.record({
    ...record,
    response: new TextEncoder().encode('{"text":"Two\\nbilbies"}'),
  });
  expect(await foundBy(run.search('bilby OR bilbies'))).toEqual(['response']);
  expect((await server.ledger.search.verify({ limit: 500 })).items).toEqual([]);
});

test('names, kinds and tags are found like the text, and a label shows what matched', async () => {
  const run = await startRun();
  await run.documents.put({
    kind: 'threat_model',
    key: 'login-flow',
    title: 'Bandicoots',
    text: 'x',
    tags: ['Night'],
  });
  for (const text of ['bandicoot', 'threat', 'threat_model', 'login-flow', 'night']) {
    const { items } = await run.search(text);
    expect({ text, found: items.flatMap(marked).length }).toEqual({ text, found: 1 });
  }
  expect(await foundBy(run.search('"flow night"'))).toEqual([]);
});

test('filters hold together, and leave out what they cannot be said of', async () => {
  const workflow = 'feature';
  await server.ledger.workflows.define({
    name: workflow,
    steps: [{ name: 'design_step' }, { name: 'code' }],
  });
  const run = await startRun(workflow);
  const other = await startRun();
  await run
    .step('design_step')
    .documents.put({ kind: 'design', text: 'potoroo', tags: ['a', 'b'], status: 'open' });
  await run.step('code').documents.put({ kind: 'code', text: 'potoroo', tags: ['a'] });
  await run.step('code').record({ prompt: 'A potoroo?', response: 'A potoroo.' });
  await other.step('code').documents.put({ kind: 'code', text: 'potoroo' });
  const found = (filter: object) => foundBy(server.ledger.search({ text: 'potoroo', filter }));

  expect(await found({})).toHaveLength(5);
  expect(await found({ workflow })).toHaveLength(4);
  expect(await found({ workflow: 'another' })).toEqual([]);
  expect(await found({ run: other.id })).toEqual(['code@1']);
  expect((await found({ run: run.id, step: 'code' })).toSorted()).toEqual(['code@1', 'message', 'response']);
  expect(await found({ kind: 'design' })).toEqual(['design@1']);
  expect(await found({ kind: 'code' })).toHaveLength(2);
  expect((await found({ tags: ['a'] })).toSorted()).toEqual(['code@1', 'design@1']);
  expect(await found({ tags: ['a', 'b'] })).toEqual(['design@1']);
  expect(await found({ status: 'open' })).toEqual(['design@1']);
  const [newest] = (await other.search('potoroo')).items;
  expect(await found({ since: newest?.at ?? '' })).toEqual(['code@1']);
  expect(await found({ until: newest?.at ?? '' })).toHaveLength(4);
  expect(
    await foundBy(server.ledger.search({ text: 'potoroo', in: ['responses'], filter: { kind: 'code' } })),
  ).toEqual([]);
});

test('a template that was replaced or deleted is found among all versions only', async () => {
  const { prompts, search } = server.ledger;
  await prompts.put({ name: 'old', template: 'A kowari.' });
  await prompts.put({ name: 'old', template: 'A mulgara.' });
  expect(await foundBy(search('kowari'))).toEqual([]);
  expect(await foundBy(search('mulgara'))).toEqual(['prompt']);
  expect(await foundBy(search({ text: 'kowari', versions: 'all' }))).toEqual(['prompt']);
  await prompts.delete({ name: 'old' });
  expect(await foundBy(search('mulgara'))).toEqual([]);
});

test('a snippet is plain text with offsets into it, wherever the match stands', async () => {
  const run = await startRun();
  const filler = 'Lorem ipsum 🚀 dolor sit amet. '.repeat(200);
  await run.documents.put({ kind: 'long', text: `${filler}<b>An "échidna" & co</b> ${filler}` });
  await run.documents.put({ kind: 'short', text: 'echidna' });
  const { items } = await run.search('ECHIDNA');
  expect(items.map(marked)).toEqual([['echidna'], ['échidna']]);
  const [, long] = items;
  expect(long?.snippet.text).toContain('<b>An "échidna" & co</b>');
  expect(long?.snippet.text.length).toBeLessThan(500);
  expect(long?.snippet.text.isWellFormed()).toBe(true);
});

test('no other project finds anything, nor learns a word', async () => {
  await server.ledger.projects.create({ slug: 'other', name: 'Other' });
  const run = await startRun();
  await run.documents.put({ kind: 'design', text: 'A thylacine.' });
  const other = await startTestServer({
    databaseUrl: server.databaseUrl,
    client: { project: 'other' },
  });
  try {
    expect((await other.ledger.search('thylacine')).items).toEqual([]);
    const fuzzy = await other.ledger.search({ text: 'thylacin', mode: 'fuzzy' });
    expect(fuzzy).toMatchObject({ items: [], corrections: [{ word: 'thylacin', taken: [] }] });
    const foreign = other.ledger.search({ text: 'thylacine', filter: { run: run.id } });
    await expect(foreign).rejects.toMatchObject({ code: 'NOT_FOUND' });
  } finally {
    await other.close();
  }
});
