import type { SpoolFile, SpoolFiles } from './file-access.ts';

export interface LineWriterOptions {
  files: SpoolFiles;
  directory: string;
  name: string;
  /** The first line, with its end. */
  header: Uint8Array;
}

/** Makes a file with its first line. The directory need not exist; of a failure nothing stays. */
export async function createLineWriter({
  files,
  directory,
  name,
  header,
}: LineWriterOptions): Promise<LineWriter> {
  await files.makeDirectory(directory);
  const path = files.join(directory, name);
  const file = await files.create(path);
  try {
    await file.write(header, 0);
    await files.syncDirectory(directory);
    return new LineWriter({ files, path, file, end: header.length });
  } catch (error) {
    // What fails here as well leaves a file without calls, which the next adoption removes.
    await file.close().catch(() => undefined);
    await files.remove(path).catch(() => undefined);
    throw error;
  }
}

/** A file of whole lines: what an append that failed has left of its line is cut off again. */
export class LineWriter {
  /** Where the file lies; a rename changes it. */
  path: string;
  readonly #files: SpoolFiles;
  readonly #file: SpoolFile;
  #end: number;
  #isUsable = true;

  constructor({ files, path, file, end }: { files: SpoolFiles; path: string; file: SpoolFile; end: number }) {
    this.path = path;
    this.#files = files;
    this.#file = file;
    this.#end = end;
  }

  /** Where the last whole line ends. */
  get end(): number {
    return this.#end;
  }

  /** False once nobody knows what is on the disk behind the last whole line. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Returns once the line is on the disk; false when the file was taken away, and the line perhaps with it. */
  async append(line: Uint8Array): Promise<boolean> {
    let written = false;
    try {
      await this.#file.write(line, this.#end);
      written = true;
      await this.#file.sync();
      // Whoever takes a file away renames it before reading: a name that still stands here will be read with this line.
      if ((await this.#files.stat(this.path)) === null) {
        this.#isUsable = false;
        return false;
      }
    } catch (error) {
      const isCut = await this.#file.truncate(this.#end).then(
        () => true,
        () => false,
      );
      // After a failed fsync the system may take pages for written that are not.
      this.#isUsable = isCut && !written;
      throw error;
    }
    this.#end += line.length;
    return true;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Appends to a file that is made when its first line comes, and to a new one where that was spoilt or taken away. */
export class LineLog {
  readonly #make: () => Promise<LineWriter>;
  #writer: LineWriter | null = null;

  constructor(make: () => Promise<LineWriter>) {
    this.#make = make;
  }

  get writer(): LineWriter | null {
    return this.#writer;
  }

  /** Answers where the line is. One call at a time. */
  async append(line: Uint8Array): Promise<LineWriter> {
    for (;;) {
      this.#writer ??= await this.#make();
      const writer = this.#writer;
      try {
        if (await writer.append(line)) return writer;
      } finally {
        if (!writer.isUsable) await this.close();
      }
    }
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    await writer?.close();
  }
}
