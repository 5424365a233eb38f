import { type DocumentReceipt, type MergedText, mergeTexts } from '@stepledger/client';
import { CliError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import { type EditedDocument, type SaveOptions, saveText } from './edited-document.ts';

/** What became of a text that was to be saved. */
export type Saved =
  /** It is the new head; with what others saved meanwhile, by their versions. */
  | { receipt: DocumentReceipt; mergedWith: readonly number[] }
  /** Others saved the very same. */
  | { receipt: null }
  /** Both sides changed the same places: a person must decide. `document` stands at what the others saved. */
  | { conflict: MergedText; document: EditedDocument; baseVersion: number };

export interface SaveMergingOptions {
  text: string;
  /** Whether to merge what others saved meanwhile, rather than to fail. */
  merge: boolean;
  fields: SaveOptions;
}

/** Times that others may be first, one after the other, before it is given up. */
const MAX_TURNS = 10;

/** Saves a text made from `document.base`, together with what others saved since as far as that needs no person. */
export async function saveMerging(
  shell: Shell,
  document: EditedDocument,
  { text, merge, fields }: SaveMergingOptions,
): Promise<Saved> {
  let [current, ours] = [document, text];
  const mergedWith: number[] = [];
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const saved = await saveText(shell, current, {
      ...fields,
      ...noteOf(fields.note, mergedWith),
      text: ours,
    });
    if ('receipt' in saved) return { receipt: saved.receipt, mergedWith };
    const { theirs, id } = saved;
    if (!merge) throw savedMeanwhile(theirs.version);
    const { base } = current;
    const merged = mergeTexts({ base: base.text, ours, theirs: theirs.text });
    current = { ...current, id, base: theirs };
    if (merged.conflicts.length > 0) {
      return { conflict: merged, document: current, baseVersion: base.version };
    }
    if (merged.text === theirs.text) return { receipt: null };
    ours = merged.text;
    mergedWith.push(theirs.version);
  }
  throw savedMeanwhile(current.base.version);
}

function savedMeanwhile(version: number): CliError {
  return new CliError(`Somebody else saved version ${version} meanwhile; nothing is saved`, {
    exitCode: EXIT.conflict,
    hint: 'Saved without --no-merge, the changes of both sides are joined where they do not touch each other.',
  });
}

/** The person's own note, and that there is more in the text than the person wrote. */
function noteOf(note: string | undefined, mergedWith: readonly number[]): { note?: string } {
  const merged = mergedWith.length === 0 ? [] : [`Merged with version ${mergedWith.join(', ')}.`];
  const lines = [...(note === undefined ? [] : [note]), ...merged];
  return lines.length === 0 ? {} : { note: lines.join('\n\n') };
}
