import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes the server into a folder that runs with `node main.js` alone, outside the workspace.
 *
 *   pnpm --filter @stepledger/server run bundle -- <dir>
 *
 * The folder holds main.js (our packages in one file), the built web UI, package.json and a flat node_modules of what
 * main.js imports, PostgreSQL's binaries for this platform among it. An existing folder is only replaced when it is such a one.
 */
const packageDir = path.resolve(import.meta.dirname, '..');
/** Comes along as tRPC's peer dependency and holds only types; at 60 MB it is most of the folder. */
const TYPES_ONLY = ['typescript', '@typescript'];
/** Bundled into main.js. */
const BUNDLED = ['@stepledger'];
/** What pnpm remembers of this machine. */
const OF_THIS_MACHINE = ['.modules.yaml', '.pnpm', '.pnpm-workspace-state-v1.json'];

const target = process.argv.slice(2).find((argument) => argument !== '--');
if (target === undefined) fail('Say where to: pnpm --filter @stepledger/server run bundle -- <dir>');
// pnpm runs scripts in the package's own directory and keeps the caller's in INIT_CWD.
await bundle(path.resolve(process.env['INIT_CWD'] ?? process.cwd(), target));

async function bundle(targetDir: string): Promise<void> {
  if (existsSync(targetDir) && (await readdir(targetDir)).length > 0 && !(await isBundle(targetDir))) {
    fail(`${targetDir} holds something else; name an empty or new folder`);
  }
  const work = `${targetDir}.new`;
  await rm(work, { recursive: true, force: true });
  await mkdir(path.dirname(targetDir), { recursive: true });
  run(process.execPath, path.join(packageDir, '../../scripts/build-web.ts'));
  pnpm('exec', 'tsdown', '--log-level', 'warn');
  pnpm(
    '--filter=@stepledger/server',
    'deploy',
    '--prod',
    '--legacy',
    '--config.node-linker=hoisted',
    '--loglevel=error',
    work,
  );
  const modules = path.join(work, 'node_modules');
  const unneeded = [...TYPES_ONLY, ...BUNDLED, ...OF_THIS_MACHINE].map((name) => path.join(modules, name));
  for (const name of await readdir(work)) if (name !== 'node_modules') unneeded.push(path.join(work, name));
  for (const file of unneeded) await rm(file, { recursive: true, force: true });
  for (const name of ['main.js', 'main.js.map'])
    await cp(path.join(packageDir, 'dist', name), path.join(work, name));
  await cp(path.join(packageDir, '../web/dist'), path.join(work, 'web'), { recursive: true });
  await writeFile(path.join(work, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`);
  await rm(targetDir, { recursive: true, force: true });
  await rename(work, targetDir);
  process.stdout.write(`Start it with: node ${path.join(targetDir, 'main.js')}\n`);
}

async function manifest(): Promise<Record<string, unknown>> {
  const { name, version, license, engines } = await readJson(path.join(packageDir, 'package.json'));
  return { name, version, private: true, type: 'module', license, engines, stepledgerBundle: true };
}

async function isBundle(dir: string): Promise<boolean> {
  const file = path.join(dir, 'package.json');
  return existsSync(file) && (await readJson(file))['stepledgerBundle'] === true;
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}

function pnpm(...parameters: string[]): void {
  run('pnpm', ...parameters);
}

function run(program: string, ...parameters: string[]): void {
  const { status, error } = spawnSync(program, parameters, {
    cwd: packageDir,
    // Only failures are worth reading, and they go to stderr.
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) fail(`${program} did not start: ${error.message}`);
  if (status !== 0) fail(`${path.basename(program)} ${parameters[0]} failed`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
