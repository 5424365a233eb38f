import fs from 'node:fs';
import path from 'node:path';
import { withLock } from '../up/lock.mjs';
import { root, run } from '../verify/run.ts';
import { compressFiles } from './compress.ts';
import { fingerprintSources } from './fingerprint.ts';

const WEB = path.join(root, 'apps/web');
const DIST = path.join(WEB, 'dist');
/** Says what a build was made of. Inside of it, so that whoever removes or replaces the build removes the claim. */
const STAMP = path.join(DIST, '.built');
/** On the same disk, and looked at by nobody. */
const WORK = path.join(WEB, 'node_modules/.stepledger-build');

/**
 * Builds the web UI into apps/web/dist where it is missing or not of the sources as they are; a few seconds.
 *
 * May be asked by several processes at once: one builds, the others wait. A server that serves the old build goes on
 * with the new one.
 */
export async function ensureWebBuilt(say: (line: string) => void): Promise<void> {
  if (isCurrent()) return;
  await withLock(path.join(root, '.toolchain/web-lock'), say, async () => {
    const fingerprint = fingerprintSources(root);
    if (readStamp() === fingerprint) return;
    const began = performance.now();
    await build(fingerprint);
    say(`Built the web UI (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  });
}

function isCurrent(): boolean {
  return readStamp() === fingerprintSources(root);
}

function readStamp(): string | undefined {
  return fs.existsSync(STAMP) ? fs.readFileSync(STAMP, 'utf8') : undefined;
}

async function build(fingerprint: string): Promise<void> {
  const next = path.join(WORK, 'next');
  const args = ['build', WEB, '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'];
  // Under NODE_ENV=test, React would be built with its checks for development.
  const env = { NODE_ENV: 'production' };
  const { code, output } = await run(path.join(WEB, 'node_modules/.bin/vite'), args, { env });
  if (code !== 0) throw new Error(`The web UI could not be built:\n${output.trimEnd()}`);
  await compressFiles(next);
  fs.writeFileSync(path.join(next, path.basename(STAMP)), fingerprint);
  const old = path.join(WORK, 'old');
  fs.rmSync(old, { recursive: true, force: true });
  if (fs.existsSync(DIST)) fs.renameSync(DIST, old);
  fs.renameSync(next, DIST);
  fs.rmSync(WORK, { recursive: true, force: true });
}
