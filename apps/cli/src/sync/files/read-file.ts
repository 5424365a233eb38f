import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { MAX_FILE_BYTES, type Refused } from '../text/file-text.ts';
import { hasCode } from './paths.ts';

/** The bytes of a file that is no link; null when it is not there. */
export async function readWholeFile(file: string): Promise<Buffer | Refused | null> {
  const handle = await openFile(file);
  if (handle === null || 'refused' in handle) return handle;
  try {
    const { size } = await handle.stat();
    if (size > MAX_FILE_BYTES) return { refused: `it is larger than ${MAX_FILE_BYTES} bytes` };
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function openFile(file: string) {
  try {
    // Without waiting: a pipe of this name would never open.
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    if (hasCode(error, 'ELOOP', 'EMLINK'))
      return { refused: 'it is a symbolic link, which sync does not follow' };
    if (hasCode(error, 'EACCES', 'EPERM')) return { refused: 'it may not be read' };
    throw error;
  }
}
