import { existsSync } from 'node:fs';
import path from 'node:path';
import { StartError } from '../start-error.ts';

/** The one page, which makes all others in the browser. */
export const PAGE = 'index.html';

/**
 * Where the built web UI lies: beside the one file of a bundle, in `apps/web/dist` in the workspace. Null where it was
 * not built.
 */
export function findWeb(): string | null {
  const isSource = import.meta.filename.endsWith('.ts');
  const dir = path.resolve(import.meta.dirname, isSource ? '../../../web/dist' : 'web');
  return existsSync(path.join(dir, PAGE)) ? dir : null;
}

/** Refuses with StartError a directory that holds no built web UI. */
export function requireWeb(webDir: string): void {
  if (existsSync(path.join(webDir, PAGE))) return;
  throw new StartError('NO_WEB', `There is no web UI in ${webDir}: it has no ${PAGE}`);
}
