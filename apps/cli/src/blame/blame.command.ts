import { Command } from 'commander';
import { withPagedShell } from '../output/paged-shell.ts';
import { resolveDocument, resolveVersion } from '../refs/resolve-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import { toCount } from '../shell/option-values.ts';
import type { Shell } from '../shell/shell.ts';
import { renderBlame } from './render-blame.ts';

export function createBlameCommand(shell: Shell): Command {
  return new Command('blame')
    .description('Show which version, step, exchange and prompt wrote each line of a document.')
    .argument('<document>', 'RUN/KIND/KEY[@VERSION][:LINE], KIND/KEY with --run, or an id')
    .option('-L, --line <n>', 'only this line, counted from 1', toCount)
    .addHelpText(
      'after',
      `
A ":" inside of a name is written %3A.

Examples:
  stepledger blame todo-app/design
  stepledger blame todo-app/design:12
  stepledger blame todo-app/design@3 --line 12 --json`,
    )
    .action(async (ref: string, { line }: { line?: number }) => {
      await withPagedShell(shell, (paged) => blame(paged, ref, line));
    });
}

async function blame(shell: Shell, ref: string, option: number | undefined): Promise<void> {
  const { out, ledger } = shell;
  const { document, line: written } = splitLine(ref);
  if (written !== undefined && option !== undefined)
    throw usageError('Name the line once, by :LINE or --line');
  const line = written ?? option;
  const { documentId, at } = await resolveDocument(shell, document);
  const named =
    at === null
      ? { documentId }
      : await resolveVersion(shell, `${documentId}@${'version' in at ? at.version : `r${at.revision}`}`);
  const found = await ledger.links.blame({ ...named, ...(line !== undefined && { line }) });
  if (out.json) return out.result(found, () => '');
  // A version never changes, so this is the text that was looked at.
  const { text } = await ledger.documents.get({ documentId, version: found.version });
  await out.result(found, () => renderBlame(found, { text: text ?? '', style: out.style }));
}

/** Takes `:12` off the end. */
function splitLine(ref: string): { document: string; line?: number } {
  const match = /^(.+):([1-9]\d{0,8})$/s.exec(ref);
  if (match?.[1] === undefined) return { document: ref };
  return { document: match[1], line: Number(match[2]) };
}
