import { chmod, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ifThere } from './fs-errors.ts';
import { PostgresError } from './postgres-error.ts';

/** The places inside a data directory. PostgreSQL's own files stand apart, so that a lock can exist before them. */
export interface DataDirLayout {
  readonly dataDir: string;
  /** PGDATA. */
  readonly clusterDir: string;
  readonly logFile: string;
  readonly passwordFile: string;
}

/** Says that a directory is ours and how it is laid out. */
const MARKER = 'stepledger.json';
const LAYOUT = 1;

/**
 * Makes a data directory, or checks that an existing one is ours.
 *
 * A directory with other things in it is refused and left as it was: INIT_FAILED.
 */
export async function openDataDir(dataDir: string): Promise<DataDirLayout> {
  const wanted = path.resolve(dataDir);
  const created = await mkdir(wanted, { recursive: true, mode: 0o700 });
  const resolved = await realpath(wanted);
  const marker = path.join(resolved, MARKER);
  const entries = await readdir(resolved);
  if (!entries.includes(MARKER)) {
    // A marker being written at this moment by a second starter is a `.tmp` of it.
    const foreign = entries.filter((name) => !name.startsWith(MARKER));
    if (foreign.length > 0) throw refuseForeign(resolved, foreign);
    if (created === undefined) await chmod(resolved, 0o700);
    const temporary = `${marker}.${process.pid}-${Date.now()}.tmp`;
    await writeFile(temporary, `${JSON.stringify({ layout: LAYOUT })}\n`, { flush: true });
    await rename(temporary, marker);
  }
  const { layout } = JSON.parse(await readFile(marker, 'utf8')) as { layout?: unknown };
  if (layout !== LAYOUT) {
    throw new PostgresError(
      'INIT_FAILED',
      `The data directory ${resolved} has layout ${String(layout)}; this version of Stepledger knows ${LAYOUT}. Use a newer version.`,
      { dataDir: resolved, logTail: [] },
    );
  }
  return {
    dataDir: resolved,
    clusterDir: path.join(resolved, 'cluster'),
    logFile: path.join(resolved, 'postgres.log'),
    passwordFile: path.join(resolved, 'password'),
  };
}

function refuseForeign(dataDir: string, foreign: string[]) {
  const what = foreign.includes('PG_VERSION')
    ? 'holds a PostgreSQL cluster that Stepledger did not make'
    : `is not empty and not Stepledger's (it holds ${foreign.slice(0, 3).join(', ')})`;
  return new PostgresError(
    'INIT_FAILED',
    `The directory ${dataDir} ${what}. Nothing was changed. Name an empty or new directory.`,
    { dataDir, logTail: [] },
  );
}

/** The major version that wrote the cluster, such as `18`; undefined when there is none yet. */
export async function loadClusterMajor(layout: DataDirLayout): Promise<string | undefined> {
  const version = await ifThere(readFile(path.join(layout.clusterDir, 'PG_VERSION'), 'utf8'));
  if (version !== undefined) return version.trim();
  if ((await readdir(layout.dataDir)).includes(path.basename(layout.clusterDir))) {
    throw new PostgresError(
      'INIT_FAILED',
      `The database in ${layout.clusterDir} is damaged: it has no PG_VERSION. Nothing was changed. Restore a backup.`,
      { dataDir: layout.dataDir, logTail: [] },
    );
  }
  return undefined;
}

/** Refuses data of another major version with WRONG_MAJOR. */
export function checkMajor(layout: DataDirLayout, found: string, needed: string): void {
  if (found === needed) return;
  throw new PostgresError(
    'WRONG_MAJOR',
    `The data in ${layout.dataDir} was written by PostgreSQL ${found}, and this is PostgreSQL ${needed}, which cannot read it. ` +
      `Start the version of Stepledger that wrote it (or PostgreSQL ${found} on ${layout.clusterDir}), dump it with ` +
      'pg_dump, and restore the dump into a new data directory.',
    { dataDir: layout.dataDir, found, needed },
  );
}

const INIT_PREFIX = 'cluster.init-';

/** A fresh name for a cluster that is being created; it is renamed only when complete. */
export function initDirOf(layout: DataDirLayout): string {
  return path.join(layout.dataDir, `${INIT_PREFIX}${process.pid}-${Date.now()}`);
}

/** Removes what interrupted creations left; only for the holder of the directory. */
export async function removeInterruptedInits(layout: DataDirLayout): Promise<void> {
  for (const name of await readdir(layout.dataDir)) {
    if (!name.startsWith(INIT_PREFIX)) continue;
    // An initdb whose owner was killed may still be writing for a moment.
    await rm(path.join(layout.dataDir, name), {
      recursive: true,
      force: true,
      maxRetries: 10,
      retryDelay: 200,
    });
  }
}
