import { beginChunks } from './begin-chunks.ts';
import type { ExportOptions } from './export-lines.ts';
import type { FolderOptions } from './folder/folder-files.ts';
import type { FolderFile } from './folder/folder-text.ts';
import type { FolderCalls } from './folder/run-folder.ts';
import type { ImportOptions } from './import-lines.ts';
import type { ImportReport } from './import-report.ts';
import type { Chunks } from './split-lines.ts';
import type { TransferContext } from './transfer-calls.ts';

/** What is stored as a file, and files back into what is stored. */
export interface Transfers {
  /**
   * Tells a run, a workflow, the client's project or all projects as JSON Lines, one string a line with its line break.
   *
   * The same state gives the same lines. A run is told as it was when its turn came, whatever is written meanwhile. Memory
   * does not grow with what is told.
   */
  export(options?: ExportOptions): AsyncIterable<string>;
  /**
   * Takes in the lines of an export, in pieces however they are cut. What is here already stays as it is.
   *
   * An import that was cut off goes on when the same file is imported again. Needs admin access, and for a file of all
   * projects an instance key. Throws BAD_INPUT, by the number of the line, and ALREADY_EXISTS unless `onConflict` says
   * otherwise.
   */
  import(chunks: Chunks, options?: ImportOptions): Promise<ImportReport>;
  /**
   * Tells a run, or all runs of the project, as Markdown files to read: a folder a run and a step, documents with front
   * matter, prompts and raw responses. `path` has safe names only.
   */
  exportFolder(options?: FolderOptions): AsyncIterable<FolderFile>;
}

/** Each is loaded by those who use it. */
export function createTransfers(context: TransferContext & { calls: FolderCalls }): Transfers {
  return {
    async *exportFolder(options = {}) {
      const { folderFiles } = await import('./folder/folder-files.ts');
      yield* folderFiles(context.calls, options);
    },
    async *export(options = {}) {
      const { exportLines } = await import('./export-lines.ts');
      yield* exportLines(context, options);
    },
    async import(chunks, options) {
      const begun = beginChunks(chunks);
      const { importLines } = await import('./import-lines.ts');
      return importLines(context, begun, options);
    },
  };
}
