import { Command } from 'commander';
import { withPagedShell } from '../output/paged-shell.ts';
import type { Shell } from '../shell/shell.ts';
import { diffDocument } from './diff-document.ts';
import { diffRuns } from './diff-runs.ts';

export interface DiffOptions {
  stat?: true;
  exitCode?: true;
}

export function createDiffCommand(shell: Shell): Command {
  return new Command('diff')
    .description('Show what changed between two versions of a document, or between two runs.')
    .argument('<document>', 'RUN/KIND/KEY[@A], KIND/KEY[@A] with --run, or an id; or a run, RUN[@rN]')
    .argument('[other]', '@B, a version or revision of the same document; or another run')
    .option('--stat', 'only how many lines were added and removed')
    .option('--exit-code', 'end with 1 when there is a difference')
    .addHelpText(
      'after',
      `
Without versions it is what the newest one changed; DOC @5 is what version 5 changed, DOC@3 what changed since version 3.

Examples:
  stepledger diff todo-app/design
  stepledger diff todo-app/design@1 @3
  stepledger diff todo-app/design@r12 --stat
  stepledger diff todo-app todo-app-2
  stepledger diff todo-app@r12 todo-app@r40`,
    )
    .action(async (what: string, other: string | undefined, options: DiffOptions) => {
      await withPagedShell(shell, (paged) =>
        other === undefined || other.startsWith('@')
          ? diffDocument(paged, { document: what, to: other }, options)
          : diffRuns(paged, { from: what, to: other }, options),
      );
    });
}
