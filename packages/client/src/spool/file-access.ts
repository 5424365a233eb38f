/** An open file; offsets and lengths are in bytes. */
export interface SpoolFile {
  /** Writes all of the bytes, or throws with some of them written. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** How many bytes were read: 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Returns once what was written is on the disk. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** A process as other processes may know it. */
export interface ProcessName {
  host: string;
  pid: number;
  /** The host, the boot and the container (pid namespace) in which the pid means something. */
  place: string;
  /** When it began, in digits; `0` where the system does not tell. */
  began: string;
}

/** What a spool needs of the platform: files, and which process is alive. A file that is not there is never an error. */
export interface SpoolFiles {
  /** An absolute path, so that the directory stays the same when the process changes its own. */
  resolve(directory: string): string;
  join(directory: string, name: string): string;
  /**
   * Makes the directory for this user alone, and on the disk for good, unless it is there; git is told to ignore what
   * is in it.
   */
  makeDirectory(directory: string): Promise<void>;
  /** Puts the names in a directory on the disk. */
  syncDirectory(directory: string): Promise<void>;
  list(directory: string): Promise<string[]>;
  stat(path: string): Promise<{ size: number; changedAt: number } | null>;
  /** Makes a file for this user alone; throws where there is one. */
  create(path: string): Promise<SpoolFile>;
  /** For reading. */
  open(path: string): Promise<SpoolFile | null>;
  /** False where there is no such file any more. */
  rename(from: string, to: string): Promise<boolean>;
  remove(path: string): Promise<void>;
  /** Makes now the time of its last change. */
  touch(path: string): Promise<void>;
  self(): Promise<ProcessName>;
  /** Whether a process of this place is alive. */
  isAlive(process: { pid: number; began: string }): Promise<boolean>;
}
