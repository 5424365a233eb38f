import type { DivergenceCause, RunHandle, Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: TestServer;
let ledger: Stepledger;
beforeAll(async () => {
  server = await startTestServer();
  ({ ledger } = server);
  await ledger.prompts.put({ name: 'design', template: 'Design {{what}}.', note: 'first' });
  await ledger.prompts.put({ name: 'design', template: 'Design {{what}} well.', note: 'second' });
});
afterAll(() => server.close());

/** What one run may do otherwise than another. */
interface Ways {
  requirement?: string;
  version?: number;
  variables?: Record<string, string>;
  messages?: string;
  provider?: string;
  model?: string;
  parameters?: Record<string, number | string>;
  answer?: string;
  document?: string;
  parserVersion?: string;
  review?: string;
}

let runs = 0;

/** A requirement written by hand, a design out of an exchange, and a review that never differs by itself. */
async function record(ways: Ways = {}): Promise<RunHandle> {
  runs += 1;
  const run = await ledger.run({ key: `run ${runs}` });
  const requirement = await run.documents.put({ kind: 'requirement', text: ways.requirement ?? 'Todos.' });
  const { document = 'The design.', messages, parserVersion = '1' } = ways;
  const content = messages ?? `Design version ${ways.version ?? 1}`;
  await run.step('design').record({
    prompt: {
      name: 'design',
      version: ways.version ?? 1,
      variables: ways.variables ?? { what: 'todos', tone: 'dry' },
      messages: [{ role: 'user', content }],
    },
    uses: [requirement.ref],
    provider: ways.provider ?? 'acme',
    model: ways.model ?? 'large',
    parameters: ways.parameters ?? { temperature: 0.5, seed: 1 },
    response: ways.answer ?? 'Here is the design.',
    parse: { parser: 'fences', parserVersion },
    documents: [{ kind: 'design', text: document }],
  });
  await run.step('review').record({ prompt: 'Review.', response: ways.review ?? 'Fine.' });
  return run;
}

async function divergence(from: RunHandle, to: RunHandle) {
  return (await from.diff({ to: { runId: to.id } })).divergence;
}

test('runs that did the same have neither differences nor a divergence', async () => {
  const [a, b] = [await record(), await record()];
  expect(await a.diff({ to: { runId: b.id } })).toMatchObject({
    items: [],
    divergence: null,
    nextCursor: null,
  });
});

const CASES: [string, Ways, DivergenceCause[], object][] = [
  [
    'another prompt version',
    { version: 2, answer: 'Else.', review: 'Bad.' },
    ['prompt'],
    {
      from: { prompt: { name: 'design', version: 1 } },
      to: { prompt: { name: 'design', version: 2 } },
      differs: ['prompt', 'messages', 'answer'],
    },
  ],
  [
    'another variable',
    { variables: { what: 'notes', tone: 'dry' }, messages: 'Design notes.', answer: 'Else.' },
    ['variables'],
    { variables: ['what'], differs: ['variables', 'messages', 'answer'] },
  ],
  ['other messages', { messages: 'Design!', answer: 'Else.' }, ['messages'], { variables: [], uses: [] }],
  [
    'another provider',
    { provider: 'other' },
    ['provider'],
    { from: { provider: 'acme' }, to: { provider: 'other' } },
  ],
  [
    'another model',
    { model: 'small', answer: 'Else.', document: 'Other.' },
    ['model'],
    { from: { model: 'large' }, to: { model: 'small' } },
  ],
  [
    'another parameter',
    { parameters: { seed: 1, temperature: 0.6, top: 'k' } },
    ['parameters'],
    { parameters: ['temperature', 'top'] },
  ],
  [
    'several at once, most upstream first',
    { parameters: { seed: 2 }, model: 'small', version: 2, variables: {}, answer: 'Else.' },
    ['prompt', 'variables', 'model', 'parameters'],
    { variables: ['tone', 'what'], parameters: ['seed', 'temperature'] },
  ],
  [
    'only another answer',
    { answer: 'Else.', document: 'Other.', parserVersion: '2' },
    ['answer'],
    { differs: ['answer', 'parser', 'parsed'], variables: [], parameters: [], uses: [] },
  ],
  [
    'the same answer, read otherwise',
    { document: 'Other.', parserVersion: '2' },
    ['parser'],
    {
      from: { parse: { parser: 'fences', parserVersion: '1' } },
      to: { parse: { parser: 'fences', parserVersion: '2' } },
      differs: ['parser', 'parsed'],
      parsed: [{ kind: 'design', key: 'design', from: { version: 1 }, to: { version: 1 } }],
    },
  ],
];

describe.each(CASES)('two runs with %s', (_, ways, causes, details) => {
  test('diverge there, and for that', async () => {
    const [a, b] = [await record(), await record(ways)];
    const found = await divergence(a, b);
    const step = { name: 'design', key: '' };
    expect(found).toMatchObject({ what: 'exchange', change: 'changed', step, causes, ...details });
    expect(await divergence(b, a)).toMatchObject({ causes, from: found?.to, to: found?.from });
  });
});

test('another answer to the last question is found behind all that is equal', async () => {
  const [a, b] = [await record(), await record({ review: 'Bad.' })];
  expect(await divergence(a, b)).toMatchObject({ step: { name: 'review', key: '' }, causes: ['answer'] });
});

test('variables and parameters that are only named in another order are the same', async () => {
  const a = await record({ variables: { x: 'a\0\ud800', y: 'b' }, parameters: { seed: 1, top: 2 } });
  const b = await record({ variables: { y: 'b', x: 'a\0\ud800' }, parameters: { top: 2, seed: 1 } });
  const c = await record({ variables: { y: 'b', x: 'a\0\ud801' }, parameters: { top: 2, seed: 1 } });
  expect(await a.diff({ to: { runId: b.id } })).toMatchObject({ divergence: null, items: [] });
  expect(await divergence(a, c)).toMatchObject({ causes: ['variables'], variables: ['x'] });
});

test('parameters that look as if jsonb could not hold them are compared by what they say', async () => {
  const a = await record({ parameters: { seed: 1, stop: String.raw`\u0000` } });
  const b = await record({ parameters: { stop: String.raw`\u0000`, seed: 1 } });
  const c = await record({ parameters: { stop: String.raw`\u0000`, seed: 2 } });
  expect(await a.diff({ to: { runId: b.id } })).toMatchObject({ divergence: null, items: [] });
  expect(await divergence(a, c)).toMatchObject({ causes: ['parameters'], parameters: ['seed'] });
});

test('a parser of another version that reads the same is told, and is no divergence', async () => {
  const [a, b] = [await record(), await record({ parserVersion: '2' })];
  const { divergence, items } = await a.diff({ to: { runId: b.id } });
  expect(divergence).toBeNull();
  expect(items).toMatchObject([{ what: 'exchange', differs: ['parser'] }]);
});

test('what was written by hand before comes before what an exchange made of it', async () => {
  const [a, b] = [await record(), await record({ requirement: 'Todos with dates.', answer: 'Else.' })];
  const { divergence, items } = await a.diff({ to: { runId: b.id } });
  expect(divergence).toEqual({
    what: 'document',
    causes: ['edit'],
    kind: 'requirement',
    key: 'requirement',
    step: null,
    from: { documentId: expect.any(String), version: 1, revision: 2 },
    to: { documentId: expect.any(String), version: 1, revision: 2 },
  });
  expect(items).toContainEqual(
    expect.objectContaining({
      what: 'exchange',
      differs: ['uses', 'answer'],
      uses: [
        {
          kind: 'requirement',
          key: 'requirement',
          from: { documentId: expect.any(String), version: 1 },
          to: { documentId: expect.any(String), version: 1 },
        },
      ],
    }),
  );
});

test('an edit after the first exchange that differs is not the divergence', async () => {
  const [a, b] = [await record(), await record({ answer: 'Else.' })];
  await b.documents.put({ kind: 'requirement', text: 'Changed later.' });
  expect(await divergence(a, b)).toMatchObject({ what: 'exchange', causes: ['answer'] });
  await a.documents.put({ kind: 'requirement', text: 'Changed later.' });
  expect(await divergence(a, b)).toMatchObject({ what: 'exchange', causes: ['answer'] });
});

test('an edit that only one run has is one', async () => {
  const [a, b] = [await record(), await record()];
  await b.documents.put({ kind: 'requirement', text: 'Todos with dates.' });
  expect(await divergence(a, b)).toMatchObject({
    what: 'document',
    causes: ['edit'],
    from: null,
    to: { version: 2 },
  });
  expect(await divergence(b, a)).toMatchObject({ what: 'document', causes: ['edit'], to: null });
});

test('used inputs are compared by what they say, not by their ids', async () => {
  const library = await ledger.run({ key: 'library' });
  const { id: documentId } = await library.documents.put({ kind: 'rules', text: 'Use React.' });
  for (const text of ['Use Vue.', 'Use React.']) await library.documents.put({ kind: 'rules', text });
  const using = async (version: number) => {
    const run = await ledger.run({ key: `uses ${version}` });
    const uses = [{ documentId, version }];
    await run.step('code').record({ prompt: 'Code.', uses, response: 'Done.' });
    return run;
  };
  const [react, vue, reactAgain] = [await using(1), await using(2), await using(3)];
  expect(await divergence(react, reactAgain)).toBeNull();
  const pair = {
    kind: 'rules',
    key: 'rules',
    from: { documentId, version: 1 },
    to: { documentId, version: 2 },
  };
  expect(await divergence(react, vue)).toMatchObject({ causes: ['uses'], differs: ['uses'], uses: [pair] });
});

test('an exchange that the other run does not have is missing there', async () => {
  const [a, b] = [await record(), await record()];
  const { exchangeId } = await b.step('review').record({ prompt: 'Once more.', response: 'Fine.' });
  const there = { exchangeId, status: 'completed' };
  const step = { name: 'review', key: '' };
  expect(await divergence(a, b)).toMatchObject({
    causes: ['missing'],
    change: 'added',
    step,
    from: null,
    to: there,
  });
  expect(await divergence(b, a)).toMatchObject({
    causes: ['missing'],
    change: 'removed',
    step,
    from: there,
    to: null,
  });
});

test('a step of another turn in the middle is missing, not every exchange behind it', async () => {
  const [a, b] = [await ledger.run({ key: 'straight' }), await ledger.run({ key: 'with a turn more' })];
  for (const run of [a, b]) {
    await run.step('code').record({ prompt: 'Code.', response: 'Coded.' });
    if (run === b) await run.step('code', { key: 2 }).record({ prompt: 'Again.', response: 'Recoded.' });
    await run.step('test').record({ prompt: 'Test.', response: run === b ? 'Green.' : 'Red.' });
  }
  const step = { name: 'code', key: '2' };
  expect(await divergence(a, b)).toMatchObject({ what: 'exchange', causes: ['missing'], step, from: null });
  expect(await divergence(b, a)).toMatchObject({ what: 'exchange', causes: ['missing'], step, to: null });
});

test('a step in which nothing has happened yet is missing in the other run', async () => {
  const [a, b] = [await record(), await record()];
  await ledger.steps.start({ runId: a.id, step: { name: 'deploy', key: '' } });
  const deploy = { what: 'step', causes: ['missing'], step: { name: 'deploy', key: '' } };
  expect(await divergence(a, b)).toMatchObject({ ...deploy, change: 'removed', to: null });
  expect(await divergence(b, a)).toMatchObject({ ...deploy, change: 'added', from: null });
});

test('a call that failed differs from one that was answered by its answer', async () => {
  const [a, b] = [await ledger.run({ key: 'answered' }), await ledger.run({ key: 'failed' })];
  await a.step('code').record({ prompt: 'Code.', response: 'Done.' });
  await b.step('code').record({ prompt: 'Code.', error: 'Overloaded.' });
  expect(await divergence(a, b)).toMatchObject({
    causes: ['answer'],
    differs: ['answer', 'status', 'error'],
  });
});

test('two revisions of one run differ, and have no divergence', async () => {
  const run = await record();
  const { from, to, divergence, items } = await run.diff({ from: run.at({ revision: 1 }) });
  expect({ from, to, divergence }).toEqual({
    from: { runId: run.id, revision: 1 },
    to: { runId: run.id, revision: 4 },
    divergence: null,
  });
  expect(items.map(({ what, change }) => [what, change])).toEqual([
    ['step', 'added'],
    ['step', 'added'],
    ['exchange', 'added'],
    ['exchange', 'added'],
    ['document', 'added'],
    ['document', 'added'],
  ]);
});
