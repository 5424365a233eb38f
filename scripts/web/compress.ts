import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const TEXTS = ['.js', '.css', '.svg'];
/** Below it, headers weigh more than what is saved. */
const LEAST_BYTES = 1024;

/** Lays a brotli and a gzip copy (`.br`, `.gz`) beside every text that a browser loads; apps/server sends them. */
export async function compressFiles(dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && TEXTS.includes(path.extname(entry.name)));
  // Each compression has a thread of Node's pool.
  await Promise.all(files.map((entry) => compressFile(path.join(entry.parentPath, entry.name))));
}

async function compressFile(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < LEAST_BYTES) return;
  const copies = await Promise.all([promisify(brotliCompress)(bytes), promisify(gzip)(bytes, { level: 9 })]);
  await Promise.all(copies.map((copy, index) => writeFile(`${file}${['.br', '.gz'][index]}`, copy)));
}
