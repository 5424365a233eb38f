import { resolve } from 'node:path';
import { loadRecordedRuns } from '@stepledger/example-recorded-runs';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cliOf } from './support/cli-of.ts';
import { HOSTILE, HOSTILE_NAME, recordToldRun, type ToldRun } from './support/told-run.ts';

const SAMPLE = resolve(import.meta.dirname, '../../examples/recorded-runs/sample');

// Each test starts processes, on a machine that may run other tests beside them.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let told: ToldRun;
let odd: ToldRun;
beforeAll(async () => {
  server = await startTestServer();
  const { ledger } = server;
  [told, odd] = await Promise.all([
    recordToldRun(ledger, { key: 'todo-app' }),
    recordToldRun(ledger, { key: `${HOSTILE_NAME}!`, hostile: HOSTILE, name: HOSTILE_NAME }),
  ]);
});
afterAll(() => server.close());

const cli = cliOf(() => server);

describe('show', () => {
  test('a run is a tree of its steps with their exchanges, parses and documents', async () => {
    const shown = await cli.lines(['show', 'todo-app']);
    expect(shown[0]).toMatch(/^todo-app {2}running {2}r10 {2}[0-9a-f-]{36}$/);
    expect(shown[1]).toBe('A todo app.');
    expect(shown[2]).toMatch(/^began \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(just now\) {2}last entry .* ms|s$/);
    expect(shown[3]).toBe(
      '3 steps  3 exchanges (1 failed)  2 parses (1 failed)  2 documents, 44 B  1,234 tokens in, 56 out  1.2 s with LLMs',
    );
    expect(shown.slice(4).map((line) => line.replace(/\d+ ms/, 'N ms'))).toEqual([
      '',
      'requirement_step  running  r2',
      '└─ todo-app/requirement@1  by ann  17 B  "What is wanted"  accepted  #first',
      'design_step  running  r3',
      `├─ exchange completed  design@1  gpt-5  1,234 in 56 out  1.2 s  19 B  2 attempts  ${told.exchangeId}`,
      '│  └─ parse completed  fences@2',
      '│     ├─ todo-app/design@1  now @2',
      '│     └─ todo-app/subtask/login@1  deleted by @2',
      `├─ exchange failed  ${told.failedExchangeId}  overloaded\\nand more`,
      '├─ todo-app/design@2  by bob  27 B',
      '├─ code_step:2  failed  N ms  r7  gave up',
      expect.stringMatching(/^│ {2}└─ exchange completed {2}7 B {2}[0-9a-f-]{36}$/),
      '│     └─ parse failed  json@1  at 3  not JSON',
      '└─ todo-app/subtask/login@2  deleted  14 B',
      '',
    ]);
  });

  test('it can be narrowed to steps, to levels and to the past', async () => {
    const [step, levels, past] = await Promise.all([
      cli.lines(['show', 'todo-app', '--step', 'code_step:2']),
      cli.lines(['show', 'todo-app', '--depth', '1']),
      cli.lines(['show', '--as-of', 'r2'], { env: { STEPLEDGER_RUN: 'todo-app' } }),
    ]);
    expect(step[3]).toContain('1 step  1 exchange  1 parse (1 failed)  0 documents');
    expect(step.slice(5).map((line) => line.slice(0, 18))).toEqual([
      'code_step:2  faile',
      '└─ exchange comple',
      '   └─ parse failed',
      '',
    ]);
    expect(levels.slice(5)).toEqual([
      'requirement_step  running  r2  (1 inside)',
      'design_step  running  r3  (5 inside)',
      '',
    ]);
    expect(past.slice(5)).toEqual([
      'requirement_step  running  r2',
      // With a run at hand, two parts would be a kind and a key.
      '└─ todo-app/requirement/requirement@1  by ann  17 B  "What is wanted"  accepted  #first',
      '',
    ]);
    expect(await cli.refused(['show', 'todo-app', '--step', 'coding'])).toEqual({
      code: 3,
      stdout: '',
      said: ['error: The run has no step coding', 'It has requirement_step, design_step, code_step.'],
    });
  });

  test('with --all everything comes in the order of the ledger, also as JSON', async () => {
    const [all, json] = await Promise.all([
      cli.lines(['show', 'todo-app', '--all']),
      cli.jsonLines(['show', 'todo-app']),
    ]);
    expect(all.slice(4).map((line) => /^ *\S+ ?\S*/.exec(line)?.[0])).toEqual([
      'requirement_step ',
      '  todo-app/requirement@1 ',
      'design_step ',
      '  exchange completed',
      '    parse completed',
      '      todo-app/design@1 ',
      '      todo-app/subtask/login@1 ',
      '  exchange failed',
      '  todo-app/design@2 ',
      '  code_step:2 ',
      '    exchange completed',
      '      parse failed',
      'design_step ',
      '  todo-app/subtask/login@2 ',
      undefined,
      '3 steps',
      undefined,
    ]);
    expect(json.map(({ type }) => type).join()).toBe(
      'run,step,document,step,exchange,parse,exchange,document,step,exchange,parse,document',
    );
    expect(json[0].run).toEqual(await server.ledger.runs.get({ runId: told.runId }));
    const { items } = await server.ledger.exchanges.list({ runId: told.runId });
    expect(json.flatMap(({ exchange }) => exchange ?? [])).toEqual(items);
  });
});

