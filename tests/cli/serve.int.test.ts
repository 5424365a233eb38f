import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { CLI_COMMAND, runCli, spawnCli } from './support/run-cli.ts';

async function serve(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawnCli(['serve', '--port', '0', ...args], { env });
  child.stdout?.resume();
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr ?? process.stdin })) {
    said.push(line);
    const url = /ready at (\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`It did not start: ${said.join('\n')}`);
}

test('serve answers until Ctrl-C, and doctor finds it healthy', async () => {
  await using database = await createTestDatabase();
  const { child, url } = await serve([], { DATABASE_URL: database.url });

  const healthy = await runCli(['doctor'], { url });
  expect(healthy.code).toBe(0);
  const names = healthy.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ +/).slice(0, 2).join(' '));
  expect(names).toEqual(
    ['configuration', 'server', 'version', 'project', 'write', 'read', 'search', 'delete'].map(
      (name) => `ok ${name}`,
    ),
  );
  expect(JSON.parse((await runCli(['runs', 'list', '--json'], { url })).stdout)).toEqual({
    items: [],
    nextCursor: null,
  });

  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  const gone = await runCli(['doctor', '--json'], { url });
  expect(gone.code).toBe(1);
  const { ok, checks } = JSON.parse(gone.stdout);
  expect(ok).toBe(false);
  expect(checks.at(-1)).toMatchObject({
    name: 'server',
    ok: false,
    hint: expect.stringContaining('stepledger serve'),
  });
});

test('doctor says that the configuration is wrong, not that it is well', async () => {
  const { code, stdout } = await runCli(['doctor', '--json', '--server', 'nowhere']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    checks: [{ name: 'configuration', ok: false, detail: expect.stringContaining('--server') }],
  });
});

test('a server that cannot start says why and what to do', async () => {
  const bad = await runCli(['serve'], { env: { PORT: 'many', DATABASE_URL: 'mysql://x' } });
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/PORT/);
  expect(bad.stderr).toMatch(/DATABASE_URL/);
  expect(bad.stderr).not.toMatch(/at .*\.ts:\d+/);

  await using database = await createTestDatabase();
  const open = await runCli(['serve', '--host', '0.0.0.0'], { env: { DATABASE_URL: database.url } });
  expect(open.code).toBe(1);
  expect(open.stderr).toContain('stepledger keys create --instance --name ops');
});

test('doctor names a key that may only read, and leaves nothing behind', async () => {
  await using server = await startTestServer();
  const { key } = await server.ledger.apiKeys.create({ name: 'reader', access: 'read' });
  const { code, stdout } = await runCli(['doctor'], { url: server.url, env: { STEPLEDGER_TOKEN: key } });
  expect(code).toBe(1);
  expect(stdout).toMatch(/FAIL {2}write .*This needs write access/);
  expect(stdout).not.toContain(key);
  expect((await server.ledger.runs.list()).items).toEqual([]);
});

test('keys are made, listed and revoked through a server', async () => {
  await using server = await startTestServer();
  const cli = (...args: string[]) => runCli(['keys', ...args], { url: server.url });
  const made = await cli(
    'create',
    '--name',
    'agent',
    '--access',
    'read',
    '--expires-at',
    '2099-01-01T00:00:00Z',
  );
  expect(made.stdout).toMatch(/^sl_default_\S+\n$/);
  expect(made.stderr).toMatch(/read access. It is shown this once/);
  const token = made.stdout.trim();
  const asAgent = () => runCli(['runs', 'list'], { url: server.url, env: { STEPLEDGER_TOKEN: token } });
  expect((await asAgent()).code).toBe(0);

  const { items } = JSON.parse((await cli('list', '--json')).stdout);
  expect(items).toMatchObject([{ name: 'agent', access: 'read', instance: false, revokedAt: null }]);
  expect((await cli('list')).stdout).not.toContain(token);
  expect((await cli('revoke', items[0].id)).code).toBe(0);
  expect((await asAgent()).code).toBe(5);
  const instance = await cli('create', '--name', 'ops', '--instance');
  expect(`${instance.code} ${instance.stderr}`).toMatch(/^2 .*on the database itself\nAdd --direct/s);
});

test('the first key is made on the database itself', async () => {
  await using database = await createTestDatabase();
  const env = { DATABASE_URL: database.url };
  const direct = (...args: string[]) => runCli(['keys', '--direct', ...args], { env });
  const made = await direct('create', '--name', 'ops', '--instance');
  expect(made.stdout).toMatch(/^sli_\S+\n$/);
  const { items } = JSON.parse((await direct('list', '--json')).stdout);
  expect(items).toMatchObject([{ name: 'ops', access: 'admin', instance: true, project: null }]);

  const { child, url } = await serve(['--host', '0.0.0.0'], { ...env });
  const local = url.replace('0.0.0.0', '127.0.0.1');
  expect((await runCli(['runs', 'list'], { url: local })).code).toBe(5);
  const withKey = { url: local, env: { STEPLEDGER_TOKEN: made.stdout.trim() } };
  expect((await runCli(['projects', 'create', '--slug', 'shop'], withKey)).code).toBe(0);
  expect((await direct('revoke', items[0].id)).code).toBe(0);
  expect((await direct('revoke', items[0].id)).code).toBe(3);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('words are completed as the shells ask for them', async () => {
  const words = async (...args: string[]) =>
    (await runCli(['complete', '--', ...args])).stdout.split('\n').map((line) => line.split('\t')[0]);
  expect(await words('doc')).toEqual(expect.arrayContaining(['doctor', 'documents']));
  expect(await words('documents', 'pu')).toEqual(expect.arrayContaining(['put', 'put-many', 'purge']));
  expect(await words('runs', 'list', '--st')).toContain('--status');
  const directory = await mkdtemp(path.join(os.tmpdir(), 'stepledger-completion-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { stdout, code } = await runCli(['completion', shell], { cwd: directory });
    expect(`${shell} ${code} ${stdout.includes('stepledger')}`).toBe(`${shell} 0 true`);
  }
});

test('bash completes without a package of its own, and runs nothing of the line at hand', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'stepledger-completion-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const script = `
    stepledger() { ${CLI_COMMAND.map((word) => `'${word}'`).join(' ')} "$@"; }
    source <(stepledger completion bash)
    for line in 'runs li' 'export --format j' 'show $(>ran)'; do
      COMP_WORDS=(stepledger $line)
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      __stepledger_complete
      echo "$line: \${COMPREPLY[*]}"
    done
    ls`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script], { cwd: directory });
  expect({ stdout, stderr }).toEqual({
    stdout: 'runs li: list\nexport --format j: jsonl\nshow $(>ran): \n',
    stderr: '',
  });
});
