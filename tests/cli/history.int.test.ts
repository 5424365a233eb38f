import { execFile } from 'node:child_process';
import { promisify, stripVTControlCharacters } from 'node:util';
import { requireTool, startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cliOf } from './support/cli-of.ts';
import { MAIN } from './support/run-cli.ts';
import { ACTIVE, HOSTILE, HOSTILE_NAME, recordToldRun, type ToldRun } from './support/told-run.ts';

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

describe('diff', () => {
  const patch = [
    '--- design/design@1',
    '+++ design/design@2',
    '@@ -1,3 +1,3 @@',
    ' A list',
    '-of todos',
    '+of tasks',
    ' with dates',
    '',
  ];

  test('the last change of a document, or what two versions differ in', async () => {
    const [last, named, since, stat, json] = await Promise.all([
      cli.lines(['diff', 'todo-app/design']),
      cli.lines(['diff', 'todo-app/design@r3', '@r6']),
      cli.lines(['diff', 'todo-app/design@1']),
      cli.lines(['diff', 'todo-app/design', '--stat']),
      cli.jsonLines(['diff', 'todo-app/design', '@2']),
    ]);
    expect(last).toEqual(patch);
    expect(named).toEqual(patch);
    expect(since).toEqual(patch);
    expect(stat).toEqual(['todo-app/design  @1 to @2  +1 -1', '']);
    expect(json).toEqual([{ from: 1, to: 2, added: 1, removed: 1, patch: patch.join('\n') }]);
  });

  test('a difference is no failure unless it is asked for', async () => {
    const [differs, same] = await Promise.all([
      cli.run(['diff', 'todo-app/design', '--exit-code']),
      cli.run(['diff', 'todo-app/design@2', '@2', '--exit-code']),
    ]);
    expect(differs.code).toBe(1);
    expect(same).toMatchObject({ code: 0, stdout: '', stderr: 'Versions 2 and 2 have the same text.\n' });
    expect(await cli.refused(['diff', 'todo-app/requirement'])).toMatchObject({
      code: 3,
      said: [
        'error: todo-app/requirement has nothing before version 1',
        'Print it with `stepledger cat`, or name two versions: DOC@1 @2.',
      ],
    });
  });

  test('two runs differ first where they went apart, and the cause is told', async () => {
    const run = await server.ledger.run({ key: 'todo-app' });
    const fork = await run.fork({ key: 'todo-app-2', revision: 2 });
    await fork.step('design_step').record({
      prompt: { name: 'design', variables: { what: 'tasks' } },
      model: 'gpt-5',
      response: 'Another design.',
      documents: [{ kind: 'design', text: 'A table\n' }],
    });
    const [shown, past, json] = await Promise.all([
      cli.lines(['diff', 'todo-app', 'todo-app-2']),
      cli.lines(['diff', 'todo-app@r3', 'todo-app@r6', '--stat']),
      cli.jsonLines(['diff', 'todo-app', 'todo-app-2']),
    ]);
    expect(shown[0]).toMatch(/^They went apart at exchange of design_step, by: variables, uses, provider$/);
    expect(shown).toContain('- step code_step:2');
    expect(shown).toContain('+A table');
    expect(past).toContain('~ document design  @1 and @2  text');
    expect(json[0].divergence.causes).toEqual(['variables', 'uses', 'provider']);
    expect(json.slice(1).map(({ what }) => what)).toContain('document');
  });
});

