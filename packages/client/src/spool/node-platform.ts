/**
 * The few functions of Node that a spool uses, as Deno and Bun have them too.
 *
 * This package runs in browsers as well and imports nothing of Node, not even its types.
 */
export interface NodeFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>;
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface NodeFileSystem {
  open(path: string, flags: string, mode?: number): Promise<NodeFile>;
  mkdir(path: string, options: { recursive: true; mode: number }): Promise<string | undefined>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  readlink(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  stat(path: string): Promise<{ size: number; mtimeMs: number }>;
  unlink(path: string): Promise<void>;
  utimes(path: string, accessed: Date, changed: Date): Promise<void>;
  writeFile(path: string, text: string, options: { mode: number }): Promise<void>;
}

export interface NodePath {
  dirname(path: string): string;
  join(...parts: string[]): string;
  resolve(path: string): string;
}

export interface NodeProcess {
  readonly pid: number;
  readonly platform: string;
  /** Signal 0 only asks whether there is such a process. */
  kill(pid: number, signal: 0): unknown;
}

export interface NodePlatform {
  fs: NodeFileSystem;
  path: NodePath;
  process: NodeProcess;
  hostname(): string;
}

/** What a platform calls global; only Node and its like have the modules. */
interface Globals {
  process?: NodeProcess & { getBuiltinModule?(name: string): unknown };
}

/** null where there is none of it, as in browsers, and in Node before 20.16. */
export function findNode({ process } = globalThis as Globals): NodePlatform | null {
  if (typeof process?.getBuiltinModule !== 'function') return null;
  const fs = process.getBuiltinModule('node:fs/promises') as NodeFileSystem | undefined;
  const path = process.getBuiltinModule('node:path') as NodePath | undefined;
  const os = process.getBuiltinModule('node:os') as { hostname(): string } | undefined;
  return fs && path && os ? { fs, path, process, hostname: () => os.hostname() } : null;
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}

/** null for what is not there, or not any more. */
export async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
