import { readGiven } from '../files/read-given.ts';
import { CliError, usageError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import { markSides } from './edit-by-hand.ts';
import type { EditedDocument } from './edited-document.ts';
import { decodeExact } from './exact-text.ts';
import { goOnCommand } from './go-on.ts';
import { type Saved, type SaveMergingOptions, saveMerging } from './save-merging.ts';
import { createWorkFile } from './work-file.ts';

const STDIN = '-';

export interface GivenOptions extends Omit<SaveMergingOptions, 'text'> {
  /** A path, or `-` for standard input. */
  file: string;
}

/** Saves the text of a file or of standard input; null when there is nothing to save. */
export async function saveGiven(
  shell: Shell,
  document: EditedDocument,
  { file, ...options }: GivenOptions,
): Promise<Exclude<Saved, { conflict: unknown }> | null> {
  const text = await readText(shell, file);
  if (text === document.base.text && document.id !== null) {
    shell.out.say('Nothing was changed; nothing is saved.');
    return null;
  }
  const saved = await saveMerging(shell, document, { ...options, text }).catch(async (error: unknown) => {
    // What came through a pipe is nowhere else.
    if (file === STDIN) await keep(shell, document, text);
    throw error;
  });
  if (!('conflict' in saved)) return saved;
  const work = await createWorkFile(document, markSides(saved).text);
  await work.putAside('yours', text);
  const { version } = saved.document.base;
  throw new CliError(`Version ${version} changed the same places; nothing is saved`, {
    exitCode: EXIT.conflict,
    hint: `Both sides are in ${work.path}; resolve them, then save by: ${goOnCommand(saved.document, work.path)}`,
  });
}

async function readText(shell: Shell, file: string): Promise<string> {
  const { name, bytes } = await readGiven(shell, file);
  const text = decodeExact(bytes, name);
  if (text.trim() === '') {
    throw usageError(
      `${name} is empty; nothing is saved`,
      'Save an empty text by `stepledger documents update`.',
    );
  }
  if (/^<{7,} yours$/m.test(text) && /^>{7,} version \d/m.test(text)) {
    throw usageError(
      `${name} still holds conflicts; nothing is saved`,
      'Resolve what stands between <<< and >>>.',
    );
  }
  return text;
}

async function keep({ out }: Shell, document: EditedDocument, text: string): Promise<void> {
  const work = await createWorkFile(document, text);
  out.warn(`The text is kept in ${work.path}`);
  out.warn(`Save it by: ${goOnCommand(document, work.path)}`);
}
