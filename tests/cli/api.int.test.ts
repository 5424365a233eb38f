import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLI_COMMAND, type CliOptions, runCli, spawnCli } from './support/run-cli.ts';

let server: TestServer;
let directory: string;
beforeAll(async () => {
  server = await startTestServer();
  directory = await mkdtemp(path.join(os.tmpdir(), 'stepledger-cli-'));
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const cli = (args: readonly string[], options: CliOptions = {}) =>
  runCli(args, { url: server.url, ...options });
const json = async (args: readonly string[], options?: CliOptions) => {
  const { stdout, stderr, code } = await cli([...args, '--json'], options);
  expect(`${code} ${stderr}`).toBe('0 ');
  return JSON.parse(stdout);
};

test('a run and its documents are written and read by their names', async () => {
  const started = await json(['runs', 'start', '--key', 'todo-app', '--goal', 'A todo app']);
  const put = await json([
    'documents',
    'put',
    '--run',
    'todo-app',
    '--kind',
    'design',
    '--step',
    'code_review:2',
    '--text',
    'v1',
  ]);
  expect(put).toMatchObject({ runId: started.runId, kind: 'design', key: 'design', version: 1 });

  const read = await json(['documents', 'get', '--document-id', 'todo-app/design']);
  expect(read).toEqual(await server.ledger.documents.get({ documentId: put.documentId }));
  expect(read).toMatchObject({ text: 'v1', step: { name: 'code_review', key: '2' } });

  await json([
    'documents',
    'update',
    '--document-id',
    'todo-app/design',
    '--text',
    'v2',
    '--expected-version',
    '1',
  ]);
  await json(['documents', 'put', '--run-id', started.runId, '--kind', 'review', '--text', 'fine']);
  await json([
    'links',
    'add',
    '--from',
    'todo-app/review@1',
    '--relation',
    'used',
    '--to',
    'todo-app/design@1',
  ]);
  const past = await json([
    'documents',
    'get',
    '--run',
    'todo-app',
    '--kind',
    'design',
    '--key',
    'design',
    '--as-of',
    '2',
  ]);
  expect(past.version).toBe(1);
  const old = await json(['documents', 'get', '--document-id', 'todo-app/design', '--version', '1']);
  expect(old.text).toBe('v1');
  const stale = await json(['links', 'stale', '--run', 'todo-app']);
  expect(stale.documents).toMatchObject([{ kind: 'review' }]);
});

test('texts arrive exactly, from a file, from standard input and from the command line', async () => {
  await json(['runs', 'start', '--key', 'exact']);
  const bytes = Buffer.from('\uFEFF---\r\nno newline, NUL \0, ü 🙂 \u202e');
  const file = path.join(directory, 'exact.md');
  await writeFile(file, bytes);
  await json(['documents', 'put', '--run', 'exact', '--kind', 'file', '--file', 'exact.md'], {
    cwd: directory,
  });
  await json(['documents', 'put', '--run', 'exact', '--kind', 'stdin', '--file', '-'], { input: bytes });
  for (const kind of ['file', 'stdin']) {
    const { text } = await json(['documents', 'get', '--document-id', `exact/${kind}`]);
    expect(Buffer.from(text)).toEqual(bytes);
  }
  for (const [index, text] of ['123', '{"blob":"x"}', 'true', ' ', 'null', '[1]'].entries()) {
    await json(['documents', 'put', '--run', 'exact', '--kind', `word-${index}`, '--text', text]);
    expect(await json(['documents', 'get', '--document-id', `exact/word-${index}`])).toMatchObject({ text });
  }
  await json(['prompts', 'put', '--name', 'design', '--file', file]);
  expect(Buffer.from((await json(['prompts', 'get', '--name', 'design'])).template[0].text)).toEqual(bytes);

  const latin = await cli(['documents', 'put', '--run', 'exact', '--kind', 'latin', '--file', '-'], {
    input: Buffer.from([0xe4]),
  });
  expect(latin).toMatchObject({ code: 2, stdout: '' });
  expect(latin.stderr).toContain('Standard input is not UTF-8');
});

test('a whole input comes from a file as JSON, and what is said by itself goes before it', async () => {
  await json(['runs', 'start', '--key', 'whole']);
  const input = JSON.stringify({
    step: { name: 'design_step' },
    messages: [{ role: 'user', content: 'Design it' }],
    response: 'Here: 1.10',
    model: 'from-the-file',
  });
  const recorded = await json(['exchanges', 'record', '--run', 'whole', '--input', '-', '--model', 'llama'], {
    input,
  });
  const exchange = await json(['exchanges', 'get', '--exchange-id', recorded.exchangeId]);
  expect(exchange).toMatchObject({ model: 'llama', response: { size: 10 } });
});

test('a list is a table for people, a page for programs, and all of it by --all', async () => {
  await json(['runs', 'start', '--key', 'many']);
  for (let index = 0; index < 5; index += 1) {
    await server.ledger
      .run({ key: 'many' })
      .then((run) => run.documents.put({ kind: `kind-${index}`, text: 'x' }));
  }
  const page = await cli(['documents', 'list', '--run', 'many', '--limit', '2'], { env: { COLUMNS: '60' } });
  expect(page.stdout.split('\n')[0]).toMatch(/^kind +key/);
  expect(page.stdout).toContain('kind-1');
  expect(page.stdout).not.toContain('kind-2');
  expect(Math.max(...page.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(page.stderr).toMatch(/There is more: --all, or --cursor \S+/);
  expect((await cli(['documents', 'list', '--run', 'many', '--limit', '2', '--quiet'])).stderr).toBe('');

  const all = await cli(['documents', 'list', '--run', 'many', '--limit', '2', '--all', '--json']);
  const kinds = all.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).kind);
  expect(kinds).toEqual(['kind-0', 'kind-1', 'kind-2', 'kind-3', 'kind-4']);
});

test('stored texts cannot act on a terminal, and JSON stays exact', async () => {
  const evil = '\x1b]0;owned\x07\x1b[2J\u202egpj.exe\x9b31m';
  await json(['runs', 'start', '--key', 'evil', '--goal', evil]);
  const shown = await cli(['runs', 'get', '--key', 'evil']);
  const listed = await cli(['runs', 'list']);
  const asJson = await cli(['runs', 'get', '--key', 'evil', '--json']);
  for (const { stdout } of [shown, listed, asJson]) {
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  }
  expect(JSON.parse(asJson.stdout).goal).toBe(evil);
});

test('each failure says what and what to do, and answers its own exit code', async () => {
  const other = await json(['runs', 'start', '--key', 'failures']);
  await json(['documents', 'put', '--run', 'failures', '--kind', 'design', '--text', 'v1']);
  const failures: [string[], number, RegExp][] = [
    [
      ['runs', 'get', '--key', 'nope'],
      3,
      /^error: There is no run nope\n`stepledger runs list` shows those there are\.\n$/,
    ],
    [
      ['documents', 'put', '--run', 'failures', '--text', 'x'],
      2,
      /^error: Bad input: kind is required\n`--help` behind .*\n$/,
    ],
    [['runs', 'list', '--limit', 'many'], 2, /limit/],
    [
      ['documents', 'update', '--document-id', 'failures/design', '--text', 'x', '--expected-version', '7'],
      4,
      /is at version 1, not 7.*\nRead what is there now/,
    ],
    [['runs', 'lst'], 2, /unknown command 'lst'\nDid you mean list\? `stepledger --help`.*\n$/],
    [['runz'], 2, /unknown command 'runz'\nDid you mean runs\?/],
    [['runs', 'get', '--kay', 'x'], 2, /unknown option '--kay'\nDid you mean --key\?/],
    [['runs', 'get', '--key'], 2, /argument missing/],
    [['documents', 'get', '--document-id', 'design'], 2, /design does not name a document\nWrite RUN\/KIND/],
    [
      ['documents', 'put', '--run', 'failures', '--kind', 'x', '--file', '/nonexistent'],
      1,
      /ENOENT.*\/nonexistent'\nCheck the path/,
    ],
    [
      ['documents', 'put', '--run', 'failures', '--kind', 'x', '--file', directory],
      2,
      /^error: \S+ is a directory\nName a file.*\n$/,
    ],
    [['documents', 'list'], 0, /^$/],
    [
      ['runs', 'list', '--token', 'sl_default_wrong'],
      5,
      /API key is wrong.*\nGive a key by STEPLEDGER_TOKEN/,
    ],
    [['runs', 'list', '--server', 'ftp://x'], 2, /url/],
  ];
  for (const [args, code, words] of failures) {
    const result = await cli(args);
    expect(`${args.join(' ')}: ${result.code}`).toBe(`${args.join(' ')}: ${code}`);
    expect(result.stderr).toMatch(words);
  }
  const unreachable = await cli(['runs', 'list'], { url: 'http://127.0.0.1:9' });
  expect(unreachable.code).toBe(6);
  expect(unreachable.stderr).toMatch(
    /No answer from http:\/\/127\.0\.0\.1:9.*\nStart a server with `stepledger serve`/,
  );

  const asJson = await cli(['runs', 'get', '--key', 'nope', '--json']);
  expect(JSON.parse(asJson.stderr)).toEqual({
    error: {
      code: 'NOT_FOUND',
      message: 'There is no run nope',
      details: { type: 'run', id: 'nope' },
      hint: '`stepledger runs list` shows those there are.',
    },
  });
  expect(asJson.stdout).toBe('');
  expect((await json(['runs', 'get', '--key', 'failures'])).id).toBe(other.runId);
});

test('flags go before the environment, and that before the nearest .stepledger/config', async () => {
  await json(['projects', 'create', '--slug', 'shop']);
  await json(['runs', 'start', '--key', 'in-shop', '--project', 'shop']);
  const deep = path.join(directory, 'app', 'src', 'deep');
  await mkdir(deep, { recursive: true });
  await mkdir(path.join(directory, 'app', '.stepledger'));
  const file = path.join(directory, 'app', '.stepledger', 'config');
  await writeFile(file, `url = "${server.url}"\nproject = "shop"\nrun = "in-shop"\n`);

  const here = { cwd: deep, url: undefined };
  expect((await runCli(['runs', 'list', '--json'], here)).stdout).toContain('in-shop');
  expect((await runCli(['documents', 'put', '--kind', 'design', '--text', 'x', '--json'], here)).code).toBe(
    0,
  );
  const inDefault = { ...here, env: { STEPLEDGER_PROJECT: 'default' } };
  expect((await runCli(['runs', 'list', '--json'], inDefault)).stdout).not.toContain('in-shop');
  expect((await runCli(['runs', 'list', '--json', '--project', 'shop'], inDefault)).stdout).toContain(
    'in-shop',
  );

  await writeFile(file, 'url = "x"\npassword = "hunter2"\nproject = 5\n');
  const bad = await runCli(['runs', 'list'], here);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/\.stepledger\/config: .*project.*password/s);
  expect(bad.stderr).not.toContain('hunter2');
  await writeFile(file, 'url = \n');
  expect((await runCli(['runs', 'list'], here)).stderr).toMatch(/is not TOML/);
  expect(await readFile(file, 'utf8')).toBe('url = \n');
});

test('a reader that has seen enough is no failure', async () => {
  const child = spawnCli(['entries', 'list', '--run', 'many', '--all', '--json'], { url: server.url });
  const stderr: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdout?.destroy();
  const [code] = await once(child, 'close');
  expect(`${code} ${Buffer.concat(stderr)}`).toBe('0 ');
});

test('what cannot be written is told, and what is said to nobody stops nothing', async () => {
  const run = (script: string) =>
    new Promise((resolve) => {
      const stepledger = CLI_COMMAND.map((word) => `'${word}'`).join(' ');
      execFile(
        'sh',
        ['-c', script, server.url],
        { env: { PATH: process.env['PATH'], S: stepledger } },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  expect(await run('eval "$S" runs list --server "$0" >/dev/full')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: ENOSPC: no space left on device, write\nMake room on the disk, then try again.\n',
  });
  expect(await run('eval "$S" record --server "$0" -- echo done 2>/dev/full')).toEqual({
    code: 0,
    stdout: 'done\n',
    stderr: '',
  });
});

test('Ctrl-C ends a command that waits for standard input', async () => {
  const child = spawnCli(['documents', 'put', '--run', 'many', '--kind', 'design', '--file', '-'], {
    url: server.url,
  });
  const stderr: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  // More than a pipe holds: it is reading once this has gone through.
  await new Promise((resolve) => child.stdin?.write(Buffer.alloc(1_000_000, 'x'), resolve));
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(`${code} ${Buffer.concat(stderr)}`).toBe('130 error: It was stopped\n');
});

test('what happens is followed as it is written, until Ctrl-C', async () => {
  await json(['runs', 'start', '--key', 'followed']);
  const child = spawnCli(['entries', 'subscribe', '--run', 'followed', '--json'], { url: server.url });
  const lines: string[] = [];
  const seen = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      lines.push(...chunk.toString().trimEnd().split('\n'));
      if (lines.length === 2) resolve();
    });
  });
  await json(['documents', 'put', '--run', 'followed', '--kind', 'design', '--text', 'x']);
  await seen;
  expect(lines.map((line) => JSON.parse(line).revision)).toEqual([1, 2]);
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
});
