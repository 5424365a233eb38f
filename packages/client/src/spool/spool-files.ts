import type { SpoolFile, SpoolFiles } from './file-access.ts';
import { findNode, ifThere, type NodeFile, type NodePlatform } from './node-platform.ts';
import { isAlive, nameSelf } from './node-processes.ts';

/** Prompts and answers are nobody else's. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/** The files of this platform; null where there are none, as in browsers. */
export function spoolFiles(): SpoolFiles | null {
  const node = findNode();
  return node && toSpoolFiles(node);
}

function toSpoolFiles(node: NodePlatform): SpoolFiles {
  const { fs, path } = node;
  return {
    resolve: (directory) => path.resolve(directory),
    join: (directory, name) => path.join(directory, name),
    makeDirectory: (directory) => makeDirectory(node, directory),
    syncDirectory: (directory) => syncDirectory(node, directory),
    list: async (directory) => (await ifThere(fs.readdir(directory))) ?? [],
    async stat(name) {
      const found = await ifThere(fs.stat(name));
      return found && { size: found.size, changedAt: found.mtimeMs };
    },
    create: async (name) => toSpoolFile(await fs.open(name, 'wx', FILE_MODE)),
    async open(name) {
      const file = await ifThere(fs.open(name, 'r'));
      return file && toSpoolFile(file);
    },
    rename: async (from, to) => (await ifThere(fs.rename(from, to).then(() => true))) ?? false,
    async remove(name) {
      await ifThere(fs.unlink(name));
    },
    async touch(name) {
      const now = new Date();
      await ifThere(fs.utimes(name, now, now));
    },
    self: () => nameSelf(node),
    isAlive: (process) => isAlive(node, process),
  };
}

function toSpoolFile(file: NodeFile): SpoolFile {
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    read: async (into, position) => (await file.read(into, 0, into.length, position)).bytesRead,
    sync: () => file.datasync(),
    truncate: (length) => file.truncate(length),
    close: () => file.close(),
  };
}

async function makeDirectory(node: NodePlatform, directory: string): Promise<void> {
  const { fs, path } = node;
  const first = await fs.mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  for (let made = first && directory; made !== undefined; ) {
    const parent = path.dirname(made);
    await syncDirectory(node, parent);
    made = made === first || made === parent ? undefined : parent;
  }
  // An agent that works in a repository may commit all that it finds there.
  const ignore = path.join(directory, '.gitignore');
  const size = (await ifThere(fs.stat(ignore)))?.size ?? 0;
  if (size === 0) await fs.writeFile(ignore, '*\n', { mode: FILE_MODE });
}

/** Puts the names in a directory on the disk. Windows has no such call: NTFS keeps a journal of names. */
async function syncDirectory({ fs, process }: NodePlatform, directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
