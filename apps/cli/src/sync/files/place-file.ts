import { link, rename, stat } from 'node:fs/promises';
import { hasCode } from './paths.ts';

/** What became of a change: `changed` means that somebody else was at the file, and theirs was left in place. */
export type Swapped = 'done' | 'changed';

/** Puts a file where nothing stands; `changed` when something does. */
export async function putInPlace(file: string, place: string): Promise<Swapped> {
  try {
    await link(file, place);
    return 'done';
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return 'changed';
    // File systems without links, such as FAT.
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP')) throw error;
  }
  if ((await modeOf(place)) !== null) return 'changed';
  await rename(file, place);
  return 'done';
}

/** Who may do what with a file; null when it is not there. */
export async function modeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mode & 0o777;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
