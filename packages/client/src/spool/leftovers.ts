import type { SpoolFiles } from './file-access.ts';
import { type CallsName, type Owner, readCallsName, toCallsName } from './file-names.ts';
import { countLines } from './line-reader.ts';
import type { LineWriter } from './line-writer.ts';
import type { SpoolHome } from './spool-home.ts';

/** A file with calls that are to be delivered. */
export interface WaitingFile {
  readonly id: string;
  path: string;
  /** Where the first call begins that was not delivered, and what the name says of it. */
  start: number;
  saved: number;
  /** Where the last whole line ends. */
  end: number;
  /** Between start and end. */
  calls: number;
  /** Set while this spool appends to it. */
  writer: LineWriter | null;
}

/**
 * How long the file of a process that cannot be seen from here (another container, another machine, before a restart
 * of this one) must lie untouched to count as left. A spool that waits for its server touches its files more often.
 */
const ABANDONED_MS = 10 * 60_000;

/**
 * Takes over what processes that have died left of this identity, as far as no other process is faster.
 *
 * Renaming takes it: of two that try, one finds nothing any more. An owner that was alive after all notices, since
 * each of its appends looks for its file afterwards. Nothing is lost either way.
 */
export async function adoptLeftovers(
  home: SpoolHome,
  known: ReadonlySet<string>,
): Promise<{ adopted: WaitingFile[]; failures: { id: string; error: unknown }[] }> {
  const adopted: WaitingFile[] = [];
  const failures: { id: string; error: unknown }[] = [];
  for (const name of await home.files.list(home.directory)) {
    const found = readCallsName(name);
    if (found?.identity !== home.identity || known.has(found.id)) continue;
    try {
      const file = await adopt(home, name, found);
      if (file) adopted.push(file);
    } catch (error) {
      // One file that cannot be read must not keep the others from the server.
      failures.push({ id: found.id, error });
    }
  }
  return { adopted, failures };
}

async function adopt(home: SpoolHome, name: string, found: CallsName): Promise<WaitingFile | null> {
  const { files, directory, owner } = home;
  const { id, start } = found;
  const left = files.join(directory, name);
  if (!(await isLeft(home, left, found.owner))) return null;
  const path = files.join(directory, toCallsName({ ...found, owner }));
  if (!(await files.rename(left, path))) return null;

  const { calls, end } = await measure(files, path, start);
  if (calls > 0) return { id, path, start, saved: start, end, calls, writer: null };
  await files.remove(path);
  return null;
}

async function isLeft(
  { files, owner: self }: SpoolHome,
  path: string,
  owner: Owner | null,
): Promise<boolean> {
  // Its own: taken before, and then not readable.
  if (owner === null || owner.spool === self.spool) return true;
  if (owner.place === self.place) return !(await files.isAlive(owner));
  const found = await files.stat(path);
  return found !== null && Date.now() - found.changedAt > ABANDONED_MS;
}

/** Reads all of it once, to say how much is waiting and to leave out what was torn. */
async function measure(
  files: SpoolFiles,
  path: string,
  start: number,
): Promise<{ calls: number; end: number }> {
  const file = await files.open(path);
  if (file === null) return { calls: 0, end: start };
  try {
    const { count, end } = await countLines(file, start);
    return { calls: count, end };
  } finally {
    await file.close();
  }
}
