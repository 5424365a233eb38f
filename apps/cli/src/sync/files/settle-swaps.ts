import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hasCode, isMarkdownPath, makePlace, OWN_FOLDER, sha256 } from './paths.ts';
import { putInPlace } from './place-file.ts';

/** Written before a file is moved aside. */
const noteSchema = z.object({
  // The folder may have come from anywhere, as with a clone: nothing is put where sync itself would not.
  path: z.string().refine(isMarkdownPath),
  /** Of what was expected in it: if it holds anything else, somebody wrote into it meanwhile. */
  sha256: z.string(),
});

type Note = z.infer<typeof noteSchema>;

/** After so long, nobody is about to move a file aside any more. */
const LEFT_AFTER_MS = 3_600_000;

/**
 * Lets go of the files that swaps have moved aside, also those of a process that died: removed when nobody wrote into
 * them and their place is taken, put back where it is empty, else kept beside it.
 *
 * Safe beside another sync of the folder: a file that is about to be moved aside is not touched, and one that is aside
 * can be settled by either. Answers the paths that were put back or kept.
 */
export async function settleSwaps(root: string): Promise<string[]> {
  const swaps = path.join(root, OWN_FOLDER, 'swaps');
  const settled: string[] = [];
  for (const name of await orIfGone(readdir(swaps), [])) {
    const folder = path.join(swaps, name);
    const kept = await settleSwap({ root, folder });
    if (kept !== null) settled.push(kept);
  }
  return settled;
}

export interface Settling {
  root: string;
  folder: string;
  /** Whether its place is meant to be empty. */
  isRemoved?: boolean;
  /** Whether the file that stands in its place came of somebody else, and nobody has what is aside. */
  isOnlyOne?: boolean;
}

/** Answers the path where the file that was moved aside is now; null when it is gone. */
export async function settleSwap(settling: Settling): Promise<string | null> {
  const { folder } = settling;
  const old = path.join(folder, 'old');
  const bytes = await readIfThere(old);
  const note = toNote(await readIfThere(path.join(folder, 'note.json')));
  if (bytes === null || note === null) {
    const found = await orIfGone<Stats | null>(stat(folder), null);
    if (found !== null && Date.now() - found.mtimeMs > LEFT_AFTER_MS) await removeAside(folder);
    return null;
  }
  try {
    const kept = await settleOld(settling, bytes, note);
    await rm(old, { force: true });
    await removeAside(folder);
    return kept;
  } catch (error) {
    // Another sync was faster, or the place's folder has gone this moment: what is aside then stays for the next.
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Null also for a note that no swap has written: what it speaks of is left alone. */
function toNote(bytes: Buffer | null): Note | null {
  if (bytes === null) return null;
  try {
    return noteSchema.parse(JSON.parse(bytes.toString()));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function settleOld(
  { root, folder, isRemoved = false, isOnlyOne = false }: Settling,
  bytes: Buffer,
  note: Note,
): Promise<string | null> {
  const isAsExpected = sha256(bytes) === note.sha256;
  if (isAsExpected && isRemoved) return null;
  const old = path.join(folder, 'old');
  const place = await makePlace(root, note.path);
  if ((await putInPlace(old, place)) === 'done') return note.path;
  const there = await readIfThere(place);
  if (there !== null && (bytes.equals(there) || (isAsExpected && !isOnlyOne))) return null;
  const beside = `${note.path.replace(/\.md$/, '')}~kept-${randomUUID().slice(0, 8)}.md`;
  await putInPlace(old, path.join(root, beside));
  return beside;
}

/** Removes the folder of a swap, but never a file that was moved aside into it at this moment. */
export async function removeAside(folder: string): Promise<void> {
  if ((await readIfThere(path.join(folder, 'old'))) !== null) return;
  for (const name of ['fresh', 'note.json']) await rm(path.join(folder, name), { force: true });
  await rmdir(folder).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  });
}

function readIfThere(file: string): Promise<Buffer | null> {
  return orIfGone<Buffer | null>(readFile(file), null);
}

async function orIfGone<Value>(value: Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await value;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return otherwise;
    throw error;
  }
}
