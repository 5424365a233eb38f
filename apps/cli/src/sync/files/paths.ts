import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../../shell/cli-error.ts';

/** Where sync keeps what it knows of a folder and what it is in the middle of; never synced itself. */
export const OWN_FOLDER = '.stepledger/sync';

/** The place of a relative path, every folder on the way made. Refuses a way out of `root`, and links on it. */
export async function makePlace(root: string, relative: string): Promise<string> {
  const parts = relative.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new CliError(`${relative} does not name a place in the folder`);
  }
  let at = root;
  for (const part of parts.slice(0, -1)) {
    at = path.join(at, part);
    await mkdir(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await checkFolder(at, relative);
  }
  return path.join(root, ...parts);
}

async function checkFolder(folder: string, relative: string): Promise<void> {
  const found = await lstat(folder);
  if (found.isDirectory()) return;
  const what = found.isSymbolicLink() ? 'a symbolic link, which sync does not follow' : 'not a folder';
  throw new CliError(`${path.basename(folder)} on the way to ${relative} is ${what}`);
}

/** Whether sync may have to do with a file of this relative path: Markdown, and nothing hidden. */
export function isMarkdownPath(relative: string): boolean {
  return (
    relative.endsWith('.md') && relative.split('/').every((part) => part !== '' && !part.startsWith('.'))
  );
}

/** Whether an error of the operating system has this code. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
