import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Code units of a file's name that are taken from a document's; paths have limits. */
const MAX_NAME_LENGTH = 80;

/** A file of one's own that a text is edited in, in a directory that nobody else can read. */
export interface WorkFile {
  readonly path: string;
  read(): Promise<Uint8Array>;
  write(text: string): Promise<void>;
  /** Puts a text beside it, under another name. */
  putAside(prefix: string, text: string): Promise<void>;
  /** Whether something else stands beside it, such as what an editor that was killed left. */
  hasCompany(): Promise<boolean>;
  remove(): Promise<void>;
}

export async function createWorkFile(
  document: { kind: string; key: string },
  text: string,
): Promise<WorkFile> {
  const directory = await mkdtemp(path.join(tmpdir(), 'stepledger-edit-'));
  const name = fileNameOf(document);
  const file = path.join(directory, name);
  const write = (at: string, content: string) => writeFile(at, content, { mode: 0o600 });
  await write(file, text);
  return {
    path: file,
    read: () => readFile(file),
    write: (content) => write(file, content),
    putAside: (prefix, content) => write(path.join(directory, `${prefix}-${name}`), content),
    hasCompany: async () => (await readdir(directory)).length > 1,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A name by which editors know what it is: `design.md`, and that of the key where it has an ending, `app.ts`. */
export function fileNameOf({ kind, key }: { kind: string; key: string }): string {
  const last = key.split(/[/\\]/).at(-1) ?? key;
  const safe = last.replace(/[^\p{L}\p{N}._-]/gu, '-').replace(/^[.-]+/, '');
  const name = /[\p{L}\p{N}]/u.test(safe) ? safe : kind.replace(/[^a-z0-9_-]/gi, '-');
  const ending = /\.[a-z0-9]{1,10}$/i.exec(name)?.[0] ?? '.md';
  const stem = name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  return `${[...stem].slice(0, MAX_NAME_LENGTH).join('') || 'document'}${ending}`;
}
