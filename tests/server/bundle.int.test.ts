import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { runProgram } from './support/run-program.ts';
import { call, send } from './support/send.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Lays 80 MB of files out, and starts a new database. */
const SLOW = { timeout: 300_000 };

function resultOf<T>({ json }: { json: unknown }): T {
  return (json as { result: { data: T } }).result.data;
}

test(
  'the server runs outside the workspace with node alone, keeps a document, and stops at SIGTERM',
  SLOW,
  async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'stepledger-bundle-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
    const folder = path.join(dir, 'server');
    await promisify(execFile)('pnpm', ['--filter', '@stepledger/server', 'run', 'bundle', '--', folder], {
      cwd: ROOT,
    });
    const cwd = path.join(dir, 'work');
    await mkdir(cwd);

    const start = () => runProgram({ main: path.join(folder, 'main.js'), args: ['--port', '0'], cwd });
    const first = start();
    const url = await first.ready();
    const run = resultOf<{ runId: string }>(await call(url, 'runs.start', { key: 'todo-app' }));
    const written = { runId: run.runId, kind: 'design', text: 'Zoë 🐙\r\n', step: { name: 'design_step' } };
    const document = resultOf<{ documentId: string }>(await call(url, 'documents.put', written));
    // Its vocabulary is a file of a package, loaded when it is first needed.
    const asked = { runId: run.runId, budget: 100, tokenizer: 'o200k_base' };
    const built = resultOf<{ text: string }>(await call(url, 'context.build', asked));
    expect(built.text).toContain('Zoë 🐙\r\n');
    const page = await send(`${url}/runs/x`, { headers: { accept: 'text/html' } });
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page.body.toString())?.[1];
    expect(await send(`${url}${script}`, { headers: { 'accept-encoding': 'br' } })).toMatchObject({
      status: 200,
      headers: { 'content-encoding': 'br' },
    });
    first.process.kill('SIGTERM');
    expect(await first.exit()).toBe(0);

    const second = start();
    const read = await call(await second.ready(), 'documents.get', { documentId: document.documentId });
    expect(resultOf<{ text: string }>(read).text).toBe('Zoë 🐙\r\n');
    expect((await send(`${await second.ready()}/readyz`)).status).toBe(200);
    second.process.kill('SIGTERM');
    expect(await second.exit()).toBe(0);
  },
);
