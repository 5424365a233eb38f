import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startLlmEndpoint, startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  makeDirectory,
  nodeProgram,
  type ProgramCall,
  pythonProgram,
  record,
  upstreamFlags,
} from './support/record/programs.ts';
import { spawnCli } from './support/run-cli.ts';

/** For several processes one after another, on a machine busy with others. */
const SLOW_MS = 90_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const CHAT: ProgramCall = {
  variable: 'OPENAI_BASE_URL',
  path: '/chat/completions',
  body: '{"model":"gpt-5","messages":[{"role":"user","content":"Design."}]}',
};
const NOWHERE = 'http://127.0.0.1:9';
const runOf = (key: string) => server.ledger.runs.get({ key });
const script = (source: string) => [process.execPath, '--input-type=module', '-e', source];

test.each([
  ['its own', script('process.exitCode = 7'), 7],
  [
    '128 and the signal that ended it',
    script("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)"),
    143,
  ],
  ['127 when it is not there', ['/nowhere/to-be-found'], 127],
  ['126 when it cannot be run', ['/'], 126],
])("the exit code is the program's: %s", async (_, program, expected) => {
  const { code, stderr } = await record({ url: server.url, llmUrl: NOWHERE, program });

  expect(code).toBe(expected);
  expect(stderr).toMatch(/recorded 0 exchanges into run record-\d{8}T\d{6}-[0-9a-f]{6}\n/);
});

test("standard input and output are the program's own, to the byte", async () => {
  const bytes = Buffer.from([0, 255, 10, 13, 27, 91, 50, 74]);
  const child = spawnCli(['record', '--quiet', '--', ...script('process.stdin.pipe(process.stdout)')], {
    url: server.url,
    cwd: makeDirectory(),
  });
  const [stdout, stderr]: Buffer[][] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => stdout?.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr?.push(chunk));
  child.stdin?.end(bytes);

  const [code] = await once(child, 'close');

  expect(code).toBe(0);
  expect(Buffer.concat(stdout ?? [])).toEqual(bytes);
  expect(Buffer.concat(stderr ?? []).toString()).toBe('');
});

test("what stands behind -- is the program's, whatever it looks like; a provider may be left alone", async () => {
  const source =
    'console.log(JSON.stringify([process.argv.slice(1), process.env.OLLAMA_HOST, process.env.STEPLEDGER_RUN]))';
  const args = ['--json', '-q', '--run', 'other', '--', '--listen', '--help'];

  const { stdout } = await record({
    url: server.url,
    llmUrl: NOWHERE,
    program: [process.execPath, '-e', source, '--', ...args],
    flags: ['--run', 'arguments', '--no-ollama'],
    env: { OLLAMA_HOST: 'mine:1' },
  });

  expect(JSON.parse(stdout)).toEqual([args, 'mine:1', 'arguments']);
});

test("signals are the program's own affair, any number of them, and what it did is recorded", async () => {
  await using endpoint = await startLlmEndpoint();
  // Takes three interrupts before it makes its call and ends.
  const source = `
    let left = 3;
    const waiting = setInterval(() => {}, 1000);
    process.on('SIGINT', async () => {
      console.log(--left);
      if (left > 0) return;
      const { status } = await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', { method: 'POST', body: ${JSON.stringify(CHAT.body)} });
      console.log(status);
      clearInterval(waiting);
      process.exitCode = 3;
    });
    console.log('ready');`;
  const child = spawnCli(
    ['record', ...upstreamFlags(endpoint.url), '--run', 'signalled', '--', ...script(source)],
    {
      url: server.url,
      cwd: makeDirectory(),
    },
  );
  const closed = once(child, 'close');
  const said: string[] = [];
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (['ready', '2', '1'].includes(line)) child.kill('SIGINT');
  }

  expect([await closed, said]).toEqual([
    [3, null],
    ['ready', '2', '1', '0', '200'],
  ]);
  const { id } = await runOf('signalled');
  expect(await server.ledger.exchanges.list({ runId: id }).all()).toMatchObject([{ status: 'completed' }]);
});

