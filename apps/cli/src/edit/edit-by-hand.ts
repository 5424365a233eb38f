import { CliError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import { type Marked, markConflicts } from './conflict-markers.ts';
import type { EditedDocument } from './edited-document.ts';
import { checkEditable, decodeExact, withEndOf } from './exact-text.ts';
import { goOnCommand } from './go-on.ts';
import { chooseEditor, runEditor } from './run-editor.ts';
import { type Saved, type SaveMergingOptions, saveMerging } from './save-merging.ts';
import { createWorkFile, type WorkFile } from './work-file.ts';

/** What is in the editor at the moment. */
interface Sheet {
  document: EditedDocument;
  /** The text that the editor was opened with. */
  opened: string;
  /** Whose last line says whether the text ends with a line feed. */
  endsLike: string;
  /** The conflicts in it that are to be resolved. */
  marked: Marked | null;
  /** Whether a window may have it open, though the editor is back. */
  mayBeOpen: boolean;
}

/** Lets the person edit the text and saves it; null when there is nothing to save. Whatever fails, the text is kept. */
export async function editByHand(
  shell: Shell,
  document: EditedDocument,
  options: Omit<SaveMergingOptions, 'text'>,
): Promise<Exclude<Saved, { conflict: unknown }> | null> {
  const { base } = document;
  const command = chooseEditor(shell.variables, process.stdin.isTTY === true);
  checkEditable(base.text);
  const file = await createWorkFile(document, base.text);
  let sheet: Sheet = { document, opened: base.text, endsLike: base.text, marked: null, mayBeOpen: false };
  try {
    while (true) {
      const { atOnce } = await runEditor(command, file.path);
      const text = withEndOf(sheet.endsLike, decodeExact(await file.read(), file.path));
      if (text === sheet.opened || text.trim() === '') {
        await endWithoutText(shell, file, { sheet, atOnce, text });
        return null;
      }
      if (sheet.marked?.isLeftIn(text)) throw unresolved();
      const saved = await saveMerging(shell, sheet.document, { ...options, text });
      if (!('conflict' in saved)) {
        await file.remove();
        return saved;
      }
      sheet = await openConflict(shell, file, { saved, text });
    }
  } catch (error) {
    await tellWhereTextIs(shell, file, sheet);
    throw error;
  }
}

function unresolved(): CliError {
  return new CliError('There are still conflicts in the text; nothing is saved', { exitCode: EXIT.conflict });
}

async function endWithoutText(
  { out }: Shell,
  file: WorkFile,
  { sheet, atOnce, text }: { sheet: Sheet; atOnce: boolean; text: string },
): Promise<void> {
  // The person's first text is only in the files by now.
  if (sheet.marked !== null) throw unresolved();
  if (text === sheet.opened && atOnce) {
    sheet.mayBeOpen = true;
    throw new CliError('The editor returned at once and has changed nothing; nothing is saved', {
      hint: 'If it opened a window, set VISUAL or EDITOR to a command that waits until the file is closed.',
    });
  }
  await file.remove();
  out.say(
    text === sheet.opened ? 'Nothing was changed; nothing is saved.' : 'The text is empty; nothing is saved.',
  );
}

async function openConflict(
  { out }: Shell,
  file: WorkFile,
  { saved, text }: { saved: Extract<Saved, { conflict: unknown }>; text: string },
): Promise<Sheet> {
  const { conflict, document, baseVersion } = saved;
  const marked = markSides(saved);
  await file.putAside('yours', text);
  checkEditable(marked.text);
  await file.write(marked.text);
  const places = conflict.conflicts.length === 1 ? 'a place' : `${conflict.conflicts.length} places`;
  out.say(
    `Version ${document.base.version} was saved since version ${baseVersion}, and changed ${places} that you changed as well.`,
  );
  const theirs = document.base.text;
  const endsLike = theirs.endsWith('\n') ? theirs : text;
  return { document, opened: marked.text, endsLike, marked, mayBeOpen: false };
}

/** The merged text with the conflicts between markers that name both sides. */
export function markSides({
  conflict,
  document,
  baseVersion,
}: Extract<Saved, { conflict: unknown }>): Marked {
  const { version, author } = document.base;
  // A name on a line of its own.
  const by = author === null ? '' : ` by ${author.replaceAll(/\s/g, ' ')}`;
  return markConflicts(conflict, { base: `version ${baseVersion}`, theirs: `version ${version}${by}` });
}

/** Nothing is thrown away that the person may have written, nor what an editor that was killed left beside it. */
async function tellWhereTextIs({ out }: Shell, file: WorkFile, sheet: Sheet): Promise<void> {
  // A file that cannot be read is not known to be untouched: it is kept, and the person told where.
  const now = await file.read().catch(() => null);
  const isUntouched = sheet.marked === null && now !== null && Buffer.from(sheet.opened).equals(now);
  if (isUntouched && !(await file.hasCompany()) && !sheet.mayBeOpen) return file.remove();
  out.warn(`The text is kept in ${file.path}`);
  out.warn(`Save it by: ${goOnCommand(sheet.document, file.path)}`);
}
