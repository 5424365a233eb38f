import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type StartPostgresOptions, startPostgres } from '../src/index.ts';

type Server = { readonly major: string; readonly options: { readonly binDir?: string } };

const DEBIAN_15 = '/usr/lib/postgresql/15/bin';

/** The managed 18 always, and 15 on machines that have Debian's. */
export const servers: readonly Server[] = [
  { major: '18', options: {} },
  ...(existsSync(path.join(DEBIAN_15, 'initdb')) ? [{ major: '15', options: { binDir: DEBIAN_15 } }] : []),
];

/** Writes a row and returns its text, which no other test has. */
export async function writeNote(url: string): Promise<string> {
  const text = randomUUID();
  await query(url, `INSERT INTO note VALUES ('${text}')`);
  return text;
}

export async function readNotes(url: string): Promise<unknown[]> {
  return (await query(url, 'SELECT text FROM note')).map((row) => row['text']);
}

export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** A path inside. */
  at(...names: string[]): string;
}

/** A directory of mode 0700 that is removed at the end of the test. */
export async function openTempDir(): Promise<TempDir> {
  const dir = await realpath(await mkdtemp(path.join(tmpdir(), 'pg-test-')));
  return {
    path: dir,
    at: (...names) => path.join(dir, ...names),
    // A server that was told to stop may still be writing.
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

/** A stopped data directory with one table, for the tests of a file to start in turn: creating one takes seconds. */
export async function makeDataDir(server: Server, dataDir: string): Promise<void> {
  const postgres = await startPostgres({ ...server.options, dataDir, durable: false });
  await query(postgres.url(), 'CREATE TABLE note (text text)');
  await postgres.stop();
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that is killed ends the connection; the query then rejects, and that is enough.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What an owner process says about its start. */
export type OwnerReport =
  | { url: string; serverPid: number; listeners: string[] }
  | { code: string; message: string; details: unknown };

export interface Owner extends AsyncDisposable {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The next line that the owner prints, as JSON. */
  next(): Promise<unknown>;
  /** The first line. */
  report(): Promise<OwnerReport>;
  /** The first line of an owner whose server must be up. */
  running(): Promise<{ url: string; serverPid: number; listeners: string[] }>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a process that owns a server; `prefix` is a shell command to run before it, such as a limit. */
export function startOwner(options: StartPostgresOptions & { mode?: string; prefix?: string }): Owner {
  const { mode = 'hold', prefix = '', ...start } = options;
  const program = fileURLToPath(new URL('owner.ts', import.meta.url));
  const child = spawn(
    '/bin/sh',
    ['-c', `${prefix} exec "$@"`, 'owner', process.execPath, program, JSON.stringify({ ...start, mode })],
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await lines.next();
    return line.done === true ? undefined : JSON.parse(line.value);
  };
  let first: Promise<unknown> | undefined;
  const report = async () => {
    first ??= next();
    return (await first) as OwnerReport;
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    pid: child.pid ?? 0,
    child,
    next,
    report,
    async running() {
      const found = await report();
      if (!('url' in found)) throw new Error(`the owner did not start: ${JSON.stringify(found)}`);
      return found;
    },
    kill,
    /** In order, so that nothing is left of it. */
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** Whether a process runs; one that has ended and waits to be collected does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}

/** Waits for a condition; fails after `withinMs`. */
export async function waitUntil(condition: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  const endsAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > endsAt)
      throw new Error(`still not so after ${withinMs} ms: ${condition.toString()}`);
    await sleep(20);
  }
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('this should have failed');
    },
    (error: unknown) => error,
  );
}
