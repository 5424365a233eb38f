import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  failureOf,
  makeDataDir,
  openTempDir,
  query,
  readNotes,
  servers,
  type TempDir,
  writeNote,
} from '../test/fixtures.ts';
import { startPostgres } from './index.ts';

describe.each(servers)('PostgreSQL $major', ({ major, options }) => {
  let shared: TempDir;
  let dataDir: string;
  beforeAll(async () => {
    shared = await openTempDir();
    dataDir = shared.at('data');
    await makeDataDir({ major, options }, dataDir);
  });
  afterAll(async () => {
    await shared[Symbol.asyncDispose]();
  });

  test('the first start creates a database with the promised properties', async () => {
    await using dir = await openTempDir();
    const lines: string[] = [];
    await using postgres = await startPostgres({
      ...options,
      dataDir: dir.at('data'),
      log: (line) => lines.push(line),
    });

    const [row] = await query(
      postgres.url(),
      `SELECT current_database() AS database, current_user AS "user",
        current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding,
        current_setting('data_checksums') AS checksums, current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS full_page_writes,
        current_setting('synchronous_commit') AS synchronous_commit,
        current_setting('max_connections') AS max_connections, current_setting('listen_addresses') AS tcp,
        (SELECT string_agg(c, '' ORDER BY c) FROM unnest('{b,A,ä,a,B,Z}'::text[]) AS c) AS sorted,
        lower('ÄÖÉ') AS lower, 'é' ~ '[[:alpha:]]' AS letter`,
    );
    expect(row).toEqual({
      database: 'stepledger',
      user: 'stepledger',
      major: Number(major),
      encoding: 'UTF8',
      checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      max_connections: '100',
      tcp: '',
      sorted: 'ABZabä',
      lower: 'äöé',
      letter: true,
    });
    expect(postgres.version).toMatch(new RegExp(`^${major}\\.\\d+`));
    expect(postgres.dataDir).toBe(dir.at('data'));
    expect(lines).toEqual([`Creating a new database in ${dir.at('data')} (PostgreSQL ${postgres.version})`]);
    expect((await stat(postgres.dataDir)).mode & 0o777).toBe(0o700);
  });

  test('a stop and a start keep the data and the URL, and say nothing', async () => {
    const lines: string[] = [];
    const first = await startPostgres({ ...options, dataDir });
    const note = await writeNote(first.url());
    await first.stop();
    await first.stop();

    await using second = await startPostgres({ ...options, dataDir, log: (line) => lines.push(line) });

    expect(await readNotes(second.url())).toContain(note);
    expect(second.url()).toBe(first.url());
    expect(second.pid).not.toBe(first.pid);
    expect(lines).toEqual([]);
  });

  test('the socket lies in a directory that only its user may enter, and is gone after the stop', async () => {
    const postgres = await startPostgres({ ...options, dataDir });
    // The form that everything built on `new URL` reads, such as MikroORM.
    const socketDir = decodeURIComponent(new URL(postgres.url()).hostname);

    expect((await stat(socketDir)).mode & 0o777).toBe(0o700);
    expect(await readdir(socketDir)).toEqual(expect.arrayContaining(['.s.PGSQL.5432']));
    await postgres.stop();
    await expect(stat(socketDir)).rejects.toThrow('ENOENT');
  });

  test('another database is reached by its name', async () => {
    await using postgres = await startPostgres({ ...options, dataDir });
    await query(postgres.url(), 'CREATE DATABASE "other db"');

    const rows = await query(postgres.url('other db'), 'SELECT current_database() AS name');

    expect(rows).toEqual([{ name: 'other db' }]);
  });

  test('a data directory with a long name, blanks and letters of other scripts, under a closed directory', async () => {
    await using dir = await openTempDir();
    const closed = dir.at("it's a closed directory");
    await mkdir(closed, { mode: 0o700 });
    const deepDir = `${closed}/${'long '.repeat(20)}/größe 数据 %20/${'deep'.repeat(20)}`;

    const first = await startPostgres({ ...options, dataDir: deepDir, durable: false });
    await query(first.url(), 'CREATE TABLE note (text text)');
    const note = await writeNote(first.url());
    await first.stop();
    await using second = await startPostgres({ ...options, dataDir: deepDir });

    expect(await readNotes(second.url())).toEqual([note]);
  });

  test('data of another major version is refused with what to do, and left as it was', async () => {
    await writeFile(`${dataDir}/cluster/PG_VERSION`, '14\n');

    const error = await failureOf(startPostgres({ ...options, dataDir }));

    expect(error).toMatchObject({ code: 'WRONG_MAJOR', details: { dataDir, found: '14', needed: major } });
    expect(String(error)).toContain('pg_dump');
    await writeFile(`${dataDir}/cluster/PG_VERSION`, `${major}\n`);
    await using postgres = await startPostgres({ ...options, dataDir });
    expect(await query(postgres.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('neither texts nor failing statements reach the log', async () => {
    await using postgres = await startPostgres({ ...options, dataDir });
    await query(postgres.url(), 'CREATE UNIQUE INDEX ON note (text)');

    await failureOf(query(postgres.url(), "INSERT INTO note VALUES ('sesame'), ('sesame')"));
    await failureOf(query(postgres.url(), "SELECT 'sesame' FROM nowhere"));
    await failureOf(
      query(postgres.url(), "DO $$ BEGIN RAISE WARNING 'sesame'; RAISE EXCEPTION 'sesame'; END $$"),
    );

    const log = await readFile(`${dataDir}/postgres.log`, 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('sesame');
  });
});

test('a directory with other things in it is refused and left as it was', async () => {
  await using dir = await openTempDir();
  await writeFile(dir.at('thesis.txt'), 'mine');
  await chmod(dir.path, 0o755);

  const error = await failureOf(startPostgres({ dataDir: dir.path }));

  expect(error).toMatchObject({ code: 'INIT_FAILED' });
  expect(String(error)).toContain('thesis.txt');
  expect(await readdir(dir.path)).toEqual(['thesis.txt']);
  expect((await stat(dir.path)).mode & 0o777).toBe(0o755);
});

test('an existing empty directory is taken', async () => {
  await using dir = await openTempDir();
  await chmod(dir.path, 0o755);

  await using postgres = await startPostgres({ dataDir: dir.path, durable: false });

  expect(await query(postgres.url(), 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
  expect((await stat(dir.path)).mode & 0o777).toBe(0o700);
});
