import { createHash, randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasCode, ifThere } from './fs-errors.ts';
import { giveTo, type RunAs, runUid } from './run-as.ts';
import { SOCKET_PORT } from './settings.ts';

/** sun_path holds 104 bytes on macOS and 108 on Linux, with the final NUL. */
const MAX_SOCKET_PATH_BYTES = 103;

/** The private directory of a socket, and the file that says which start uses it. */
export interface SocketDir {
  readonly path: string;
  readonly mark: string;
}

/**
 * Makes the private directory (mode 0700) of a data directory's socket, and empties it.
 *
 * It lies under the system's temporary directory, because the path of a socket is limited to about 100 bytes and
 * the data directory may be deep. Its name derives from the data directory, so that the URL stays the same over
 * restarts and whatever a crash leaves is used again. Only for the holder of the data directory, with no server
 * running on it.
 */
export async function openSocketDir(dataDir: string, runAs: RunAs): Promise<SocketDir> {
  const parent = await findParent(runAs);
  const { dev, ino } = await stat(dataDir);
  const id = createHash('sha256').update(`${dataDir}\0${dev}\0${ino}`).digest('hex').slice(0, 12);
  const dir = path.join(parent, `stepledger-${id}`);
  // Somebody else made a directory of this name: one that cannot be foretold does as well.
  if (!(await isFreeOrOwn(dir, runAs))) return markDir(await mkdtemp(`${dir}-`), runAs);
  for (;;) {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    try {
      return await markDir(dir, runAs);
    } catch (error) {
      // The watcher of the last start removed it at this moment, when it was still empty.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

export async function removeSocketDir(dir: SocketDir): Promise<void> {
  await rm(dir.path, { recursive: true, force: true });
}

/**
 * Puts this start's mark into the directory, then removes everything else.
 *
 * The watcher of an earlier start may still be about to tidy up. It removes its own mark, and the directory only when
 * that is empty then: with our mark inside, it never is.
 */
async function markDir(dir: string, runAs: RunAs): Promise<SocketDir> {
  const name = `owner.${randomUUID()}`;
  const mark = path.join(dir, name);
  await writeFile(mark, '', { flag: 'wx' });
  await chmod(dir, 0o700);
  const others = (await readdir(dir)).filter((found) => found !== name);
  await Promise.all(others.map((found) => rm(path.join(dir, found), { recursive: true, force: true })));
  await giveTo(runAs, dir);
  return { path: dir, mark };
}

async function isFreeOrOwn(dir: string, runAs: RunAs): Promise<boolean> {
  const found = await ifThere(lstat(dir));
  if (found === undefined) return true;
  return found.isDirectory() && (found.uid === runUid(runAs) || found.uid === process.getuid?.());
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
