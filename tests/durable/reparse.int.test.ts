import {
  createStepledger,
  type Parser,
  type ReparsedExchange,
  type ReparseInput,
  type StepHandle,
} from '@stepledger/client';
import { startLlmEndpoint, startTestServer, type TestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { ask } from '../recording/support/ask.ts';
import { openRun } from './support/design.ts';

/** Makes one document of each line, which has to name its key: `key: text`. */
const byLine = (version: string, { prefix = '' } = {}): Parser => ({
  name: 'lines',
  version,
  parse: (raw) =>
    raw.split('\n').map((line) => {
      const [key, text] = line.split(': ');
      if (key === undefined || text === undefined) throw new Error(`no key in "${line}"`);
      return { kind: 'note', key, text: `${prefix}${text}` };
    }),
});

const execute = (
  step: StepHandle,
  answer: string,
  more: Partial<Parameters<StepHandle['execute']>[0]> = {},
) => step.execute({ prompt: `Say ${answer}`, call: () => answer, parse: byLine('1'), ...more });

const shown = ({ outcome, documents }: ReparsedExchange) => [
  outcome,
  ...documents.map(({ key, change }) => `${key} ${change}`),
];

/** Reads everything of a run again; its revision tells whether anything was written. */
async function reparse({ ledger }: TestServer, runId: string, input: Partial<ReparseInput> = {}) {
  const before = (await ledger.runs.get({ runId })).revision;
  const report = await ledger.reparse({ parser: byLine('2', { prefix: 'better ' }), runId, ...input });
  const { revision } = await ledger.runs.get({ runId });
  return { ...report, shown: report.exchanges.map(shown), written: revision - before };
}

test('a dry run writes nothing and shows which documents would change, and how', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  await execute(step, 'a: one\nb: two\nc: three\nd: four');
  await run.documents.put({ kind: 'note', key: 'b', text: 'a person wrote this' });
  const parser: Parser = {
    name: 'lines',
    version: '2',
    parse: () => [
      { kind: 'note', key: 'a', text: 'one, better' },
      { kind: 'note', key: 'b', text: 'two, better' },
      { kind: 'note', key: 'c', text: 'three' },
      { kind: 'note', key: 'd', text: 'four', title: 'The fourth' },
      { kind: 'note', key: 'e', text: 'new' },
    ],
  };

  const report = await reparse(server, run.id, { parser });

  expect(report).toMatchObject({ dryRun: true, counts: { changed: 1 }, written: 0 });
  expect(report.shown).toEqual([['changed', 'a text', 'b kept', 'c none', 'd attributes', 'e create']]);
  const [a, b, c, d, e] = report.exchanges[0]?.documents ?? [];
  expect(a).toMatchObject({ version: 1, patch: expect.stringMatching(/^-one$\n.*^\+one, better$/ms) });
  expect(b).toMatchObject({ version: 2, patch: expect.stringMatching(/^-a person wrote this$/m) });
  expect([c, d]).toMatchObject([{ patch: null }, { patch: null }]);
  expect(e).toMatchObject({ version: null, patch: expect.stringMatching(/^\+new$/m) });
});

test('for real it writes new versions with their lineage and a parse that names them, and a second run nothing', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { run, step } = await openRun(ledger);
  const requirement = await run.documents.put({ kind: 'requirement', text: 'Todos.' });
  const { exchangeId } = await execute(step, 'a: one\nb: two', { uses: [requirement] });

  const first = await reparse(server, run.id, { dryRun: false });
  const second = await reparse(server, run.id, { dryRun: false });

  expect(first).toMatchObject({ dryRun: false, shown: [['changed', 'a text', 'b text']], written: 1 });
  expect(second).toMatchObject({ shown: [['unchanged', 'a none', 'b none']], written: 0 });
  const a = await run.documents.get({ kind: 'note', key: 'a' });
  expect(a).toMatchObject({ text: 'better one', version: 2 });
  const links = await ledger.links.list({ documentId: a.id, version: 2 }).all();
  expect(links).toMatchObject([{ relation: 'used', to: requirement.ref }]);
  const parses = await ledger.parses.list({ exchangeId }).all();
  expect(parses.map(({ parser, parserVersion, status }) => `${parser} ${parserVersion} ${status}`)).toEqual([
    'lines 1 completed',
    'lines 2 completed',
  ]);
  expect(parses[1]?.documents.map(({ key, version }) => `${key}@${version}`)).toEqual(['a@2', 'b@2']);
  // The step then answers what it has become.
  const again = await execute(step, 'a: one\nb: two', { uses: [requirement] });
  expect(again.documents.map(({ text }) => text)).toEqual(['better one', 'better two']);
});

