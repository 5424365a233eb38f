import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const cli = path.resolve(import.meta.dirname, '../../apps/cli');
const run = promisify(execFile);

/** An empty project outside the workspace, with the packed command installed. */
let project: string;

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'stepledger-cli-pack-'));
  await run('pnpm', ['pack', '--pack-destination', project], { cwd: cli });
  const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz'));
  await writeFile(path.join(project, 'package.json'), JSON.stringify({ name: 'agent', private: true }));
  await run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`], { cwd: project });
}, 300_000);

afterAll(async () => {
  await rm(project, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const npx = (...args: string[]) => run('npx', ['--no-install', 'stepledger', ...args], { cwd: project });

test('what is installed is the command and the PostgreSQL of this platform, nothing else', async () => {
  const lock: unknown = JSON.parse(await readFile(path.join(project, 'package-lock.json'), 'utf8'));
  const { packages } = lock as { packages: Record<string, { optional?: boolean }> };
  const needed = Object.entries(packages).filter(([name, { optional }]) => name !== '' && optional !== true);

  expect(needed.map(([name]) => name)).toEqual(['node_modules/stepledger']);
  const root = path.join(project, 'node_modules/stepledger');
  expect((await readdir(root)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
});

test('the packed command serves on a PostgreSQL of its own, writes, reads, searches and counts tokens', async () => {
  const main = path.join(project, 'node_modules/stepledger/dist/main.js');
  const server = spawn(process.execPath, [main, 'serve', '--port', '0'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  let url: string | undefined;
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line);
    url = /ready at (\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  expect(url, said.join('\n')).toBeDefined();

  const { stdout } = await npx('doctor', '--server', url ?? '', '--json');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] };
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  expect(ok).toBe(true);

  const page = await fetch(`${url}/runs/x`, { headers: { accept: 'text/html' } });
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1];
  expect((await fetch(`${url}${script}`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');

  const here = ['--server', url ?? '', '--run', 'todo-app', '--json'];
  await npx('runs', 'start', '--key', 'todo-app', ...here);
  await npx('documents', 'put', '--kind', 'design', '--text', 'Zoë 🐙\r\n', ...here);
  // Its vocabulary is a file of its own in the build, loaded when it is first needed.
  const built = await npx('context', 'build', '--budget', '100', '--tokenizer', 'o200k_base', ...here);
  expect(JSON.parse(built.stdout)).toMatchObject({ text: expect.stringContaining('Zoë 🐙\r\n') });

  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
}, 180_000);
