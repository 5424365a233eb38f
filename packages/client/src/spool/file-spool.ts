import { spoolFull } from '../errors/client-errors.ts';
import { readLine, toLine, toRejectedLine } from './call-lines.ts';
import { toFailure } from './failures.ts';
import type { SpoolFiles } from './file-access.ts';
import { toCallsName, toRejectedName } from './file-names.ts';
import type { WaitingFile } from './leftovers.ts';
import { readLines } from './line-reader.ts';
import { createLineWriter, LineLog, type LineWriter } from './line-writer.ts';
import type { Delivery, SendCall, Spool, SpooledCall } from './spool.ts';
import { spoolFiles } from './spool-files.ts';
import { createFileId, loadHome, type SpoolHome, usedBytes } from './spool-home.ts';
import { save, WaitingFiles } from './waiting-files.ts';

export interface FileSpoolOptions {
  /** Made, for this user alone, with the first call. Processes may share it. */
  directory: string;
  /** Names server and project: only calls of the same identity are delivered. */
  identity: string;
  /** What all files of this identity in the directory may take, those put aside included. Default 256 MiB. */
  maxBytes?: number | undefined;
  /** In place of the platform's own. */
  files?: SpoolFiles;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
/** At most this much, and the call after it, is sent once more when a process is killed while it delivers. */
const SAVE_EVERY_BYTES = 8 * 1024 * 1024;
/** Of one delivery, so that its report stays small. */
const MAX_REJECTED = 1000;

/**
 * Opens a spool on disk: one file for each process, which the next process takes over when it finds the owner dead.
 * Nothing is made on disk before the first call.
 *
 * @throws where the platform has no files.
 */
export function openFileSpool({
  directory,
  identity,
  maxBytes = DEFAULT_MAX_BYTES,
  files: given,
}: FileSpoolOptions): Spool {
  const files = given ?? spoolFiles();
  if (files === null) throw new Error('This platform has no files for a spool');
  return new FileSpool({ files, directory: files.resolve(directory), identity, maxBytes });
}

type ResolvedOptions = Parameters<typeof loadHome>[0] & { maxBytes: number };

class FileSpool implements Spool {
  readonly #options: ResolvedOptions;
  #home: Promise<SpoolHome> | null = null;
  readonly #waiting = new WaitingFiles();
  readonly #calls = new LineLog(() => this.#makeCalls());
  readonly #rejects = new LineLog(() => this.#make((identity) => toRejectedName(identity, createFileId())));
  /** What changes files goes one by one. */
  #queue: Promise<unknown> = Promise.resolve();
  #appending = 0;
  #delivery: Promise<Delivery> | null = null;
  #hasLooked = false;
  #isClosed = false;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#hasLooked && this.waiting === 0;
  }

  get waiting(): number {
    return this.#appending + this.#waiting.calls;
  }

  async append(call: SpooledCall): Promise<void> {
    this.#checkOpen();
    // Now: the caller may use its buffers again.
    const line = toLine(call);
    this.#appending += 1;
    try {
      await this.#oneByOne(() => this.#append(line));
    } finally {
      this.#appending -= 1;
    }
  }

