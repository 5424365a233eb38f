import path from 'node:path';

/** Settings of npm that decide what can be reached; pnpm 12 reads them under its own prefix only. */
const REACH = new Set([
  'registry',
  'ca',
  'cafile',
  'strict_ssl',
  'proxy',
  'http_proxy',
  'https_proxy',
  'noproxy',
  'no_proxy',
]);
const KEPT = new Set([...REACH, 'cache', 'userconfig']);

/**
 * The environment for pnpm and all that it starts: without the variables that `npm run` adds.
 *
 * npm describes itself and the running script in `npm_*`; a tool below pnpm that reads them believes
 * to be run by npm. Registry, CA, proxy, cache and user configuration stay.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutNpm(env) {
  /** @type {NodeJS.ProcessEnv} */
  const result = {};
  for (const [name, value] of Object.entries(env)) {
    if (!/^npm_/i.test(name)) result[name] = value;
    else if (isKept(name)) {
      result[name] = value;
      const setting = settingOf(name);
      const forPnpm = `pnpm_config_${setting}`;
      if (REACH.has(setting) && value && !hasVariable(env, forPnpm)) result[forPnpm] = value;
    }
  }
  return result;
}

/**
 * The directories of PATH.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function pathOf(env) {
  return (env[pathName(env)] ?? '').split(path.delimiter).filter((entry) => entry !== '');
}

/**
 * Puts directories first on PATH, the first of them foremost.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} directories
 * @returns {NodeJS.ProcessEnv}
 */
export function withPath(env, directories) {
  return { ...env, [pathName(env)]: [...new Set([...directories, ...pathOf(env)])].join(path.delimiter) };
}

/**
 * Windows calls it "Path", and two spellings in one environment would be two variables.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function pathName(env) {
  return Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
}

/** @param {string} name */
function isKept(name) {
  if (!/^npm_config_/i.test(name)) return false;
  // A registry of a scope (`@acme:registry`) or its token (`//host/:_authToken`).
  return KEPT.has(settingOf(name)) || /^npm_config_(\/\/|@.*:registry$)/i.test(name);
}

/** @param {string} name */
function settingOf(name) {
  return name
    .replace(/^npm_config_/i, '')
    .replaceAll('-', '_')
    .toLowerCase();
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 */
function hasVariable(env, name) {
  return Object.keys(env).some((key) => key.toLowerCase() === name);
}
