import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  failureOf,
  isAlive,
  makeDataDir,
  type Owner,
  openTempDir,
  query,
  readNotes,
  servers,
  startOwner,
  type TempDir,
  waitUntil,
  writeNote,
} from '../test/fixtures.ts';
import { startPostgres } from './index.ts';
import { loadRunAs } from './run-as.ts';

/** The process that ends a server when its owner has gone. */
function watcherOf(serverPid: number): number {
  const lines = execFileSync('ps', ['-eww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const line = lines.find((found) => found.includes(`stepledger-watch ${serverPid} `));
  return Number(line?.trim().split(' ')[0]);
}

async function newestLock(dataDir: string): Promise<{ file: string; record: Record<string, unknown> }> {
  const names = (await readdir(dataDir)).filter((name) => /^owner\.\d+\.json$/.test(name));
  const numbers = names.map((name) => Number(name.split('.')[1]));
  const file = `${dataDir}/owner.${Math.max(...numbers)}.json`;
  return { file, record: JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown> };
}

describe.each(servers)('PostgreSQL $major', (server) => {
  const { options } = server;
  let shared: TempDir;
  let dataDir: string;
  beforeAll(async () => {
    shared = await openTempDir();
    dataDir = shared.at('data');
    await makeDataDir(server, dataDir);
  });
  afterAll(async () => {
    await shared[Symbol.asyncDispose]();
  });

  test('after kill -9 of the owner the next start has what was committed and nothing else', async () => {
    await using owner = startOwner({ ...options, dataDir });
    const { url, serverPid } = await owner.running();
    const committed = await writeNote(url);
    const open = new pg.Client({ connectionString: url });
    open.on('error', () => undefined);
    await open.connect();
    await open.query("BEGIN; INSERT INTO note VALUES ('uncommitted')");

    await owner.kill('SIGKILL');
    await using next = await startPostgres({ ...options, dataDir });

    const notes = await readNotes(next.url());
    expect(notes).toContain(committed);
    expect(notes).not.toContain('uncommitted');
    expect(await isAlive(serverPid)).toBe(false);
  });

  test('a server that runs on without its owner is shut down by the next start, and its data are there', async () => {
    await using owner = startOwner({ ...options, dataDir });
    const { url, serverPid } = await owner.running();
    const committed = await writeNote(url);
    process.kill(watcherOf(serverPid), 'SIGKILL');
    await owner.kill('SIGKILL');
    expect(await readNotes(url)).toContain(committed);
    const lines: string[] = [];

    await using next = await startPostgres({ ...options, dataDir, log: (line) => lines.push(line) });

    expect(lines).toEqual([
      `Shutting down the PostgreSQL that a killed process left running (process ${serverPid})`,
    ]);
    expect(await isAlive(serverPid)).toBe(false);
    expect(await readNotes(next.url())).toContain(committed);
  });

  test('after kill -9 of owner, watcher and PostgreSQL the next start recovers what was committed', async () => {
    await using owner = startOwner({ ...options, dataDir });
    const { url, serverPid } = await owner.running();
    const committed = await writeNote(url);
    process.kill(watcherOf(serverPid), 'SIGKILL');
    await owner.kill('SIGKILL');
    process.kill(serverPid, 'SIGKILL');

    await using next = await startPostgres({ ...options, dataDir });

    expect(await readNotes(next.url())).toContain(committed);
  });

  test('kill -9 of PostgreSQL is told, and recovered by a stop and a start, even while a statement still runs', async () => {
    const lines: string[] = [];
    const first = await startPostgres({ ...options, dataDir, log: (line) => lines.push(line) });
    const committed = await writeNote(first.url());
    // A backend at work does not see at once that the server around it is gone, and holds its shared memory.
    const busy = Promise.allSettled([
      query(first.url(), 'SELECT count(*) FROM generate_series(1, 4000000) AS a'),
    ]);
    await waitUntil(async () => {
      const rows = await query(
        first.url(),
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%generate_series(1%'",
      );
      return rows.length > 1;
    });
    process.kill(first.pid, 'SIGKILL');
    await waitUntil(async () => lines.length > 0);

    expect(lines).toEqual([expect.stringContaining('PostgreSQL ended unexpectedly (signal SIGKILL)')]);
    await first.stop();
    await using second = await startPostgres({ ...options, dataDir });

    expect(await readNotes(second.url())).toContain(committed);
    await busy;
  });

  test('a second owner is refused and told who holds the directory since when', async () => {
    await using owner = startOwner({ ...options, dataDir });
    const before = Date.now();
    const { url } = await owner.running();

    const error = await failureOf(startPostgres({ ...options, dataDir }));

    expect(error).toMatchObject({
      code: 'DATA_DIR_IN_USE',
      details: { dataDir, pid: owner.pid, command: expect.stringContaining('owner.ts') },
    });
    const { since } = (error as { details: { since: string } }).details;
    expect(Math.abs(Date.parse(since) - before)).toBeLessThan(60_000);
    expect(String(error)).toContain(`process ${owner.pid}`);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('of six that start at once exactly one gets the directory, also after a crash', async () => {
    for (const end of [
      (owner: Owner) => owner.kill('SIGKILL'),
      (owner: Owner) => owner[Symbol.asyncDispose](),
    ]) {
      const owners: Owner[] = Array.from({ length: 6 }, () => startOwner({ ...options, dataDir }));
      const reports = await Promise.all(owners.map((owner) => owner.report()));

      const codes = reports.map((report) => ('url' in report ? 'running' : report.code)).sort();
      expect(codes).toEqual([...Array.from({ length: 5 }, () => 'DATA_DIR_IN_USE'), 'running']);
      await Promise.all(owners.map(end));
    }
  });
});

describe('an owner', () => {
  let shared: TempDir;
  let dataDir: string;
  beforeAll(async () => {
    shared = await openTempDir();
    dataDir = shared.at('data');
    await makeDataDir({ major: '18', options: {} }, dataDir);
  });
  afterAll(async () => {
    await shared[Symbol.asyncDispose]();
  });

  test('is refused by itself', async () => {
    await using postgres = await startPostgres({ dataDir });

    const error = await failureOf(startPostgres({ dataDir }));

    expect(error).toMatchObject({ code: 'DATA_DIR_IN_USE', details: { pid: process.pid } });
    expect(await query(postgres.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('whose pid another process has by now does not hold the directory', async () => {
    const postgres = await startPostgres({ dataDir });
    const { file, record } = await newestLock(dataDir);
    await postgres.stop();
    // As a crash leaves it, had the system since then given the pid to this process.
    await writeFile(file, JSON.stringify({ ...record, startedAt: '1', released: false }));

    await using next = await startPostgres({ dataDir });

    expect(next.pid).toBeGreaterThan(0);
  });

  test('that ended in a power failure, which emptied its lock file, does not hold the directory', async () => {
    const postgres = await startPostgres({ dataDir });
    const { file } = await newestLock(dataDir);
    await postgres.stop();
    await writeFile(file, '');

    await using next = await startPostgres({ dataDir });

    expect(next.pid).toBeGreaterThan(0);
  });

  test('of a pid file whose pid another process has by now does not keep PostgreSQL from starting', async () => {
    await (await startPostgres({ dataDir })).stop();
    // PostgreSQL minds only processes of its own user.
    const other = spawn('sleep', ['60'], { ...(await loadRunAs(`${dataDir}/cluster`, dataDir)) });
    const stale = [other.pid, `${dataDir}/cluster`, 1, 5432, '/tmp', '', '1 1', 'ready   ', ''];
    await writeFile(`${dataDir}/cluster/postmaster.pid`, stale.join('\n'));

    await using next = await startPostgres({ dataDir });

    expect(await query(next.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
  });

  test('that comes to its end takes the server with it, and is not kept alive by it', async () => {
    await using owner = startOwner({ dataDir, mode: 'return' });
    const { url, serverPid } = await owner.running();

    await once(owner.child, 'exit');

    expect(owner.child.exitCode).toBe(0);
    await waitUntil(async () => !(await isAlive(serverPid)));
    await waitUntil(async () => !existsSync(decodeURIComponent(new URL(url).hostname)));
  });

  test('that Ctrl-C ends takes the server with it', async () => {
    await using owner = startOwner({ dataDir });
    const { serverPid } = await owner.running();

    process.kill(-owner.pid, 'SIGINT');
    await once(owner.child, 'exit');

    expect(owner.child.signalCode).toBe('SIGINT');
    await waitUntil(async () => !(await isAlive(serverPid)));
  });

  test('that handles Ctrl-C can still use the server before it stops it', async () => {
    await using owner = startOwner({ dataDir, mode: 'handle-interrupt' });
    const { serverPid } = await owner.running();

    process.kill(-owner.pid, 'SIGINT');

    expect(await owner.next()).toEqual({ one: 1 });
    await once(owner.child, 'exit');
    expect(await isAlive(serverPid)).toBe(false);
  });

  test('that starts again at once is not disturbed by the tidying up after the last one', async () => {
    for (let round = 0; round < 5; round += 1) {
      await using owner = startOwner({ dataDir });
      const { url } = await owner.running();
      await owner.kill('SIGKILL');
      await using next = await startPostgres({ dataDir });
      expect(next.url()).toBe(url);
      // The tidying looks once a second whether the server has gone.
      await sleep(1_200);
      expect(await query(next.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    }
  });

  test('gets no signal handlers from us', async () => {
    await using owner = startOwner({ dataDir });

    const { listeners } = await owner.running();

    expect(listeners.filter((name) => name.startsWith('SIG') || name.startsWith('uncaught'))).toEqual([]);
  });
});
