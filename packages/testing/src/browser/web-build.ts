import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../../../..');

/**
 * Builds the web UI, unless it is built of the sources as they are, and answers its directory: the `webDir` of a server.
 *
 * `npm test` has it built before; this is for who runs one test file. Several may ask at once.
 */
export async function ensureWebBuilt(): Promise<string> {
  await promisify(execFile)(process.execPath, [resolve(ROOT, 'scripts/build-web.ts')], { cwd: ROOT });
  return resolve(ROOT, 'apps/web/dist');
}
