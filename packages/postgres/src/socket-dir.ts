import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { giveTo, type RunAs, runUid } from './run-as.ts';
import { SOCKET_PORT } from './settings.ts';

/** sun_path holds 104 bytes on macOS and 108 on Linux, with the final NUL. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * Makes the private directory (mode 0700) of a data directory's socket, and empties it.
 *
 * It lies under the system's temporary directory, because the path of a socket is limited to about 100 bytes and
 * the data directory may be deep. Its name derives from the data directory, so that the URL stays the same over
 * restarts and a crash leaves nothing behind for good. Only for the holder of the data directory, with no server
 * running on it.
 */
export async function openSocketDir(dataDir: string, runAs: RunAs): Promise<string> {
  const parent = await findParent(runAs);
  const { dev, ino } = await stat(dataDir);
  const id = createHash('sha256').update(`${dataDir}\0${dev}\0${ino}`).digest('hex').slice(0, 12);
  const dir = path.join(parent, `stepledger-${id}`);
  if (await removeOwn(dir, runAs)) await mkdir(dir, { mode: 0o700 });
  // Somebody else made a directory of this name; a name that cannot be foretold does as well.
  else return prepare(await mkdtemp(`${dir}-`), runAs);
  return prepare(dir, runAs);
}

export async function removeSocketDir(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}

async function prepare(dir: string, runAs: RunAs): Promise<string> {
  await chmod(dir, 0o700);
  await giveTo(runAs, dir);
  return dir;
}

/** False when the name is taken by somebody else's. */
async function removeOwn(dir: string, runAs: RunAs): Promise<boolean> {
  const found = await lstat(dir).catch(() => undefined);
  if (found === undefined) return true;
  if (!found.isDirectory() || (found.uid !== runUid(runAs) && found.uid !== process.getuid?.())) return false;
  await removeSocketDir(dir);
  return true;
}

async function findParent(runAs: RunAs): Promise<string> {
  const longest = path.join('stepledger-0123456789ab-XXXXXX', `.s.PGSQL.${SOCKET_PORT}`);
  const fits = (parent: string) => Buffer.byteLength(path.join(parent, longest)) <= MAX_SOCKET_PATH_BYTES;
  const own = tmpdir();
  if (fits(own) && (runAs === undefined || (await isOpenToAll(own)))) return own;
  return '/tmp';
}

/** Whether every user may pass through a directory and all above it. */
async function isOpenToAll(dir: string): Promise<boolean> {
  if (((await stat(dir)).mode & 0o001) === 0) return false;
  const parent = path.dirname(dir);
  return parent === dir || isOpenToAll(parent);
}
