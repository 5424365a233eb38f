import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { findBinaries } from './binaries.ts';
import {
  checkMajor,
  type DataDirLayout,
  loadClusterMajor,
  openDataDir,
  removeInterruptedInits,
} from './data-dir.ts';
import { initCluster } from './init-cluster.ts';
import { acquireOwnerLock, type OwnerLock } from './owner-lock.ts';
import { loadPostmasterPid, removePostmasterPid } from './postmaster-pid.ts';
import { isServerOf } from './process-identity.ts';
import { giveTo, loadRunAs, type RunAs } from './run-as.ts';
import { launchServer, type ServerProcess, stopOrphan } from './server-process.ts';
import { DATABASE, type Endpoint, urlOf } from './settings.ts';
import { openSocketDir, removeSocketDir } from './socket-dir.ts';

export interface StartPostgresOptions {
  /** Made when absent, with mode 0700. Holds the database, its log and the owner's lock. */
  dataDir: string;
  /** The directory of `postgres` and `initdb`. Default: the programs that npm carries for this platform. */
  binDir?: string;
  /** Default true. False switches fsync off: for throw-away test servers, whose data a crash may destroy. */
  durable?: boolean;
  /** Progress in one line each, for people: `Creating a new database in ...`. */
  log?: (line: string) => void;
  /** Abandons the start: what was begun is ended, and the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A running private PostgreSQL. It ends with `stop()`, and also when this process ends in any way. */
export interface ManagedPostgres extends AsyncDisposable {
  /** The URL of a database (default `stepledger`), for libpq, node-postgres and `new URL` alike. */
  url(database?: string): string;
  /** Such as `18.4`. */
  readonly version: string;
  readonly pid: number;
  /** Absolute, without symbolic links. */
  readonly dataDir: string;
  /** Shuts down in order (clients are disconnected) and waits until it is gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the private PostgreSQL of a data directory, creating it at first.
 *
 * One process owns a data directory at a time. When the last owner was killed, its server is shut down first if
 * it still runs, and what was committed is there. The server does not keep the process alive.
 *
 * @throws PostgresError DATA_DIR_IN_USE, WRONG_MAJOR, NO_BINARIES, INIT_FAILED, START_FAILED. Retrying is safe.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<ManagedPostgres> {
  options.signal?.throwIfAborted();
  const layout = await openDataDir(options.dataDir);
  const lock = await acquireOwnerLock(layout.dataDir);
  try {
    return await startOwned(layout, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startOwned(
  layout: DataDirLayout,
  lock: OwnerLock,
  options: StartPostgresOptions,
): Promise<ManagedPostgres> {
  const { durable = true, log = () => undefined, signal } = options;
  const runAs = await loadRunAs(layout.clusterDir, layout.dataDir);
  const binaries = await findBinaries(options.binDir, runAs);
  const found = await loadClusterMajor(layout);
  if (found !== undefined) checkMajor(layout, found, binaries.major);
  await stopLeftServer(layout, log);
  await removeInterruptedInits(layout);
  if (found === undefined) {
    log(`Creating a new database in ${layout.dataDir} (PostgreSQL ${binaries.version})`);
    await initCluster(layout, binaries, { runAs, durable, signal });
  }
  await adoptRestored(layout, runAs);
  const endpoint = await openEndpoint(layout, runAs);
  let server: ServerProcess;
  try {
    server = await launchServer(layout, binaries, {
      endpoint,
      runAs,
      durable,
      signal,
      onUnexpectedEnd: (how) => log(`PostgreSQL ended unexpectedly (${how}); its log is ${layout.logFile}`),
    });
  } catch (error) {
    await closeEndpoint(endpoint);
    throw error;
  }
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server
      .stop()
      .then(() => closeEndpoint(endpoint))
      .finally(() => lock.release());
    return stopped;
  };
  return {
    url: (database = DATABASE) => urlOf(endpoint, database),
    version: binaries.version,
    pid: server.pid,
    dataDir: layout.dataDir,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A backup that root restored belongs to root; PostgreSQL reads only files of the user that it runs as. */
async function adoptRestored(layout: DataDirLayout, runAs: RunAs): Promise<void> {
  if (runAs !== undefined && (await stat(layout.clusterDir)).uid !== runAs.uid)
    await giveTo(runAs, layout.clusterDir);
}

/** Ends the server of an owner that was killed; its clients lost their owner with it. */
async function stopLeftServer(layout: DataDirLayout, log: (line: string) => void): Promise<void> {
  const left = await loadPostmasterPid(layout.clusterDir);
  if (left === undefined) return;
  if (await isServerOf(left.pid, layout.clusterDir)) {
    log(`Shutting down the PostgreSQL that a killed process left (process ${left.pid})`);
    await stopOrphan(left.pid);
  } else {
    await removePostmasterPid(layout.clusterDir);
  }
}

async function openEndpoint(layout: DataDirLayout, runAs: RunAs): Promise<Endpoint> {
  if (process.platform !== 'win32') return { socketDir: await openSocketDir(layout.dataDir, runAs) };
  return { port: await findFreePort(), password: (await readFile(layout.passwordFile, 'utf8')).trim() };
}

async function closeEndpoint(endpoint: Endpoint): Promise<void> {
  if ('socketDir' in endpoint) await removeSocketDir(endpoint.socketDir);
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('The system named no free port.'));
      });
    });
  });
}
