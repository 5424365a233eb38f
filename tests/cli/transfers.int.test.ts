import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exported } from '../transfers/support/files.ts';
import { emptyProject } from '../transfers/support/projects.ts';
import { writeSample } from '../transfers/support/sample-run.ts';
import { runCli, spawnCli } from './support/run-cli.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let source: string;
let directory: string;
beforeAll(async () => {
  server = await startTestServer();
  const project = await emptyProject(server);
  source = project.slug;
  await writeSample(project, 'sample');
  directory = await mkdtemp(path.join(os.tmpdir(), 'stepledger-transfers-'));
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const cli = (args: readonly string[], input?: Uint8Array) =>
  runCli(args, { url: server.url, cwd: directory, input });
const inDirectory = (name: string) => path.join(directory, name);

test('a file, a compressed file and a pipe bring the same, and a second import says so', async () => {
  const { bytes, code } = await cli(['export', '--all', '--project', source]);
  expect(code).toBe(0);
  const written = await cli(['export', '--all', '--project', source, '--out', 'all.jsonl', '--json']);
  expect(JSON.parse(written.stdout)).toMatchObject({
    out: 'all.jsonl',
    bytes: bytes.length,
    complete: false,
  });
  expect(await readFile(inDirectory('all.jsonl'))).toEqual(bytes);
  await cli(['export', '--all', '--project', source, '--out', 'all.jsonl.gz']);
  expect(gunzipSync(await readFile(inDirectory('all.jsonl.gz')))).toEqual(bytes);

  const target = await emptyProject(server);
  const into = ['all.jsonl', '--project', target.slug];
  const dry = await cli(['import', ...into, '--dry-run']);
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(
    /^Would be: 1 workflow created, 1 prompt created, 2 runs created; \d+ new revisions/,
  );
  expect((await target.runs.list()).items).toEqual([]);
  const imported = await cli(['import', ...into]);
  expect(imported.stdout).toMatch(/^1 workflow created, 1 prompt created, 2 runs created; \d+ new revisions/);
  const again = await cli(['import', ...into, '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({
    revisions: 0,
    units: { run: { present: 2, created: 0 } },
  });
  expect(Buffer.from(await exported(target))).toEqual(bytes);

  for (const name of ['all.jsonl.gz', '-']) {
    const other = await emptyProject(server);
    await cli(['import', name, '--project', other.slug], name === '-' ? bytes : undefined);
    expect(Buffer.from(await exported(other))).toEqual(bytes);
  }
});

test('an export that was cut off goes on by --resume; a file that is there is never written over', async () => {
  const args = ['export', 'sample', '--project', source, '--out', 'cut.jsonl'];
  await cli(args);
  const whole = await readFile(inDirectory('cut.jsonl'));
  expect(await cli(args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cut.jsonl is there already'),
  });

  await truncate(inDirectory('cut.jsonl'), Math.floor(whole.length / 2));
  expect(await cli(['import', 'cut.jsonl'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Bad input: line \d+ is not JSON|the file is cut off/),
  });
  expect((await cli([...args, '--resume'])).code).toBe(0);
  expect(await readFile(inDirectory('cut.jsonl'))).toEqual(whole);
  expect((await cli([...args, '--resume'])).stdout).toContain('is whole already');
  expect(await cli(['export', '--all', '--project', source, '--out', 'cut.jsonl', '--resume'])).toMatchObject(
    {
      code: 2,
      stderr: expect.stringContaining('is an export of a run, not of a project'),
    },
  );
});

test('a changed file leaves nothing behind, and says the line', async () => {
  await cli(['export', 'sample', '--project', source, '--out', 'changed.jsonl']);
  const text = await readFile(inDirectory('changed.jsonl'), 'utf8');
  await writeFile(inDirectory('changed.jsonl'), text.replace('"actor":"local"', '"actor":"loca1"'));
  const target = await emptyProject(server);
  const { code, stderr } = await cli(['import', 'changed.jsonl', '--project', target.slug]);
  expect(`${code} ${stderr}`).toMatch(
    /^2 error: Bad input: line \d+, sha256, does not fit the lines before it/,
  );
  expect((await target.runs.list()).items).toEqual([]);
});

test('a conflict is an exit code of its own, and is skipped or renamed on request', async () => {
  await cli(['export', 'sample', '--project', source, '--out', 'conflict.jsonl']);
  const target = await emptyProject(server);
  await target.run({ key: 'sample' });
  const args = ['import', 'conflict.jsonl', '--project', target.slug];
  expect(await cli(args)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The run sample exists already'),
  });
  const skipped = await cli([...args, '--on-conflict', 'skip']);
  expect(skipped).toMatchObject({ code: 0, stderr: 'Skipped run sample: its name is taken\n' });
  const renamed = await cli([...args, '--on-conflict', 'rename']);
  expect(renamed.stderr).toContain('The run sample is called sample (2) here');
  expect((await target.runs.get({ key: 'sample (2)' })).status).toBe('running');
});

test('what was interrupted by Ctrl-C says how to go on, and does', async () => {
  const project = await emptyProject(server);
  const run = await project.run({ key: 'long' });
  const documents = Array.from({ length: 100 }, (_, index) => ({
    kind: 'part',
    key: `${index}`,
    text: `${index}`,
  }));
  for (let turn = 0; turn < 40; turn++) {
    await project.documents.putMany({
      runId: run.id,
      documents: documents.map((one) => ({ ...one, note: `${turn}` })),
    });
  }
  const args = ['export', 'long', '--project', project.slug, '--out', 'long.jsonl'];
  const child = spawnCli(args, { url: server.url, cwd: directory });
  const size = async () => (await stat(inDirectory('long.jsonl')).catch(() => ({ size: 0 }))).size;
  await expect.poll(size, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  // On a fast machine it may have been done before.
  expect([130, 0]).toContain(code);
  expect((await cli([...args, '--resume'])).code).toBe(0);
  const { bytes } = await cli(['export', 'long', '--project', project.slug]);
  expect(await readFile(inDirectory('long.jsonl'))).toEqual(bytes);
});

test('a folder of Markdown files has every document, prompt and response of a run, under safe names', async () => {
  const project = await emptyProject(server);
  const run = await project.run({ key: 'a run', goal: 'Build it' });
  const evil = '../../../escape';
  await run.step(evil).documents.put({ kind: 'design', key: evil, text: 'within\n' });
  await run.step('code').documents.put({ kind: 'code', key: 'A', text: 'upper' });
  await run.step('code').documents.put({ kind: 'code', key: 'a', text: 'lower' });
  const messages = [{ role: 'user', content: 'Write ``` it' }];
  const step = { name: 'code' };
  await project.exchanges.record({ runId: run.id, step, messages, response: 'Here it is' });

  expect(
    (await cli(['export', 'a run', '--project', project.slug, '--format', 'markdown', '--out', 'md'])).code,
  ).toBe(0);

  const files = (await readdir(inDirectory('md'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(inDirectory('md'), path.join(entry.parentPath, entry.name)));
  expect(files.sort()).toEqual([
    expect.stringMatching(/^001-escape-[0-9a-f]{10}\/design--..-..-..-escape-[0-9a-f]{10}\.md$/),
    expect.stringMatching(/^002-code\/code--a-[0-9a-f]{10}\.md$/),
    '002-code/code--a.md',
    '002-code/exchanges/000001-prompt.md',
    '002-code/exchanges/000001-response.md',
    'README.md',
  ]);
  const read = (name: string) => readFile(inDirectory(`md/${name}`), 'utf8');
  expect(await read('002-code/code--a.md')).toMatch(
    /^---\nid: ".*"\nkind: "code"\nkey: "a"\nversion: 1\n[\s\S]*---\nlower$/,
  );
  expect(await read('002-code/exchanges/000001-response.md')).toBe('Here it is');
  expect(await read('002-code/exchanges/000001-prompt.md')).toContain(
    '## `user`\n\n````\nWrite ``` it\n````\n',
  );
  expect(await read('README.md')).toContain('[`code/a`](002-code/code--a.md), version 1');
  expect(
    await cli(['export', 'a run', '--project', project.slug, '--format', 'markdown', '--out', 'md']),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('md is not empty'),
  });
});

test('options that do not fit together are refused by name', async () => {
  const refusals = [
    [['export', 'a', '--all'], 'Give one of a run and --all'],
    [['export', '--all', '--resume'], '--resume needs --out'],
    [['export', '--all', '--out', 'x.gz', '--resume'], 'cannot go on with a compressed file'],
    [['export', 'no such run'], 'There is no run no such run'],
    [['import', '-', '--on-conflict', 'merge'], "argument 'merge' is invalid"],
  ] as const;
  for (const [args, reason] of refusals) {
    const { code, stderr } = await cli(args);
    expect(stderr).toContain(reason);
    expect(code).toBeGreaterThan(0);
  }
});
