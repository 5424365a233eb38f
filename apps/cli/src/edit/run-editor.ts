import { once } from 'node:events';
import path from 'node:path';
import { CliError, usageError } from '../shell/cli-error.ts';
import type { Variables } from '../shell/config.ts';
import { spawnOnTerminal } from '../shell/spawn-on-terminal.ts';
import { ignoreInterrupts } from '../shell/stop-signal.ts';

/** Editors that hand the file to a window and return, and what makes them wait. */
const WAIT_FLAGS: Record<string, readonly string[]> = {
  atom: ['--wait', '-w'],
  code: ['--wait', '-w'],
  'code-insiders': ['--wait', '-w'],
  codium: ['--wait', '-w'],
  cursor: ['--wait', '-w'],
  gvim: ['-f', '--nofork'],
  mate: ['-w', '--wait'],
  mvim: ['-f', '--nofork'],
  subl: ['--wait', '-w'],
  windsurf: ['--wait', '-w'],
  zed: ['--wait', '-w'],
};
/** No person has looked at a text and decided to leave it as it is in less. */
const AT_ONCE_MS = 400;

/** The command of $VISUAL or $EDITOR; refuses one that is known not to wait. */
export function chooseEditor(variables: Variables, isTerminal: boolean): string {
  const [variable, command] =
    [
      ['VISUAL', variables['VISUAL']?.trim()],
      ['EDITOR', variables['EDITOR']?.trim()],
    ].find(([, value]) => value) ?? [];
  if (!command) {
    if (isTerminal) return process.platform === 'win32' ? 'notepad' : 'vi';
    throw usageError(
      'There is no terminal for an editor, and neither VISUAL nor EDITOR is set',
      'Give the text by --file PATH, or --file - for standard input.',
    );
  }
  const words = command.split(/\s+/);
  const program = path.basename(words[0] ?? '').replace(/\.(exe|cmd)$/i, '');
  const flags = WAIT_FLAGS[program];
  if (flags === undefined || words.some((word) => flags.includes(word))) return command;
  throw usageError(
    `${variable} is ${command}, which returns before the text is edited`,
    `Set ${variable}="${command} ${flags[0]}", so that it waits until the file is closed.`,
  );
}

/**
 * Lets the person edit a file; answers whether the editor came back sooner than anybody can read.
 *
 * @throws CliError when it cannot be run, fails or is killed; the file is then as it left it.
 */
export async function runEditor(command: string, file: string): Promise<{ atOnce: boolean }> {
  // Ctrl-C belongs to the editor.
  using _interrupts = ignoreInterrupts();
  const begin = performance.now();
  const child = spawnOnTerminal(command, [file], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return { atOnce: performance.now() - begin < AT_ONCE_MS };
  const how = code === null ? `was ended by ${signal}` : `failed with exit code ${code}`;
  throw new CliError(`The editor \`${command}\` ${how}; nothing is saved`, {
    hint: 'Set VISUAL or EDITOR to another one, or give the text by --file.',
  });
}
