import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { hasCode } from './fs-errors.ts';

/** The `native` directory of an npm package with PostgreSQL, and a name for its version. */
export interface NativePackage {
  readonly dir: string;
  readonly label: string;
}

/** Directories to try for the copies, best first. */
export type CacheRoots = readonly string[];

type Copy = { path: string } | { path: string; reason: string };

/**
 * Yields complete copies of the PostgreSQL programs, one per usable cache directory, until the caller has enough.
 *
 * A copy is made once per version and machine: under a temporary name, then renamed, so that two processes that
 * do it at once end with one complete copy. It may be deleted at any time; the next start makes it again. A caller
 * that asks on after a copy from an earlier start found it broken (half deleted, say) and gets it made anew.
 */
export async function* cachedCopies(native: NativePackage, roots: CacheRoots): AsyncGenerator<Copy> {
  for (const root of roots) {
    const target = path.join(root, native.label);
    try {
      await openCacheRoot(root);
      if (await fileExists(target)) {
        yield { path: target };
        await discard(root, target);
      }
      await copyComplete(native.dir, root, target);
      yield { path: target };
    } catch (error) {
      yield { path: target, reason: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Root's must be open to the user that PostgreSQL runs as, which /root is not. */
export function cacheRoots(): CacheRoots {
  const uid = process.getuid?.();
  const shared = path.join(tmpdir(), `stepledger-cache-${uid ?? 'user'}`);
  return uid === 0
    ? ['/var/cache/stepledger', shared]
    : [path.join(homedir(), '.cache', 'stepledger'), shared];
}

/** Programs are run from there: a directory that somebody else made or may write to is not used. */
async function openCacheRoot(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o755 });
  const found = await lstat(root);
  if (!found.isDirectory()) throw new Error('is not a directory');
  const uid = process.getuid?.();
  if (uid !== undefined && found.uid !== uid) throw new Error(`belongs to user ${found.uid}`);
  if (uid !== undefined && (found.mode & 0o022) !== 0) throw new Error('is writable for others');
  if (uid === 0 && (found.mode & 0o055) !== 0o055) await chmod(root, 0o755);
}

/** Moves a broken copy away in one step before deleting it, so that nobody sees a worse one. */
async function discard(root: string, target: string): Promise<void> {
  const away = await mkdtemp(path.join(root, 'broken-'));
  await rename(target, path.join(away, 'copy')).catch((error: unknown) => {
    // Another process did it at this moment.
    if (!hasCode(error, 'ENOENT')) throw error;
  });
  await rm(away, { recursive: true, force: true });
}

async function copyComplete(source: string, root: string, target: string): Promise<void> {
  const temporary = await mkdtemp(path.join(root, 'copying-'));
  try {
    await copyTree(source, temporary);
    await makeLinks(source, temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster; its copy is as complete as ours.
    if (!(await fileExists(target))) throw error;
  }
}

/** Copies with modes that any user can read, whatever umask npm ran under. */
async function copyTree(source: string, target: string): Promise<void> {
  await chmod(target, 0o755);
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = path.join(source, entry.name);
    const to = path.join(target, entry.name);
    if (entry.isDirectory()) {
      await mkdir(to);
      await copyTree(from, to);
    } else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      await chmod(to, ((await stat(from)).mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
}

/** Makes the library links that npm cannot carry; the package lists them for its install script. */
async function makeLinks(source: string, target: string): Promise<void> {
  const list = path.join(source, 'pg-symlinks.json');
  if (!(await fileExists(list))) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const at = path.join(target, path.relative('native', link.target));
    const relative = path.relative(path.dirname(link.target), link.source);
    await symlink(relative, at);
  }
}

export async function fileExists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
