import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, ifThere } from './fs-errors.ts';
import { PostgresError } from './postgres-error.ts';
import { loadOwnIdentity, loadStartTime, type ProcessIdentity } from './process-identity.ts';

/** What a lock file says. `released` is set by its owner, and then nobody holds the directory. */
export interface LockRecord extends ProcessIdentity {
  readonly command: string;
  readonly since: string;
  readonly released: boolean;
}

export interface AcquireOptions {
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface OwnerLock {
  /** Lets the next starter in. Idempotent. */
  release(): Promise<void>;
}

/** How often an owner shows a sign of life, for those who cannot see its process. */
const HEARTBEAT_MS = 4_000;
/** Three signs missed, in a process whose event loop may be busy. */
const HEARTBEAT_WATCH_MS = 13_000;
/** Superseded lock files kept, so that no slow starter can take a number for new that was in use. */
const KEPT_GENERATIONS = 8;

const LOCK_NAME = /^owner\.(\d+)\.json$/;
const lockName = (generation: number) => `owner.${generation}.json`;

/**
 * Takes a data directory for this process, or refuses with DATA_DIR_IN_USE and the owner's name.
 *
 * Lock files carry numbers. The one with the highest number counts; whoever finds that its owner is gone makes
 * the next number, which exactly one process can do (`link` fails when the name exists, and gives the file its
 * name with its content). Nobody ever removes the highest, so a stale lock is superseded, never deleted: deleting
 * is where two recovering processes could take each other's fresh lock away.
 */
export async function acquireOwnerLock(dataDir: string, options: AcquireOptions = {}): Promise<OwnerLock> {
  const own: LockRecord = {
    ...(await loadOwnIdentity()),
    command: [path.basename(process.execPath), process.argv[1]].join(' ').trim(),
    since: new Date().toISOString(),
    released: false,
  };
  for (;;) {
    const highest = await loadHighest(dataDir);
    const file = path.join(dataDir, lockName(highest));
    const holder = highest === 0 ? undefined : await loadRecord(file);
    if (holder !== undefined && (await isHeld(holder, own, () => showsLife(file, holder, options)))) {
      throw inUse(dataDir, holder);
    }
    if (!(await claimGeneration(dataDir, highest + 1, own))) continue;
    await removeOld(dataDir, highest + 1);
    return hold(dataDir, highest + 1, own);
  }
}

/** Makes a numbered lock file the one that counts; false when somebody else was faster. */
export async function claimGeneration(
  dataDir: string,
  generation: number,
  own: LockRecord,
): Promise<boolean> {
  if (!(await create(dataDir, generation, own))) return false;
  // A process that slept since it looked may have made a number that has come and gone: a higher one counts.
  if ((await loadHighest(dataDir)) <= generation) return true;
  await rm(path.join(dataDir, lockName(generation)), { force: true });
  return false;
}

function hold(dataDir: string, generation: number, own: LockRecord): OwnerLock {
  const file = path.join(dataDir, lockName(generation));
  const beat = setInterval(() => {
    const now = new Date();
    // Somebody may remove the whole directory under us; the server will say so, a missing sign of life need not.
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  beat.unref();
  let released: Promise<void> | undefined;
  return {
    release() {
      clearInterval(beat);
      released ??= replace(file, { ...own, released: true });
      return released;
    },
  };
}

/** Creates a numbered lock file with its content in one step; false when somebody else has. */
async function create(dataDir: string, generation: number, record: LockRecord): Promise<boolean> {
  const temporary = await writeTemporary(path.join(dataDir, lockName(generation)), record);
  try {
    await link(temporary, path.join(dataDir, lockName(generation)));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function replace(file: string, record: LockRecord): Promise<void> {
  // The directory may have been removed meanwhile, and the lock with it.
  const temporary = await ifThere(writeTemporary(file, record));
  if (temporary !== undefined) await rename(temporary, file);
}

let temporaries = 0;
async function writeTemporary(file: string, record: LockRecord): Promise<string> {
  temporaries += 1;
  const temporary = `${file}.${process.pid}-${temporaries}-${Date.now()}.tmp`;
  await writeFile(temporary, `${JSON.stringify(record, undefined, 2)}\n`, {
    flag: 'wx',
    mode: 0o644,
    flush: true,
  });
  return temporary;
}

async function loadHighest(dataDir: string): Promise<number> {
  return Math.max(0, ...(await loadGenerations(dataDir)));
}

async function loadGenerations(dataDir: string): Promise<number[]> {
  const names = await readdir(dataDir);
  return names.flatMap((name) => LOCK_NAME.exec(name)?.[1] ?? []).map(Number);
}

async function removeOld(dataDir: string, generation: number): Promise<void> {
  const old = (await loadGenerations(dataDir)).filter((found) => found <= generation - KEPT_GENERATIONS);
  await Promise.all(old.map((found) => rm(path.join(dataDir, lockName(found)), { force: true })));
}

/** undefined when it was superseded and removed meanwhile, or is not readable as a lock. */
async function loadRecord(file: string): Promise<LockRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockRecord;
  } catch (error) {
    // Not JSON: a disk that lost the content in a power failure. Its owner is gone with the power.
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isHeld(
  holder: LockRecord,
  own: ProcessIdentity,
  beats: () => Promise<boolean>,
): Promise<boolean> {
  if (holder.released) return false;
  if (holder.host === own.host && holder.pidSpace === own.pidSpace) {
    return (await loadStartTime(holder.pid)) === holder.startedAt;
  }
  // Another container, or another machine on shared storage: its processes cannot be seen, its signs of life can.
  // This machine before a reboot looks the same (a pod keeps its name on another machine), so it waits too.
  return beats();
}

async function showsLife(file: string, holder: LockRecord, options: AcquireOptions): Promise<boolean> {
  options.log?.(
    `Waiting ${HEARTBEAT_WATCH_MS / 1000} s to see whether process ${holder.pid} on ${holder.host} is alive`,
  );
  const first = await lastSign(file);
  const endsAt = performance.now() + HEARTBEAT_WATCH_MS;
  while (performance.now() < endsAt) {
    await sleep(250, undefined, options.signal === undefined ? {} : { signal: options.signal });
    if ((await lastSign(file)) !== first) return true;
  }
  return false;
}

async function lastSign(file: string): Promise<number | undefined> {
  return (await ifThere(stat(file)))?.mtimeMs;
}

function inUse(dataDir: string, holder: LockRecord) {
  const { pid, command, since, host } = holder;
  return new PostgresError(
    'DATA_DIR_IN_USE',
    `The data directory ${dataDir} is in use by process ${pid} (${command}) on ${host} since ${since}. ` +
      'Stop that process, or name another data directory.',
    { dataDir, pid, command, since, host },
  );
}
