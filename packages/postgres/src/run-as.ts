import { chown, lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ifThere } from './fs-errors.ts';

/**
 * The user that PostgreSQL runs as, when that is not the current one.
 *
 * PostgreSQL refuses to run as root. A root process therefore starts it as somebody else and gives that user
 * the data files. `undefined` means: as ourselves.
 */
export type RunAs = { readonly uid: number; readonly gid: number } | undefined;

/** The traditional id of `nobody`; no account has to exist for it to run processes and own files. */
const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Decides who runs PostgreSQL: ourselves, or for root the owner of the existing data, else `nobody`.
 *
 * Following the owner keeps a data directory usable for a user who once ran the program with sudo.
 */
export async function loadRunAs(clusterDir: string, dataDir: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return undefined;
  for (const dir of [clusterDir, dataDir]) {
    const found = await ifThere(stat(dir));
    if (found !== undefined && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  }
  return NOBODY;
}

/** Gives a file or a whole directory to the user that PostgreSQL runs as; links are not followed. */
export async function giveTo(runAs: RunAs, target: string): Promise<void> {
  if (runAs === undefined) return;
  const { uid, gid } = runAs;
  await chown(target, uid, gid);
  if (!(await lstat(target)).isDirectory()) return;
  for (const entry of await readdir(target, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await giveTo(runAs, path.join(target, entry.name));
  }
}

/** The uid that owns what PostgreSQL writes; undefined on Windows, which has none. */
export function runUid(runAs: RunAs): number | undefined {
  return runAs?.uid ?? process.getuid?.();
}
