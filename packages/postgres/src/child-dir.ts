import { open } from 'node:fs/promises';
import type { RunAs } from './run-as.ts';

/** A directory as a PostgreSQL program is told it. */
export interface ChildDir extends AsyncDisposable {
  /** The path to pass as `-D`. */
  readonly argument: string;
  /** What the program must inherit as its file descriptor 3. */
  readonly extraStdio: number[];
}

/**
 * Opens a directory for a program that runs as another user.
 *
 * That user may not be allowed to pass through the directories above (a checkout under /root, a home of mode
 * 0700). So root opens the directory and the program inherits the descriptor: `/proc/self/fd/3` leads to it without
 * asking for any permission above. Opened anew at each start, it needs nothing to survive between them. The working
 * directory would do for 16 to 18, but the programs of 15 leave it and cannot come back. Elsewhere than on Linux
 * the path itself is passed.
 */
export async function openChildDir(dir: string, runAs: RunAs): Promise<ChildDir> {
  if (runAs === undefined || process.platform !== 'linux') {
    return { argument: dir, extraStdio: [], [Symbol.asyncDispose]: async () => undefined };
  }
  const handle = await open(dir, 'r');
  return {
    argument: '/proc/self/fd/3',
    extraStdio: [handle.fd],
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
