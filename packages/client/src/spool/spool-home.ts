import { v7 as uuidv7 } from 'uuid';
import { sha256OfText } from '../sha256.ts';
import { jsonLine } from './call-lines.ts';
import type { SpoolFiles } from './file-access.ts';
import { isOfIdentity, type Owner } from './file-names.ts';

/** Where the files of one spool lie, and how they are known as its own. */
export interface SpoolHome {
  files: SpoolFiles;
  directory: string;
  /** Stands in names for server and project. */
  identity: string;
  owner: Owner;
  /** The first line of a file: for people, since programs read names. */
  header: Uint8Array;
}

/** Reads who this process is; makes nothing. */
export async function loadHome(options: {
  files: SpoolFiles;
  directory: string;
  identity: string;
}): Promise<SpoolHome> {
  const { files, directory, identity } = options;
  const { host, pid, place, began } = await files.self();
  return {
    files,
    directory,
    identity: (await sha256OfText(identity)).slice(0, 16),
    owner: { place, pid, began, spool: uuidv7().slice(-12) },
    header: jsonLine({ v: 1, identity, host, pid, startedAt: new Date().toISOString() }),
  };
}

/** Grows with time, and within a process with each call. */
export function createFileId(): string {
  return uuidv7().replaceAll('-', '');
}

/** What all processes hold for this identity, put aside or waiting. */
export async function usedBytes({ files, directory, identity }: SpoolHome): Promise<number> {
  const names = (await files.list(directory)).filter((name) => isOfIdentity(name, identity));
  const found = await Promise.all(names.map((name) => files.stat(files.join(directory, name))));
  return found.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}
