import type { Shell } from '../shell/shell.ts';
import { withPager } from './pager.ts';

/** Runs `work` with a shell whose output is paged, as `withPager` does; null when the person left the pager. */
export function withPagedShell<Result>(
  shell: Shell,
  work: (shell: Shell) => Promise<Result>,
): Promise<Result | null> {
  const { variables, config, ledger, directory } = shell;
  const connectForCleanUp = () => shell.connectForCleanUp();
  return withPager(shell, (out, signal) =>
    work({ variables, config, ledger, connectForCleanUp, directory, out, signal }),
  );
}