test('documents that the new parser does not find any more stay', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  await execute(step, 'a: one\nb: two');
  const parser: Parser = {
    name: 'lines',
    version: '2',
    parse: () => [{ kind: 'note', key: 'a', text: '1' }],
  };

  await reparse(server, run.id, { parser, dryRun: false });

  const texts = (await run.documents.list()).map(({ text }) => text);
  expect(texts.toSorted()).toEqual(['1', 'two']);
});

test('what a person has saved, deleted or purged since is kept', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const { documents } = await execute(step, 'a: one\nb: two\nc: three');
  await documents[0]?.update('a person wrote this');
  await documents[1]?.delete();
  await documents[2]?.purge();

  const report = await reparse(server, run.id, { dryRun: false });

  expect(report.shown).toEqual([['unchanged', 'a kept', 'b kept', 'c kept']]);
  expect((await run.documents.get({ kind: 'note', key: 'a' })).text).toBe('a person wrote this');
  expect((await reparse(server, run.id, { dryRun: false })).written).toBe(0);
});

test('of two answers of a step the later one counts, for what it wrote and for what is found only now', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  await execute(step, 'a: one');
  await execute(step, 'a: two');
  const parser: Parser = {
    name: 'lines',
    version: '2',
    parse: (raw) => [
      { kind: 'note', key: 'a', text: `better ${raw}` },
      { kind: 'note', key: 'new', text: raw },
    ],
  };
  const expected = [
    ['unchanged', 'a kept', 'new kept'],
    ['changed', 'a text', 'new create'],
  ];

  expect((await reparse(server, run.id, { parser })).shown).toEqual(expected);
  expect((await reparse(server, run.id, { parser, dryRun: false })).shown).toEqual(expected);

  const texts = await Promise.all(
    ['a', 'new'].map(async (key) => (await run.documents.get({ kind: 'note', key })).text),
  );
  expect(texts).toEqual(['better a: two', 'a: two']);
  expect((await reparse(server, run.id, { parser, dryRun: false })).written).toBe(0);
});

test('somebody who saves between the comparison and the writing is not overwritten', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const { documents } = await execute(step, 'a: one\nb: two');
  let isSaved = false;
  const ledger = createStepledger({
    url: server.url,
    spool: false,
    async fetch(input, init) {
      if (String(input).includes('parses.record') && !isSaved) {
        isSaved = true;
        await documents[0]?.update('a person was faster');
      }
      return fetch(input, init);
    },
  });

  const report = await ledger.reparse({
    parser: byLine('2', { prefix: 'better ' }),
    runId: run.id,
    dryRun: false,
  });

  expect(isSaved).toBe(true);
  expect(report.exchanges.map(shown)).toEqual([['changed', 'a kept', 'b text']]);
  const texts = (await run.documents.list()).map(({ text }) => text);
  expect(texts.toSorted()).toEqual(['a person was faster', 'better two']);
});

test('only what no parser has read with success is read again, when asked so', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  await execute(step, 'a: one');
  await expect(execute(step, 'no key here')).rejects.toMatchObject({ code: 'PARSE_FAILED' });
  const parser: Parser = { name: 'whole', version: '1', parse: (text) => [{ kind: 'whole', text }] };

  const report = await reparse(server, run.id, { parser, onlyFailed: true, dryRun: false });

  expect(report.shown).toEqual([['changed', 'whole create']]);
  expect((await run.documents.get('whole')).text).toBe('no key here');
  expect((await reparse(server, run.id, { parser, onlyFailed: true })).exchanges).toEqual([]);
  // Nobody is asked again for an answer that can be read now.
  const { called } = await execute(step, 'no key here');
  expect(called).toBe(false);
});

test('an answer that the new parser cannot read is told and stored once', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const { exchangeId } = await execute(step, 'a: one');
  const parser: Parser = {
    name: 'picky',
    version: '1',
    parse: () => {
      throw Object.assign(new Error('no heading'), { offset: 3 });
    },
  };

  expect(await reparse(server, run.id, { parser })).toMatchObject({ counts: { failed: 1 }, written: 0 });
  const report = await reparse(server, run.id, { parser, dryRun: false });

  expect(report).toMatchObject({ counts: { failed: 1 }, exchanges: [{ error: 'no heading' }], written: 1 });
  expect((await reparse(server, run.id, { parser, dryRun: false })).written).toBe(0);
  const parses = await server.ledger.parses.list({ exchangeId, status: 'failed' }).all();
  expect(parses).toMatchObject([{ parser: 'picky', error: 'no heading', errorOffset: 3 }]);
});

