import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/**
 * Starts a command of the person's own, such as a pager or an editor with its options, by a shell as other programs do.
 *
 * The arguments are words of their own, whatever is in them. Ctrl-C is the command's: the shell between lives on.
 */
export function spawnOnTerminal(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  if (process.platform === 'win32') {
    const words = args.map((word) => `"${word}"`);
    return spawn([command, ...words].join(' '), { ...options, shell: true });
  }
  // With a trap the shell outlives the signal; unlike one that is ignored, the command does not inherit it.
  return spawn('sh', ['-c', `trap : INT; ${command} "$@"`, command, ...args], options);
}
