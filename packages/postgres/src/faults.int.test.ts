import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { failureOf, makeDataDir, openTempDir, query, startOwner, waitUntil } from '../test/fixtures.ts';
import { startPostgres } from './index.ts';

/** A directory with a `postgres` of our making, readable for the user that it runs as. */
async function fakePostgres(dir: string, atStart: string): Promise<string> {
  await chmod(dir, 0o755);
  await writeFile(
    `${dir}/postgres`,
    `#!/bin/sh\n[ "$1" = --version ] && { echo 'postgres (PostgreSQL) 18.4'; exit 0; }\n${atStart}\n`,
    { mode: 0o755 },
  );
  return dir;
}

test('a creation that was killed halfway is begun anew', async () => {
  await using dir = await openTempDir();
  const dataDir = dir.at('data');
  await using owner = startOwner({ dataDir });
  await waitUntil(async () => {
    const names = await readdir(dataDir).catch(() => []);
    return names.some((name) => name.startsWith('cluster.init-'));
  });
  await owner.kill('SIGKILL');
  expect(await readdir(dataDir)).not.toContain('cluster');

  await using postgres = await startPostgres({ dataDir });

  expect(await query(postgres.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect((await readdir(dataDir)).filter((name) => name.startsWith('cluster'))).toEqual(['cluster']);
});

test('a creation for which there is no space says so and leaves nothing half made', async () => {
  await using dir = await openTempDir();
  const dataDir = dir.at('data');
  // No file may grow beyond 1 MB: to PostgreSQL the same as a full disk, and it needs no disk of our own.
  await using owner = startOwner({ dataDir, prefix: 'ulimit -f 2048;' });

  expect(await owner.report()).toMatchObject({
    code: 'INIT_FAILED',
    message: expect.stringContaining('File too large'),
    details: { dataDir, logTail: expect.arrayContaining([expect.stringContaining('File too large')]) },
  });
  await owner.kill();
  await using postgres = await startPostgres({ dataDir });
  expect(await query(postgres.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a server that ends at once is reported with the last lines of its log, and the directory is free again', async () => {
  await using dir = await openTempDir();
  await using programs = await openTempDir();
  const dataDir = dir.at('data');
  await makeDataDir({ major: '18', options: {} }, dataDir);
  const binDir = await fakePostgres(programs.path, "echo 'FATAL: out of luck' >&2; exit 3");

  const error = await failureOf(startPostgres({ dataDir, binDir }));

  expect(error).toMatchObject({
    code: 'START_FAILED',
    message: expect.stringContaining('exit code 3'),
    details: { dataDir, logTail: ['FATAL: out of luck'] },
  });
  await using postgres = await startPostgres({ dataDir });
  expect(postgres.version).toMatch(/^18\./);
});

test('a start that hangs can be abandoned, and the directory is free again', async () => {
  await using dir = await openTempDir();
  await using programs = await openTempDir();
  const dataDir = dir.at('data');
  await makeDataDir({ major: '18', options: {} }, dataDir);
  const binDir = await fakePostgres(programs.path, 'exec sleep 600');
  const controller = new AbortController();
  const starting = failureOf(startPostgres({ dataDir, binDir, signal: controller.signal }));
  await waitUntil(async () => (await readdir(dataDir)).includes('postgres.log'));
  const reason = new Error('changed my mind');

  controller.abort(reason);

  expect(await starting).toBe(reason);
  await using postgres = await startPostgres({ dataDir });
  expect(postgres.version).toMatch(/^18\./);
});

test('a creation can be abandoned and leaves nothing half made', async () => {
  await using dir = await openTempDir();
  const dataDir = dir.at('data');
  const controller = new AbortController();
  const reason = new Error('changed my mind');

  const error = await failureOf(
    startPostgres({ dataDir, signal: controller.signal, log: () => controller.abort(reason) }),
  );

  expect(error).toBe(reason);
  expect((await readdir(dataDir)).filter((name) => name.startsWith('cluster'))).toEqual([]);
});

test('a cluster that lost its PG_VERSION is not overwritten', async () => {
  await using dir = await openTempDir();
  const dataDir = dir.at('data');
  await using empty = await openTempDir();
  await failureOf(startPostgres({ dataDir, binDir: empty.path }));
  await mkdir(`${dataDir}/cluster/base`, { recursive: true });

  expect(await failureOf(startPostgres({ dataDir }))).toMatchObject({ code: 'INIT_FAILED' });
  expect(await readdir(`${dataDir}/cluster`)).toEqual(['base']);
});

test('a directory without PostgreSQL programs is named in the refusal', async () => {
  await using dir = await openTempDir();
  await using empty = await openTempDir();

  const error = await failureOf(startPostgres({ dataDir: dir.at('data'), binDir: empty.path }));

  expect(error).toMatchObject({ code: 'NO_BINARIES', details: { tried: [{ path: empty.path }] } });
});

test('what the system refuses is reported in the same shape', async () => {
  await using dir = await openTempDir();
  await writeFile(dir.at('file'), '');

  const error = await failureOf(startPostgres({ dataDir: dir.at('file', 'data') }));

  expect(error).toMatchObject({ code: 'START_FAILED', message: expect.stringContaining('ENOTDIR') });
});
