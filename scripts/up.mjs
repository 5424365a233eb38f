/**
 * Sets a fresh checkout up and runs one of its package scripts.
 *
 * Plain JavaScript that any Node from 18 can run: it is what stands between `npm start` and a Node
 * and a pnpm that may not be there yet.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutNpm, withPath } from './up/environment.mjs';
import { installPackages } from './up/packages.mjs';
import { run, SetupError, Stopped } from './up/processes.mjs';
import { findOrFetch, neededTools, programIn } from './up/toolchain.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const scripts = Object.keys(manifest.scripts).filter((name) => !manifest.scripts[name].includes('up.mjs'));
const USAGE = `Usage: node scripts/up.mjs <script> [arguments]

Finds a Node (${manifest.engines.node}) and a pnpm (${manifest.devEngines.packageManager.version}), fetches what is
missing from npm into .toolchain (once), installs the packages of the workspace where something changed,
and runs the script of package.json with its arguments. npm start = dev, npm test = verify.

Scripts: ${scripts.join(', ')}
`;

const say = (/** @type {string} */ line) => process.stderr.write(`[set-up] ${line}\n`);

/**
 * @param {string} script
 * @param {string[]} args
 */
async function up(script, args) {
  const outer = withoutNpm(process.env);
  const tools = neededTools(manifest);
  const directories = await findOrFetch(tools, { root, env: outer, say });
  const [node = '', pnpm = ''] = tools.map((tool, index) =>
    programIn(directories[index] ?? '', tool.command),
  );
  // Some tools ask NODE rather than PATH which Node to run; npm has set it to the one that runs us.
  const env = { ...withPath(outer, fetchedFirst(directories)), NODE: node };
  await installPackages(pnpm, { root, env, say });
  // What is installed was checked just now; pnpm need not do it again.
  const quick = { ...env, pnpm_config_verify_deps_before_run: 'false' };
  return (await run(pnpm, ['--silent', 'run', script, ...args], { cwd: root, env: quick })).code;
}

/**
 * A directory of .toolchain holds one tool only; one that was found may hold an unfit other one.
 *
 * @param {string[]} directories
 */
function fetchedFirst(directories) {
  const isFetched = (/** @type {string} */ directory) => directory.startsWith(path.join(root, '.toolchain'));
  return [...directories].sort((a, b) => Number(isFetched(b)) - Number(isFetched(a)));
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined || script === '--help' || script === '-h') {
  process.stdout.write(USAGE);
  process.exitCode = script === undefined ? 2 : 0;
} else if (!scripts.includes(script)) {
  process.stderr.write(`There is no script "${script}". There are: ${scripts.join(', ')}\n`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await up(script, args);
  } catch (error) {
    if (error instanceof Stopped) process.kill(process.pid, error.signal);
    else if (error instanceof SetupError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    } else throw error;
  }
}
