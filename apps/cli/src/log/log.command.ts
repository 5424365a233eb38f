import { Command } from 'commander';
import { withPagedShell } from '../output/paged-shell.ts';
import { resolveNamed } from '../refs/resolve-named.ts';
import { toCount } from '../shell/option-values.ts';
import type { Shell } from '../shell/shell.ts';
import { logDocument } from './log-document.ts';
import { logRun } from './log-run.ts';

export interface LogOptions {
  /** How many; all when left out. */
  number?: number;
  /** Oldest first. */
  reverse?: true;
}

export function createLogCommand(shell: Shell): Command {
  return new Command('log')
    .description('Show what happened in a run, or the versions of a document; newest first.')
    .argument(
      '[run or document]',
      'a run, by key or id, or a document: RUN/KIND/KEY; the configured run if none',
    )
    .option('-n, --number <n>', 'at most so many', toCount)
    .option('--reverse', 'oldest first')
    .addHelpText(
      'after',
      `
Examples:
  stepledger log todo-app -n 20
  stepledger log todo-app --reverse
  stepledger log todo-app/design
  stepledger log todo-app/design --json`,
    )
    .action(async (ref: string | undefined, options: LogOptions) => {
      const named = await resolveNamed(shell, ref);
      await withPagedShell(shell, (paged) =>
        'run' in named ? logRun(paged, named.run, options) : logDocument(paged, named, options),
      );
    });
}