test('documents that cannot be stored are told by the dry run too, and the others are read', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  await execute(step, 'a: one');
  await execute(step, 'b: two');
  const to = { documentId: '01a2193a-0b9d-75dc-932c-6241b704e799', version: 1 };
  const parser: Parser = {
    name: 'lines',
    version: '2',
    parse: (raw) => {
      const note = { kind: 'note', key: raw.charAt(0), text: `better ${raw}` };
      return raw.startsWith('a') ? [note, note] : [note];
    },
  };
  const expected = { counts: { changed: 1, failed: 1 }, shown: [['failed'], ['changed', 'b text']] };

  expect(await reparse(server, run.id, { parser })).toMatchObject(expected);
  expect(await reparse(server, run.id, { parser, dryRun: false })).toMatchObject(expected);

  const linked: Parser = {
    name: 'lines',
    version: '3',
    parse: (raw) => [{ kind: 'new', text: raw, links: [{ relation: 'used', to }] }],
  };
  const report = await reparse(server, run.id, { parser: linked, dryRun: false });
  expect(report.counts).toMatchObject({ failed: 2 });
  expect(report.exchanges[0]?.error).toContain('no document version');
});

test('answers are found by workflow, step and the parser that read them last, across runs', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await ledger.workflows.define({
    name: 'feature',
    steps: [{ name: 'design_step' }, { name: 'code_step' }],
  });
  const feature = await ledger.run({ key: 'a', workflow: { name: 'feature' } });
  const other = await ledger.run({ key: 'b' });
  await execute(feature.step('design_step'), 'a: in the feature');
  await execute(feature.step('code_step', { key: 1 }), 'b: its code');
  await execute(feature.step('code_step', { key: 2 }), 'c: its code');
  await execute(other.step('design_step'), 'd: in the other', { parse: byLine('0') });

  const find = async (filter: Omit<ReparseInput, 'parser'>) => {
    const { exchanges } = await ledger.reparse({ parser: byLine('2'), ...filter });
    return exchanges.flatMap(({ documents }) => documents.map(({ key }) => key));
  };

  expect(await find({})).toEqual(['a', 'b', 'c', 'd']);
  expect(await find({ workflow: 'feature' })).toEqual(['a', 'b', 'c']);
  expect(await find({ step: { name: 'design_step' } })).toEqual(['a', 'd']);
  expect(await find({ step: { name: 'code_step', key: '2' } })).toEqual(['c']);
  expect(await find({ lastParse: { parser: 'lines', parserVersion: '0' } })).toEqual(['d']);
  expect(await find({ runId: feature.id, lastParse: { parserVersion: '1' } })).toEqual(['a', 'b', 'c']);
  expect(await find({ lastParse: { parser: 'nobody' } })).toEqual([]);
});

test.each([
  ['one JSON value', false],
  ['server-sent events', true],
])('what step.fetch has recorded as %s is read as what the assistant said', async (_, stream) => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const { run, step } = await openRun(server.ledger);
  const said = await ask(step.fetch, endpoint, 'Design it.', { stream });
  await server.ledger.flush();
  const parser: Parser = { name: 'whole', version: '1', parse: (text) => [{ kind: 'design', text }] };

  const report = await reparse(server, run.id, { parser, onlyFailed: true, dryRun: false });

  expect(report.shown).toEqual([['changed', 'design create']]);
  expect((await run.documents.get('design')).text).toBe(said);
});

test('purged answers are skipped', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const { documents } = await execute(step, 'a: one');
  await execute(step, 'b: two');
  await documents[0]?.purge({ cascade: true });

  const report = await reparse(server, run.id, { dryRun: false });

  expect(report.shown).toEqual([['skipped'], ['changed', 'b text']]);
  expect(report.exchanges[0]?.error).toBe('There is no response to read');
});

test.each([
  ['parser', undefined],
  ['parser', (text: string) => [{ kind: 'design', text }]],
  ['parser.version', { name: 'lines', parse: () => [] }],
  ['parser.parse', { name: 'lines', version: '1' }],
])('without a whole %s it is refused, and nothing is sent', async (path, parser) => {
  const ledger = createStepledger({ url: 'http://127.0.0.1:9', spool: false });

  const refused = ledger.reparse({ parser: parser as Parser });

  await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT', details: { issues: [{ path }] } });
});

test('it can be aborted, also in a parser that does not listen, and is told of each answer until then', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  await execute(step, 'a: one');
  await execute(step, 'b: two');
  const controller = new AbortController();
  const seen: string[] = [];
  const parser: Parser = {
    name: 'lines',
    version: '2',
    parse: (raw) => {
      if (raw.startsWith('b')) return [{ kind: 'note', key: 'b', text: 'better' }];
      controller.abort(new Error('the user left'));
      return new Promise(() => undefined);
    },
  };

  const report = server.ledger.reparse(
    { parser, runId: run.id, onProgress: ({ outcome }) => void seen.push(outcome) },
    { signal: controller.signal },
  );

  await expect(report).rejects.toMatchObject({ code: 'ABORTED', details: { reason: 'the user left' } });
  expect(seen).toEqual(['changed']);
});
