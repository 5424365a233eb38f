import { code, type FolderFile, link } from './folder-text.ts';
import { type FolderCalls, runFiles } from './run-folder.ts';
import { safeName } from './safe-name.ts';

export interface FolderOptions {
  /** The key of the run; all runs of the project, a folder each, when left out. */
  readonly run?: string | undefined;
  /** Called after each file. */
  readonly onFile?: ((files: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A run, or all runs of the project, as Markdown files for people. Nothing reads them back. */
export async function* folderFiles(
  calls: FolderCalls,
  { run: key, onFile, signal }: FolderOptions,
): AsyncGenerator<FolderFile, void, undefined> {
  const stoppable: FolderCalls = { ...calls, options: { ...calls.options, signal } };
  let files = 0;
  for await (const file of filesOf(stoppable, key)) {
    yield file;
    files += 1;
    onFile?.(files);
  }
}

async function* filesOf(calls: FolderCalls, key: string | undefined) {
  const { features, options } = calls;
  if (key !== undefined) {
    yield* runFiles(calls, await features.runs.get({ key }, options), []);
    return;
  }
  const lines: string[] = [];
  for await (const run of features.runs.list({}, options)) {
    const folder = safeName(run.key);
    lines.push(`- ${link(run.key, [folder, 'README.md'])}: ${run.status}, revision ${run.revision}`);
    yield* runFiles(calls, run, [folder]);
  }
  yield { path: ['README.md'], content: `# ${code('runs')}\n\n${lines.join('\n')}\n` };
}
