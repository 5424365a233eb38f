import { randomUUID } from 'node:crypto';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hasCode, makePlace, OWN_FOLDER, sha256 } from './paths.ts';
import { modeOf, putInPlace, type Swapped } from './place-file.ts';
import { removeAside, settleSwap } from './settle-swaps.ts';

/** Called at moments where something else may happen to the file; tests use it to let it happen. */
export type Moment = (name: string, path: string) => void | Promise<void>;

export interface Swap {
  /** The folder that is synced. */
  root: string;
  /** The file in it. */
  path: string;
  /** What the file held when it was read; null when it was not there. */
  expected: Buffer | null;
  /** What it is to hold; null to remove it. */
  content: Buffer | null;
  /** Whether the ledger has what the file held, so that it may go when another file stands in its place already. */
  isStored: boolean;
  moment: Moment;
}

/**
 * Puts a new content in a file's place, and loses nothing that anybody else writes into it meanwhile.
 *
 * A plain rename would: whatever was saved between the last look and the rename is gone. So the old file is moved
 * aside first, which takes whatever is there at that moment; it is looked at there, and the new one is put in place
 * only where nothing stands. The old file stays aside until the end of the sync, when it is looked at once more for
 * what an editor that had it open still wrote. A process that dies on the way leaves it there, and the next one puts
 * it back (`settleSwaps`).
 */
export async function swapFile(swap: Swap): Promise<Swapped> {
  const { root, path, expected, content, moment } = swap;
  const place = await makePlace(root, path);
  const aside = await makeAside(root);
  try {
    if (content !== null) {
      await writeFile(aside.fresh, content, { flush: true });
      const mode = await modeOf(place);
      if (mode !== null) await chmod(aside.fresh, mode);
    }
    await moment('prepared', path);
    if (expected === null) return content === null ? 'done' : await putInPlace(aside.fresh, place);
    const note = { path, sha256: sha256(expected) };
    await writeFile(aside.note, JSON.stringify(note), { flush: true });
    if (!(await holds(place, expected))) return 'changed';
    await moment('checked', path);
    return await exchange(swap, { place, expected, ...aside });
  } catch (error) {
    // Another sync of this folder has settled what this one was in the middle of.
    if (hasCode(error, 'ENOENT')) return 'changed';
    throw error;
  } finally {
    await rm(aside.fresh, { force: true });
    await removeAside(aside.folder);
  }
}

/** A folder of its own for what is on its way, on the same disk. */
async function makeAside(root: string) {
  const at = `${OWN_FOLDER}/swaps/${randomUUID()}`;
  const fresh = await makePlace(root, `${at}/fresh`);
  const folder = fresh.slice(0, -'/fresh'.length);
  return { folder, fresh, old: `${folder}/old`, note: `${folder}/note.json` };
}

async function exchange(
  { root, content, path, isStored, moment }: Swap,
  {
    place,
    expected,
    fresh,
    old,
    folder,
  }: { place: string; expected: Buffer } & Awaited<ReturnType<typeof makeAside>>,
): Promise<Swapped> {
  await rename(place, old);
  await moment('aside', path);
  let swapped: Swapped = 'changed';
  try {
    if (await holds(old, expected)) {
      swapped = content === null ? 'done' : await putInPlace(fresh, place);
      await moment('placed', path);
    }
  } finally {
    if (swapped === 'changed') await settleSwap({ root, folder, isOnlyOne: !isStored });
    else if (content === null) await settleSwap({ root, folder, isRemoved: true });
  }
  return swapped;
}

async function holds(file: string, expected: Buffer): Promise<boolean> {
  try {
    return expected.equals(await readFile(file));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
