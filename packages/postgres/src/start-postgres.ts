import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries, findBinaries } from './binaries.ts';
import {
  checkMajor,
  type DataDirLayout,
  loadClusterMajor,
  openDataDir,
  removeInterruptedInits,
} from './data-dir.ts';
import { closeEndpoint, openEndpoint } from './endpoint.ts';
import { initCluster } from './init-cluster.ts';
import { acquireOwnerLock, type OwnerLock } from './owner-lock.ts';
import { PostgresError } from './postgres-error.ts';
import { loadPostmasterPid, removePostmasterPid } from './postmaster-pid.ts';
import { isServerOf } from './process-identity.ts';
import { giveTo, loadRunAs, type RunAs } from './run-as.ts';
import { type LaunchOptions, launchServer, type ServerProcess } from './server-process.ts';
import { DATABASE, urlOf } from './settings.ts';
import { stopLeftServer } from './stop-server.ts';

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
  /**
   * The URL of a database (default `stepledger`), for libpq, node-postgres and `new URL` alike.
   *
   * It stays the same over restarts of one data directory, except on Windows.
   */
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
 * When a server was killed, its processes that are in the middle of a statement finish that first and hold its
 * shared memory until then; PostgreSQL refuses to start beside them. 15 attempts wait for about 7 s.
 */
const ATTEMPTS_AFTER_CRASH = 15;
const ATTEMPT_PAUSE_MS = 400;

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
  try {
    const layout = await openDataDir(options.dataDir);
    const lock = await acquireOwnerLock(layout.dataDir, options);
    try {
      return await startOwned(layout, lock, options);
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    throw toPostgresError(error, options);
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
  const crashed = await cleanUpAfterCrash(layout, binaries, log);
  if (found === undefined) {
    log(`Creating a new database in ${layout.dataDir} (PostgreSQL ${binaries.version})`);
    await initCluster(layout, binaries, { runAs, durable, signal });
  }
  await adoptRestored(layout, runAs);
  const endpoint = await openEndpoint(layout, runAs);
  let server: ServerProcess;
  try {
    const launch = { endpoint, runAs, durable, log, signal };
    server = await launchPatiently(layout, binaries, {
      ...launch,
      attempts: crashed ? ATTEMPTS_AFTER_CRASH : 1,
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

/** Ends the server of an owner that was killed (its clients lost their owner with it), and removes what it left. */
async function cleanUpAfterCrash(
  layout: DataDirLayout,
  binaries: Binaries,
  log: (line: string) => void,
): Promise<boolean> {
  await removeInterruptedInits(layout);
  const left = await loadPostmasterPid(layout.clusterDir);
  if (left === undefined) return false;
  if (await isServerOf(left.pid, layout.clusterDir)) {
    log(`Shutting down the PostgreSQL that a killed process left running (process ${left.pid})`);
    await stopLeftServer(left.pid, binaries);
  } else {
    log('PostgreSQL was killed; it recovers what was committed');
    // The pid may be another program's by now, which PostgreSQL would take for itself and refuse to start. Against
    // processes that are still there it has a second guard, the shared memory of this directory.
    await removePostmasterPid(layout.clusterDir);
  }
  return true;
}

async function launchPatiently(
  layout: DataDirLayout,
  binaries: Binaries,
  { attempts, ...options }: LaunchOptions & { attempts: number },
): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launchServer(layout, binaries, options);
    } catch (error) {
      if (attempt >= attempts || !(error instanceof PostgresError)) throw error;
      await sleep(
        ATTEMPT_PAUSE_MS,
        undefined,
        options.signal === undefined ? {} : { signal: options.signal },
      );
    }
  }
}

/** A backup that root restored belongs to root; PostgreSQL reads only files of the user that it runs as. */
async function adoptRestored(layout: DataDirLayout, runAs: RunAs): Promise<void> {
  if (runAs !== undefined && (await stat(layout.clusterDir)).uid !== runAs.uid)
    await giveTo(runAs, layout.clusterDir);
}

/** Gives what the system refused (no permission, no space) the one shape that callers handle. */
function toPostgresError(error: unknown, { dataDir, signal }: StartPostgresOptions): unknown {
  if (error instanceof PostgresError) return error;
  if (signal?.aborted === true) return signal.reason;
  const why = error instanceof Error ? error.message : String(error);
  const message = `PostgreSQL did not start in ${dataDir}: ${why}`;
  return new PostgresError('START_FAILED', message, { dataDir, logTail: [] }, { cause: error });
}