describe('log', () => {
  test('the entries of a run tell what was changed by its name, newest first', async () => {
    const [newest, oldest, json] = await Promise.all([
      cli.lines(['log', 'todo-app', '-n', '3']),
      cli.lines(['log', '--reverse', '-n', '3', '--run', 'todo-app']),
      cli.jsonLines(['log', 'todo-app']),
    ]);
    const short = (shown: string[]) =>
      shown.map((line) => line.replace(/ {2}\d{4}-.* ago\)| {2}\d{4}-.*now\)/, ''));
    expect(short(newest)).toEqual([
      'r10  local  documents.delete',
      '    todo-app/subtask/login@2 deleted  step design_step',
      'r9  local  steps.fail',
      '    step code_step:2 failed  gave up',
      'r8  local  exchanges.record',
      expect.stringMatching(/^ {4}exchange [0-9a-f-]{36} recorded {2}step code_step:2$/),
      expect.stringMatching(/^ {4}parse [0-9a-f-]{36} failed {2}step code_step:2 {2}not JSON$/),
      '',
    ]);
    expect(short(oldest).slice(0, 5)).toEqual([
      'r1  local  runs.start',
      '    run started',
      'r2  local  documents.put',
      '    step requirement_step started',
      '    todo-app/requirement/requirement@1 created  accepted  step requirement_step',
    ]);
    const { items } = await server.ledger.entries.list({ runId: told.runId });
    expect(json).toEqual(items.reverse());
  });

  test('the versions of a document tell who wrote them, why and in which step', async () => {
    const [shown, first, json] = await Promise.all([
      cli.lines(['log', 'todo-app/design']),
      cli.lines(['log', 'todo-app/design', '--reverse', '-n', '1']),
      cli.jsonLines(['log', 'todo-app/design@1']),
    ]);
    expect(shown.map((line) => line.replace(/\d{4}-.*now\)/, 'WHEN'))).toEqual([
      'todo-app/design@2  text  WHEN  r6  bob  design_step  27 B',
      '    better',
      '    words',
      'todo-app/design@1  create  WHEN  r3  design_step  27 B',
      `    from exchange ${told.exchangeId}`,
      '',
    ]);
    expect(first[0]).toMatch(/^todo-app\/design@1 /);
    expect(json).toMatchObject([{ version: 1, change: 'create', exchangeId: told.exchangeId }]);
  });

  test('long logs come whole and in order', async () => {
    const run = await server.ledger.run({ key: 'long' });
    const document = await run.documents.put({ kind: 'plan', text: '0' });
    for (let version = 2; version <= 45; version += 1) await document.update(String(version));
    for (let count = 0; count < 200; count += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          run.documents.put({ kind: 'note', key: `${count + index}`, text: '' }),
        ),
      );
    }
    const [entries, versions] = await Promise.all([
      cli.jsonLines(['log', 'long']),
      cli.jsonLines(['log', 'long/plan']),
    ]);
    expect(entries.map(({ revision }) => revision)).toEqual(
      Array.from({ length: 246 }, (_, index) => 246 - index),
    );
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 45 }, (_, index) => 45 - index),
    );
  });
});

describe('blame', () => {
  test('each line stands behind what wrote it, and what is known of that follows', async () => {
    const [shown, line, json] = await Promise.all([
      cli.lines(['blame', 'todo-app/design']),
      cli.lines(['blame', 'todo-app/design:2']),
      cli.jsonLines(['blame', 'todo-app/design@1', '--line', '3']),
    ]);
    const id = told.exchangeId;
    expect(shown.map((text) => text.replace(/\d{4}-\S+ [\d:]+( \(just now\))?/, 'WHEN'))).toEqual([
      `@1  design_step  ${id.slice(-8)}  design@1  WHEN  1 | A list`,
      '@2  design_step  -         -         WHEN  2 | of tasks',
      `@1  design_step  ${id.slice(-8)}  design@1  WHEN  3 | with dates`,
      '',
      '@2  r6  WHEN  by bob  step design_step  by hand',
      `@1  r3  WHEN  step design_step  exchange ${id}  prompt design@1  gpt-5  parser fences@2  variables what`,
      '',
    ]);
    expect(line[0]).toMatch(/2 \| of tasks$/);
    expect(line).toHaveLength(4);
    expect(json).toMatchObject([{ version: 1, lines: [{ from: 3, to: 3, version: 1 }] }]);
    expect(await cli.refused(['blame', 'todo-app/design:9'])).toMatchObject({ code: 2 });
  });
});

