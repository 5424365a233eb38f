import type { StepRef } from '@stepledger/client';
import { Command } from 'commander';
import { visibleLine } from '../output/visible.ts';
import { formatDocumentRef, parseStepRef } from '../refs/parse-refs.ts';
import type { Shell } from '../shell/shell.ts';
import { editByHand } from './edit-by-hand.ts';
import { loadEdited } from './edited-document.ts';
import { saveGiven } from './save-given.ts';

interface EditOptions {
  note?: string;
  step?: StepRef;
  title?: string;
  file?: string;
  create?: true;
  merge: boolean;
}

export function createEditCommand(shell: Shell): Command {
  return new Command('edit')
    .description('Edit a document in $VISUAL or $EDITOR and save it as a new version.')
    .argument('<document>', 'RUN/KIND/KEY, KIND with --run, or an id; @3 for what is made from version 3')
    .option('--note <text>', 'why, for the history')
    .option('--step <name[:key]>', 'the step in which it is done', parseStepRef)
    .option('--title <title>', 'a new title, saved with the text')
    .option('--file <path>', 'save the text of this file (- for standard input), without an editor')
    .option('--create', 'make the document if it does not exist')
    .option('--no-merge', 'fail when somebody else saved meanwhile, and keep the text in a file')
    .addHelpText('after', HELP)
    .action((ref: string, options: EditOptions) => edit(shell, ref, options));
}

const HELP = `
What others save meanwhile is merged; where both changed the same lines, the editor opens again with both.
Whatever fails, the text stays in a file whose path is told.

Examples:
  stepledger edit todo-app/design
  stepledger edit todo-app/code/app.ts --note 'Handle the empty list'
  stepledger edit todo-app/notes --create
  fmt design.md | stepledger edit todo-app/design@3 --file -`;

async function edit(shell: Shell, ref: string, options: EditOptions): Promise<void> {
  const { note, step, title, file, create = false, merge } = options;
  const fields = {
    ...(note !== undefined && { note }),
    ...(step !== undefined && { step }),
    ...(title !== undefined && { title }),
  };
  const document = await loadEdited(shell, ref, { create });
  const saved =
    file === undefined
      ? await editByHand(shell, document, { merge, fields })
      : await saveGiven(shell, document, { merge, fields, file });
  const { out } = shell;
  if (saved !== null && saved.receipt === null)
    out.say('Somebody else saved the same; nothing is left to save.');
  const receipt = saved?.receipt ?? null;
  if (receipt === null) return out.json ? out.result(null, () => '') : undefined;
  const merged = saved !== null && 'mergedWith' in saved ? saved.mergedWith : [];
  const name = visibleLine(`${formatDocumentRef(document)}@${receipt.version}`);
  const together = merged.length === 0 ? '' : `, merged with version ${merged.join(', ')}`;
  await out.result(receipt, () => `${name} saved, revision ${receipt.revision}${together}`);
}