  async deliver(send: SendCall): Promise<Delivery> {
    this.#checkOpen();
    this.#delivery ??= this.#deliverAll(send);
    return this.#delivery;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Whoever asked for the delivery is told how it ended.
    await this.#delivery?.catch(() => undefined);
    await this.#oneByOne(async () => {
      await this.#calls.close();
      await this.#rejects.close();
      await this.#waiting.leave(await this.#loadHome());
    });
  }

  async #append(line: Uint8Array): Promise<void> {
    const { maxBytes: limitBytes, directory } = this.#options;
    const home = await this.#loadHome();
    const bytes = line.length + (this.#calls.writer ? 0 : home.header.length);
    if ((await usedBytes(home)) + bytes > limitBytes) throw spoolFull({ limitBytes, directory });
    this.#waiting.grow(await this.#calls.append(line));
  }

  async #makeCalls(): Promise<LineWriter> {
    const { owner, header } = await this.#loadHome();
    const [id, start] = [createFileId(), header.length];
    const writer = await this.#make((identity) => toCallsName({ identity, id, start, owner }));
    this.#waiting.add({ id, path: writer.path, start, saved: start, end: start, calls: 0, writer });
    return writer;
  }

  async #make(toName: (identity: string) => string): Promise<LineWriter> {
    const { files, directory, identity, header } = await this.#loadHome();
    return createLineWriter({ files, directory, header, name: toName(identity) });
  }

  async #deliverAll(send: SendCall): Promise<Delivery> {
    const delivery: Delivery = { delivered: 0, pending: 0, rejected: [] };
    try {
      const home = await this.#loadHome();
      const unreadable = await this.#oneByOne(() => this.#waiting.adopt(home));
      this.#hasLooked = true;
      delivery.rejected.push(...unreadable.map((error) => toFailure(null, error)));
      for (let file = this.#waiting.first; file; file = this.#waiting.first) {
        await this.#waiting.showLife(home);
        if (!(await this.#deliverFile(file, send, delivery))) break;
      }
      delivery.pending = this.#waiting.calls;
      return delivery;
    } finally {
      // In the same turn as the last look, so that no call is appended in between and then not delivered.
      this.#delivery = null;
    }
  }

  /** False when the delivery ends here. */
  async #deliverFile(file: WaitingFile, send: SendCall, delivery: Delivery): Promise<boolean> {
    const { end, calls } = file;
    const handle = await this.#options.files.open(file.path);
    if (handle === null) {
      // Another process has taken it and delivers it.
      await this.#oneByOne(() => this.#closeWriter(file));
      this.#waiting.forget(file);
      return true;
    }
    let done = 0;
    try {
      for await (const { bytes, next } of readLines(handle, file)) {
        const isOver = this.#isClosed || delivery.rejected.length >= MAX_REJECTED;
        if (isOver || !(await this.#deliverLine(bytes, send, delivery))) {
          await this.#save(file);
          return false;
        }
        file.start = next;
        file.calls -= 1;
        done += 1;
        if (next - file.saved >= SAVE_EVERY_BYTES) await this.#save(file);
      }
    } finally {
      await handle.close();
      // Nothing of it is looked at again, and nobody may ever close this spool.
      await this.#rejects.close();
    }
    if (file.start < end) {
      const lost = calls - done;
      delivery.rejected.push(
        toFailure(null, `${file.path} was cut by something else: ${lost} calls are gone`),
      );
      file.start = end;
      file.calls -= lost;
    }
    await this.#oneByOne(() => this.#removeIfEmpty(file));
    return true;
  }

  async #deliverLine(line: Uint8Array, send: SendCall, delivery: Delivery): Promise<boolean> {
    const call = readLine(line);
    try {
      if (call === null) throw new Error('The disk gave back a line that is not a call');
      if ((await send(call)) === 'retry') return false;
      delivery.delivered += 1;
    } catch (error) {
      const failure = toFailure(call, error);
      await this.#rejects.append(toRejectedLine(line, failure.reason));
      delivery.rejected.push(failure);
    }
    return true;
  }

  #save(file: WaitingFile): Promise<void> {
    return this.#oneByOne(async () => save(await this.#loadHome(), file));
  }

  async #removeIfEmpty(file: WaitingFile): Promise<void> {
    // More may have come meanwhile.
    if (file.start < file.end) return;
    await this.#closeWriter(file);
    await this.#options.files.remove(file.path);
    this.#waiting.forget(file);
  }

  async #closeWriter({ writer }: WaitingFile): Promise<void> {
    if (writer === this.#calls.writer) await this.#calls.close();
  }

  #loadHome(): Promise<SpoolHome> {
    this.#home ??= loadHome(this.#options);
    return this.#home;
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('The spool is closed');
  }
}