test('of long steps both ends are shown, and how much stands between them', async () => {
  const run = await server.ledger.run({ key: 'long' });
  const step = run.step('loop');
  for (let turn = 1; turn <= 12; turn += 1) {
    const failed = turn === 5 ? { error: 'overloaded' } : { response: `${turn}` };
    await step.record({ prompt: 'Again.', totalMs: turn, ...failed });
  }
  for (let turn = 1; turn <= 4; turn += 1) {
    const parent = { name: 'loop' };
    await server.ledger.steps.start({ runId: run.id, step: { name: 'turn', key: `${turn}` }, parent });
  }
  // A step may be put into one that began later.
  const early = run.step('early', { key: '1' });
  await early.record({ prompt: 'First.', response: '1' });
  await server.ledger.steps.start({ runId: run.id, step: { name: 'late' } });
  await server.ledger.steps.start({
    runId: run.id,
    step: { name: 'early', key: '1' },
    parent: { name: 'late' },
  });
  const shown = await cli.lines(['show', 'long', '-n', '3']);
  expect(shown.slice(4).map((line) => line.replace(/ {2}\d B.*| {2}r\d.*/, ''))).toEqual([
    'loop  running',
    '├─ exchange completed  1 ms',
    '├─ exchange completed  2 ms',
    '├─ exchange completed  3 ms',
    '├─ … 1 step, 9 exchanges, 1 of them failed (--all shows them)',
    '├─ turn:2  running',
    '├─ turn:3  running',
    '└─ turn:4  running',
    'late  running',
    '└─ early:1  running',
    '   └─ exchange completed',
    '',
  ]);
});

test('a recorded run is shown with every document, and each of them is printed exactly', async () => {
  const { ledger } = server;
  await loadRecordedRuns(ledger, SAMPLE);
  const { items } = await ledger.runs.list();
  const run = items.find(({ key }) => key.startsWith('specs/'));
  const documents = await ledger.documents.list({ runId: run?.id }).all();
  const shown = (await cli.lines(['show', `${run?.id}`, '-n', '1000'])).join('\n');
  const refs = [...shown.matchAll(/(specs\S+@\d+) {2}(?!now|deleted)/g)].map(([, ref = '']) => ref);
  expect(refs).toHaveLength(documents.length);
  const { stdout } = await cli.run(['cat', ...refs]);
  const texts = refs.map((ref) => documents.find(({ kind }) => ref.includes(`/${kind}`))?.text);
  expect(stdout).toHaveLength(documents.reduce((sum, { text }) => sum + (text?.length ?? 0), 0));
  expect(texts).not.toContain(undefined);
});

describe('cat', () => {
  test('texts go to a pipe exactly, whatever they hold', async () => {
    const [texts, response, request, prompt] = await Promise.all([
      cli.run([
        'cat',
        'todo-app/design@1',
        'todo-app/design',
        'todo-app/design@r6',
        'todo-app/subtask/login@1',
      ]),
      cli.run(['cat', '--response', odd.exchangeId]),
      cli.run(['cat', '--prompt', odd.exchangeId, '--attempt', '1']),
      cli.run(['cat', '--prompt', odd.exchangeId]),
    ]);
    const design = 'A list\nof todos\nwith dates\n';
    const later = 'A list\nof tasks\nwith dates\n';
    expect(texts.stdout).toBe(`${design}${later}${later}The login page`);
    expect(response.bytes).toEqual(Buffer.from(`Here is the design.${HOSTILE}`));
    expect(request.bytes).toEqual(Buffer.from(`first request${HOSTILE}`));
    expect(prompt.bytes).toEqual(Buffer.from(`Design todos${HOSTILE}.${HOSTILE}`));
  });

  test('what has a NUL or half a character comes out as it is stored', async () => {
    const run = await server.ledger.run({ key: 'strange' });
    await run.documents.put({ kind: 'nul', text: 'a\0b' });
    await run.documents.put({ kind: 'half', text: 'a\ud800b' });
    const [nul, half] = await Promise.all([
      cli.run(['cat', 'strange/nul']),
      cli.run(['cat', 'strange/half']),
    ]);
    expect(nul.bytes).toEqual(Buffer.from('a\0b'));
    expect(half.bytes).toEqual(Buffer.from('a\ud800b', 'utf16le'));
    expect(half.stderr).toContain('UTF-16LE');
  });

  test('a deleted document says how to read it, and what is not there is named', async () => {
    const { documentId } = (
      await cli.jsonLines(['search', 'login', '--all-versions', '--run', 'todo-app'])
    ).find(({ type }) => type === 'document');
    expect(await cli.refused(['cat', 'todo-app/subtask/login'])).toEqual({
      code: 3,
      stdout: '',
      said: [
        `error: The document ${documentId} was deleted in version 2`,
        `\`stepledger cat ${documentId}@1\` prints it as it was; \`stepledger documents undelete\` brings it back.`,
      ],
    });
    expect(await cli.refused(['cat', '--prompt', told.exchangeId, '--message', '2'])).toMatchObject({
      code: 3,
      said: [`error: Exchange ${told.exchangeId} has no message 2`, 'It has 1.'],
    });
    expect(await cli.refused(['cat', 'todo-app/design', '--message', '1'])).toMatchObject({ code: 2 });
  });

  test('several messages stand under a line each, one of them alone is exact', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello\n' },
    ];
    const { exchangeId } = await (await server.ledger.run({ key: 'talk' }))
      .step('talk')
      .record({ prompt: { name: 'design', messages }, response: new Uint8Array([0xff, 0xfe, 0]) });
    const [all, one, json, bytes] = await Promise.all([
      cli.run(['cat', '--prompt', exchangeId]),
      cli.run(['cat', '--prompt', exchangeId, '--message', '2']),
      cli.jsonLines(['cat', '--prompt', exchangeId]),
      cli.run(['cat', '--response', exchangeId]),
    ]);
    expect(all.stdout).toBe('--- system\nBe brief.\n--- user\nHello\n');
    expect(one.stdout).toBe('Hello\n');
    expect(json).toMatchObject([{ messages }]);
    expect(bytes.bytes).toEqual(Buffer.from([0xff, 0xfe, 0]));
  });
});
