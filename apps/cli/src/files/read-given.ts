import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';

const STDIN = '-';

export interface Given {
  /** For people: the path as it was given, or `Standard input`. */
  name: string;
  bytes: Uint8Array;
}

/** The bytes of a file that was named on the command line, or with `-` of standard input. */
export async function readGiven(
  { directory, signal }: Pick<Shell, 'directory' | 'signal'>,
  file: string,
): Promise<Given> {
  if (file === STDIN) {
    // A person who waits at the terminal leaves by Ctrl-C.
    return { name: 'Standard input', bytes: await buffer(addAbortSignal(signal, process.stdin)) };
  }
  const at = path.resolve(directory, file);
  // Reading a directory fails too, but without saying which.
  if ((await stat(at)).isDirectory()) {
    throw usageError(`${file} is a directory`, 'Name a file, or - for standard input.');
  }
  return { name: file, bytes: await readFile(at) };
}
