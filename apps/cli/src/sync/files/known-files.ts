import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hasCode, isMarkdownPath, makePlace, OWN_FOLDER } from './paths.ts';

const knownSchema = z.object({
  documents: z.record(
    z.uuid(),
    z.object({
      path: z.string().refine(isMarkdownPath),
      version: z.int().positive(),
      bareVersion: z.int().positive().optional(),
    }),
  ),
});

export interface KnownFile {
  path: string;
  /** When it was last synced. */
  version: number;
  /**
   * What it said when it last had no front matter. An editor that has had it open since then saves a text that was made
   * from this version, however new the file was meanwhile.
   */
  bareVersion?: number | undefined;
}

/** The documents that this folder has held, by their ids. */
export type KnownFiles = Map<string, KnownFile>;

/** Notes where a document is now and at which version; what else is known of it stays. */
export function noteKnown(known: KnownFiles, id: string, file: KnownFile): void {
  known.set(id, { ...known.get(id), ...file });
}

/**
 * Reads what earlier syncs left under this name. It tells a file that was removed here from one that never was, and which
 * version a file was made from that has lost its front matter; texts and merges need nothing of it, so without it
 * nothing is lost: removed files are written again.
 */
export async function loadKnownFiles(root: string, name: string): Promise<KnownFiles> {
  try {
    const json: unknown = JSON.parse(await readFile(path.join(root, OWN_FOLDER, `${name}.json`), 'utf8'));
    return new Map(Object.entries(knownSchema.parse(json).documents));
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError)
      return new Map();
    throw error;
  }
}

/** Stores it, whole or not at all; and keeps the folder it stands in out of version control. */
export async function saveKnownFiles(root: string, name: string, known: KnownFiles): Promise<void> {
  const ignore = await makePlace(root, `${OWN_FOLDER}/.gitignore`);
  await writeFile(ignore, '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  const file = await makePlace(root, `${OWN_FOLDER}/${name}.json`);
  const fresh = `${file}.${randomUUID()}`;
  const documents = Object.fromEntries([...known].sort(([one], [other]) => (one < other ? -1 : 1)));
  await writeFile(fresh, `${JSON.stringify({ documents }, null, 2)}\n`, { flush: true });
  await rename(fresh, file);
}
