import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, startTestServer } from '@stepledger/testing';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createKeptLog } from './support/log.ts';
import { runProgram } from './support/run-program.ts';
import { call, send } from './support/send.ts';

const SLOW = { timeout: 120_000 };

/** Makes every write of a project wait until it is let go, as a busy database would. */
async function holdProjects(
  databaseUrl: string,
): Promise<{ release(): Promise<void>; waiting(): Promise<number> }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('BEGIN');
  await client.query('LOCK TABLE project IN SHARE ROW EXCLUSIVE MODE');
  return {
    release: async () => void (await client.query('COMMIT')),
    async waiting() {
      const { rows } = await client.query('SELECT FROM pg_locks WHERE NOT granted');
      return rows.length;
    },
  };
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(20);
}

test('what is in flight is finished and acknowledged; new callers find nobody', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const server = await startTestServer({ databaseUrl, shutdownMs: 20_000 });
  const held = await holdProjects(databaseUrl);
  const slow = call(server.url, 'projects.create', { slug: 'slow' });
  await until(async () => (await held.waiting()) > 0);

  const closing = server.close();
  await expect(send(`${server.url}/healthz`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await held.release();
  expect(await slow).toMatchObject({ status: 200, headers: { connection: 'close' } });
  await closing;

  await using again = await startTestServer({ databaseUrl });
  expect((await call(again.url, 'projects.get', { slug: 'slow' })).status).toBe(200);
});

test('a call whose caller hung up is waited for too', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const log = createKeptLog();
  const server = await startTestServer({ databaseUrl, shutdownMs: 20_000, logger: log.logger });
  const held = await holdProjects(databaseUrl);
  const controller = new AbortController();
  const abandoned = fetch(`${server.url}/trpc/projects.create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"slug":"abandoned"}',
    signal: controller.signal,
  });
  await until(async () => (await held.waiting()) > 0);
  controller.abort();
  await expect(abandoned).rejects.toThrow(/abort/);
  await until(() => log.text().includes('"status":499'));

  const closing = server.close();
  await held.release();
  await closing;
  await using again = await startTestServer({ databaseUrl });
  expect((await call(again.url, 'projects.get', { slug: 'abandoned' })).status).toBe(200);
});

test('what takes longer than the time to stop is cut off, and the log says so', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const log = createKeptLog();
  const server = await startTestServer({ databaseUrl, shutdownMs: 100, logger: log.logger });
  const held = await holdProjects(databaseUrl);
  const endless = call(server.url, 'projects.create', { slug: 'endless' }).catch((error: unknown) => error);
  await until(async () => (await held.waiting()) > 0);
  const closing = server.close();
  expect(await endless).toBeInstanceOf(Error);
  await held.release();
  await closing;
  expect(log.text()).toContain('cut off what was still in flight');
});

test('idle connections do not keep it from stopping, and a second close is the first', async () => {
  const server = await startTestServer({ shutdownMs: 20_000 });
  // fetch keeps its connection.
  await (await fetch(`${server.url}/healthz`)).text();
  const began = performance.now();
  await Promise.all([server.close(), server.close()]);
  expect(performance.now() - began).toBeLessThan(5000);
});

// That SIGTERM ends it the same way is seen where the bundle is tested.
test('at SIGINT the program answers what is in flight and exits with 0', SLOW, async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const program = runProgram({ args: ['--port', '0'], env: { DATABASE_URL: databaseUrl } });
  const url = await program.ready();
  const held = await holdProjects(databaseUrl);
  const slow = call(url, 'projects.create', { slug: 'slow' });
  await until(async () => (await held.waiting()) > 0);
  program.process.kill('SIGINT');
  await until(() => program.stdout().includes('"stopping"'));
  await held.release();
  expect((await slow).status).toBe(200);
  expect(await program.exit()).toBe(0);
});

test('a second signal ends the program at once', SLOW, async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const program = runProgram({ args: ['--port', '0'], env: { DATABASE_URL: databaseUrl } });
  const url = await program.ready();
  const held = await holdProjects(databaseUrl);
  const slow = call(url, 'projects.create', { slug: 'slow' }).catch((error: unknown) => error);
  await until(async () => (await held.waiting()) > 0);
  program.process.kill('SIGTERM');
  await until(() => program.stdout().includes('"stopping"'));
  program.process.kill('SIGTERM');
  expect(await program.exit()).toBe(1);
  expect(await slow).toBeInstanceOf(Error);
});
