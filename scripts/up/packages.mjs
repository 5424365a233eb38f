import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { run, SetupError, Stopped } from './processes.mjs';

/**
 * Installs the packages of the workspace, unless nothing changed since that last succeeded.
 *
 * @param {string} pnpm
 * @param {import('./toolchain.mjs').Context} context
 */
export async function installPackages(pnpm, { root, env, say }) {
  // Inside node_modules, so that whoever removes that directory also removes the claim that it is up to date.
  const stamp = path.join(root, 'node_modules', '.stepledger-installed');
  const isCurrent = () => fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fingerprint(root);
  if (isCurrent()) return;

  await withLock(path.join(root, '.toolchain', 'lock'), say, async () => {
    if (isCurrent()) return;
    fs.rmSync(stamp, { force: true });
    say('Installing packages (pnpm install --frozen-lockfile) ...');
    const args = ['install', '--frozen-lockfile', '--config.confirm-modules-purge=false'];
    const { code, stoppedBy } = await run(pnpm, args, { cwd: root, env });
    if (stoppedBy) throw new Stopped(stoppedBy);
    if (code !== 0)
      throw new SetupError('pnpm install failed; its reason stands above. Mend it, then try again.');
    fs.writeFileSync(stamp, fingerprint(root));
  });
}

/**
 * A hash over all that decides what `pnpm install` does.
 *
 * @param {string} root
 */
export function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifestsIn(root, 2)]) {
    hash
      .update(`${file}\n`)
      .update(fs.readFileSync(path.join(root, file)))
      .update('\n');
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {number} depth
 * @returns {string[]} Paths of package.json files, relative to the root, in a stable order.
 */
function manifestsIn(root, depth) {
  const found = fs.existsSync(path.join(root, 'package.json')) ? ['package.json'] : [];
  if (depth === 0) return found;
  const directories = fs
    .readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => entry.name)
    .sort();
  for (const name of directories) {
    found.push(...manifestsIn(path.join(root, name), depth - 1).map((file) => path.join(name, file)));
  }
  return found;
}
