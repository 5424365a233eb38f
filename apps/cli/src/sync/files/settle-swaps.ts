import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hasCode, isMarkdownPath, makePlace, OWN_FOLDER, sha256 } from './paths.ts';
import { modeOf, putInPlace } from './place-file.ts';

/** Written before a file is moved aside. */
const noteSchema = z.object({
  // The folder may have come from anywhere, as with a clone: nothing is put where sync itself would not.
  path: z.string().refine(isMarkdownPath),
  /** Of what was expected in it: if it holds anything else, somebody wrote into it meanwhile. */
  sha256: z.string(),
});

/**
 * Lets go of the files that swaps have moved aside, also those of a process that died: removed when nobody wrote into
 * them and their place is taken, put back where it is empty, else kept beside it.
 *
 * Answers the paths that were put back or kept.
 */
export async function settleSwaps(root: string): Promise<string[]> {
  const swaps = path.join(root, OWN_FOLDER, 'swaps');
  const settled: string[] = [];
  for (const name of await listSwaps(swaps)) {
    const kept = await settleSwap({ root, folder: path.join(swaps, name) });
    if (kept !== null) settled.push(kept);
  }
  return settled;
}

async function listSwaps(swaps: string): Promise<string[]> {
  try {
    return await readdir(swaps);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

export interface Settling {
  root: string;
  folder: string;
  /** Whether its place is meant to be empty. */
  isRemoved?: boolean;
  /** Whether it is kept in any case, since nobody else has it. */
  keep?: boolean;
}

/** Answers the path where the file that was moved aside is now; null when it is gone. */
export async function settleSwap(settling: Settling): Promise<string | null> {
  const { folder } = settling;
  const bytes = await readIfThere(path.join(folder, 'old'));
  const kept = bytes === null ? null : await settleOld(settling, bytes);
  await rm(folder, { recursive: true, force: true });
  return kept;
}

async function settleOld(
  { root, folder, isRemoved = false, keep = false }: Settling,
  bytes: Buffer,
): Promise<string | null> {
  const note = noteSchema.parse(JSON.parse(await readFile(path.join(folder, 'note.json'), 'utf8')));
  const old = path.join(folder, 'old');
  const place = await makePlace(root, note.path);
  const isAsExpected = sha256(bytes) === note.sha256;
  if (isAsExpected && !keep && (isRemoved || (await modeOf(place)) !== null)) return null;
  if ((await putInPlace(old, place)) === 'done') return note.path;
  const beside = `${note.path.replace(/\.md$/, '')}~kept-${randomUUID().slice(0, 8)}.md`;
  await putInPlace(old, path.join(root, beside));
  return beside;
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