test('the run stays open, and ends with the program only when asked to', { timeout: SLOW_MS }, async () => {
  const flags = ['--run', 'ending', '--goal', 'A todo app'];
  await record({ url: server.url, llmUrl: NOWHERE, program: script(''), flags });
  expect(await runOf('ending')).toMatchObject({ status: 'running', goal: 'A todo app' });

  const { stderr } = await record({
    url: server.url,
    llmUrl: NOWHERE,
    program: script(''),
    flags: [...flags, '--complete'],
  });
  expect(stderr).toContain('recorded 0 exchanges into run ending, which is completed');
  expect(await runOf('ending')).toMatchObject({ status: 'completed' });

  await record({
    url: server.url,
    llmUrl: NOWHERE,
    program: script('process.exitCode = 1'),
    flags: ['--run', 'failing', '--complete'],
  });
  expect(await runOf('failing')).toMatchObject({ status: 'failed' });
});

test('under --json standard error has one object that says what was recorded', async () => {
  await using endpoint = await startLlmEndpoint();

  const { stderr } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: nodeProgram([CHAT], { exit: 2 }),
    flags: ['--run', 'summed', '--json'],
  });

  const { id } = await runOf('summed');
  expect(JSON.parse(stderr)).toEqual({
    run: { id, key: 'summed', created: true },
    exchanges: 1,
    inFlight: 0,
    spooled: 0,
    failures: [],
    exitCode: 2,
    notStarted: null,
    status: null,
  });

  const missing = await record({
    url: server.url,
    llmUrl: NOWHERE,
    program: ['/nowhere/to-be-found'],
    flags: ['--json'],
  });
  expect(JSON.parse(missing.stderr)).toMatchObject({ exitCode: 127, notStarted: 'ENOENT' });
});

test('a step that the workflow does not have costs the recording, not the call, and is told', async () => {
  await using endpoint = await startLlmEndpoint();
  await server.ledger.workflows.define({ name: 'feature', steps: [{ name: 'design' }] });

  const { code, seen, stderr } = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: pythonProgram([CHAT, { ...CHAT, headers: { 'x-stepledger-step': 'design' } }]),
    flags: ['--run', 'strict', '--workflow', 'feature'],
  });

  expect([code, seen.map(({ status }) => status)]).toEqual([0, [200, 200]]);
  expect(stderr).toContain('not stored: exchanges.open: ');
  const { id } = await runOf('strict');
  expect(await server.ledger.exchanges.list({ runId: id }).all()).toMatchObject([
    { step: { name: 'design' } },
  ]);
});

test('without a program it listens until it is stopped, and prints what to export', async () => {
  await using endpoint = await startLlmEndpoint();
  const child = spawnCli(['record', '--listen', '0', '--run', 'listened', ...upstreamFlags(endpoint.url)], {
    url: server.url,
    cwd: makeDirectory(),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const closed = once(child, 'close');
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const variables: Record<string, string> = {};
  while (variables['OLLAMA_HOST'] === undefined) {
    const [, name = '', value = ''] = /^export (\w+)='(.*)'$/.exec(String((await lines.next()).value)) ?? [];
    variables[name] = value;
  }

  const { status } = await fetch(`${variables['OPENAI_BASE_URL']}/chat/completions`, {
    method: 'POST',
    body: String(CHAT.body),
  });
  child.kill('SIGINT');

  expect([status, await closed]).toEqual([200, [0, null]]);
  const { id } = await runOf('listened');
  expect(await server.ledger.exchanges.list({ runId: id }).all()).toMatchObject([{ status: 'completed' }]);
});

test('what is wrong is told before the program starts', { timeout: SLOW_MS }, async () => {
  const program = script("console.log('started')");
  const told = async (flags: string[], url = server.url) => {
    const { code, stdout, stderr } = await record({ url, llmUrl: NOWHERE, program, flags });
    expect(stdout).toBe('');
    return [code, stderr];
  };

  expect(await told([], NOWHERE)).toEqual([6, expect.stringContaining('stepledger serve')]);
  expect(await told(['--openai', 'api.openai.com'])).toEqual([
    2,
    expect.stringContaining('--openai must be a URL'),
  ]);
  expect(await told(['--listen', 'x'])).toEqual([2, expect.stringContaining('--listen')]);
  expect(await told(['--step', ''])).toEqual([2, expect.stringContaining('--step')]);
  expect(await told(['--workflow', 'no-such'])).toEqual([3, expect.stringContaining('no-such')]);
});
