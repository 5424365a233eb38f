import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openProgress } from '../output/progress.ts';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';

/** Writes Markdown files into a folder that is not there yet, or empty. */
export async function exportFolder(
  shell: Shell,
  { run, label, out }: { run: string | undefined; label: string; out: string },
): Promise<void> {
  const folder = path.resolve(shell.directory, out);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw usageError(`${out} is not empty`, 'Name a folder that is new or empty.');
  }
  let files = 0;
  using progress = openProgress(shell.out, { label, unit: 'files' });
  for await (const file of shell.ledger.exportFolder({ run, signal: shell.signal })) {
    const target = path.join(folder, ...file.path);
    await mkdir(path.dirname(target), { recursive: true });
    // Never over another one, whatever two names have become.
    await writeFile(target, file.content, { flag: 'wx' });
    files += 1;
    progress.update({ done: files });
  }
  await shell.out.result({ out, files }, () => `${out}: ${files.toLocaleString('en')} files`);
}
