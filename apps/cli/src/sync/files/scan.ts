import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../../shell/cli-error.ts';
import type { Refused } from '../text/file-text.ts';
import { hasCode } from './paths.ts';
import { readWholeFile } from './read-file.ts';

const MAX_FILES = 20_000;
const MAX_DEPTH = 32;
const IGNORED = new Set(['node_modules']);

export interface ScannedFile {
  /** Relative to the folder that is synced, with `/`. */
  path: string;
  content: Buffer | Refused;
}

/** Reads every Markdown file below `start`, in the order of their paths. Hidden folders are passed over. */
export async function scanFiles(root: string, start: string): Promise<ScannedFile[]> {
  const files: ScannedFile[] = [];
  const pending = [start];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of await listFolder(path.join(root, folder))) {
      const at = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name.startsWith('.') || IGNORED.has(entry.name)) continue;
      if (entry.isDirectory()) {
        if (at.split('/').length > MAX_DEPTH) throw new CliError(`${at} is deeper than ${MAX_DEPTH} folders`);
        pending.push(at);
      } else if (entry.name.endsWith('.md')) {
        const content = await readWholeFile(path.join(root, at));
        // It may have been removed since it was listed.
        if (content !== null) files.push({ path: at, content });
      } else if (entry.isSymbolicLink() && !entry.name.includes('.')) {
        files.push({ path: at, content: { refused: 'it is a symbolic link, which sync does not follow' } });
      }
      if (files.length > MAX_FILES) {
        throw new CliError(`There are more than ${MAX_FILES} Markdown files in ${root}`, {
          hint: 'Name a folder that holds the documents of the run.',
        });
      }
    }
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function listFolder(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