describe('search', () => {
  test('hits stand where other commands find them, with what matched marked', async () => {
    const { code, stdout, stderr } = await cli.run([
      'search',
      'login',
      'page',
      '--run',
      'todo-app',
      '--all-versions',
    ]);
    expect(code).toBe(0);
    expect(stdout.replace(/\d{4}-.*now\)/, 'WHEN')).toBe(
      'todo-app/subtask/login@1  step design_step  not the newest  WHEN\n    The «login» «page»\n',
    );
    expect(stderr).toBe('1 match\n  type: document 1\n  kind: subtask 1\n  step: design_step 1\n');
  });

  test('filters, modes and pages are those of the API', async () => {
    const [typo, responses, nothing, facets, few] = await Promise.all([
      cli.run(['search', 'desing', '--mode', 'fuzzy', '--in', 'responses', '--run', 'todo-app']),
      cli.jsonLines([
        'search',
        'design',
        '--in',
        'responses',
        'prompts',
        '--run',
        'todo-app',
        '--step',
        'code_step',
      ]),
      cli.run(['search', '--kind', 'review', '--', 'design', '-todos']),
      cli.jsonLines(['search', 'dates', '--facets', '--run', 'todo-app']),
      cli.run(['search', 'todos', '-n', '1']),
    ]);
    expect(typo.stdout).toContain(`response of exchange ${told.exchangeId}  run todo-app  step design_step`);
    expect(typo.stderr).toContain('desing was also taken for design');
    expect(responses).toEqual([]);
    expect(nothing).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing was found.\n' });
    expect(facets).toMatchObject([{ kind: expect.arrayContaining([{ value: 'design', count: 1 }]) }]);
    expect(few.stderr).toContain('There is more: -n 100 or --all shows it.');
    expect(await cli.jsonLines(['search', 'dates', '--run', 'todo-app', '--all'])).toEqual(
      (await server.ledger.search({ text: 'dates', filter: { run: told.runId } })).items,
    );
  });

  test('the procedures of the feature are its subcommands still', async () => {
    const [page] = await cli.jsonLines(['search', 'query', '--text', 'todos', '--mode', 'exact']);
    expect(page.items).not.toEqual([]);
    expect(page.items).toEqual((await server.ledger.search({ text: 'todos', mode: 'exact' })).items);
  });
});

test('what is printed for people holds nothing that a terminal would act on', async () => {
  const { ledger } = server;
  const { items } = await ledger.documents.list({ runId: odd.runId, withText: false });
  const [requirement, design] = items;
  const commands = [
    ['show', odd.runId],
    ['show', odd.runId, '--all'],
    ['log', odd.runId],
    ['log', `${design?.id}`],
    ['blame', `${design?.id}`],
    ['search', 'todos', '--run', odd.runId],
    ['diff', odd.runId, `${odd.runId}@r5`],
  ];
  const shown = await Promise.all(commands.map((args) => cli.run(args)));
  for (const [index, { code, stdout, stderr }] of shown.entries()) {
    expect({ command: commands[index], code, active: ACTIVE.exec(stdout + stderr)?.[0] }).toEqual({
      command: commands[index],
      code: 0,
      active: undefined,
    });
    expect(stdout).not.toBe('');
  }
  // What is shown as a name can be pasted behind another command.
  const ref = /(\S+)@1 {2}by ann/.exec(shown[0]?.stdout ?? '')?.[1] ?? '';
  const { stdout } = await promisify(execFile)('sh', ['-c', `"$0" "$1" cat ${ref}`, process.execPath, MAIN], {
    env: { ...process.env, STEPLEDGER_URL: server.url },
    timeout: 30_000,
  });
  expect(requirement?.kind).toContain('requirement');
  expect(stdout).toBe(`Todos${HOSTILE}\nwith dates\n`);
});

test('on a terminal texts are shown and not acted on, and what is long is paged', async () => {
  const { items } = await server.ledger.documents.list({ runId: odd.runId, withText: false });
  const design = `${items[1]?.id}`;
  const [show, cat, response, diff] = await Promise.all([
    onTerminal(`show ${odd.runId}`),
    onTerminal(`cat ${design}`),
    onTerminal(`cat --response ${odd.exchangeId}`),
    onTerminal(`diff ${design}`),
  ]);
  const shown = String.raw`\x1b[31mred\x1b]8;;http://evil\x07link\x1b]8;;\x07\x9b2J\x0dover\u202egnp.exe`;
  expect(show.split('\n')[1]).toBe(`paged: A todo app.${shown}`);
  expect(cat).toBe(`A list\nof tasks${shown}\nwith dates\n`);
  expect(response).toBe(`Here is the design.${shown}\n`);
  expect(diff).toContain(`\n-of todos${shown}\n+of tasks${shown}\n`);
  for (const text of [show, cat, response, diff]) expect(ACTIVE.exec(text)).toBeNull();
});

/** What a command shows on a terminal of its own, ten lines high, without our own colours. */
async function onTerminal(args: string): Promise<string> {
  const command = `stty rows 10 cols 200; ${process.execPath} ${MAIN} ${args}`;
  const { FORCE_COLOR: _, NO_COLOR: __, ...settings } = process.env;
  const env = {
    ...settings,
    STEPLEDGER_URL: server.url,
    STEPLEDGER_PAGER: 'sed "s/^/paged: /"',
    TERM: 'xterm',
  };
  const script = await requireTool({ name: 'script', aptPackage: 'bsdutils' });
  const { stdout } = await promisify(execFile)(script, ['-qec', command, '/dev/null'], { env });
  return stripVTControlCharacters(stdout).replaceAll('\r\n', '\n');
}
