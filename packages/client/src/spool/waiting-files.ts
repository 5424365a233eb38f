import { toCallsName } from './file-names.ts';
import { adoptLeftovers, type WaitingFile } from './leftovers.ts';
import type { LineWriter } from './line-writer.ts';
import type { SpoolHome } from './spool-home.ts';

/** The files with calls that this spool is to deliver, oldest first. */
export class WaitingFiles {
  #files: WaitingFile[] = [];
  /** Files whose failure was told. */
  readonly #told = new Set<string>();

  get first(): WaitingFile | undefined {
    return this.#files[0];
  }

  get calls(): number {
    return this.#files.reduce((sum, { calls }) => sum + calls, 0);
  }

  add(...files: WaitingFile[]): void {
    this.#files = [...this.#files, ...files].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Counts a call that was appended. */
  grow(writer: LineWriter): void {
    const file = this.#files.find((other) => other.writer === writer);
    if (file === undefined) return;
    file.end = writer.end;
    file.calls += 1;
  }

  forget(file: WaitingFile): void {
    this.#files = this.#files.filter((other) => other !== file);
  }

  /** Takes over what others left. Answers why a file cannot be read, once for each. */
  async adopt(home: SpoolHome): Promise<unknown[]> {
    const { adopted, failures } = await adoptLeftovers(home, new Set(this.#files.map(({ id }) => id)));
    this.add(...adopted);
    const untold = failures.filter(({ id }) => !this.#told.has(id));
    for (const { id } of untold) this.#told.add(id);
    return untold.map(({ error }) => error);
  }

  /** Tells processes that cannot see this one that it lives. */
  async showLife({ files }: SpoolHome): Promise<void> {
    for (const { path } of this.#files) await files.touch(path);
  }

  /** Lets any spool take them. */
  async leave(home: SpoolHome): Promise<void> {
    for (const file of this.#files) await save(home, file, { isLeft: true });
    this.#files = [];
  }
}

/** Keeps how much was delivered. Of a file that another process has taken nothing needs to be kept. */
export async function save(
  { files, directory, identity, owner }: SpoolHome,
  file: WaitingFile,
  { isLeft = false } = {},
): Promise<void> {
  const { id, start } = file;
  const path = files.join(directory, toCallsName({ identity, id, start, owner: isLeft ? null : owner }));
  if (path === file.path || !(await files.rename(file.path, path))) return;
  if (file.writer) file.writer.path = path;
  file.path = path;
  file.saved = start;
}
