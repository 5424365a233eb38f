import { spawn } from 'node:child_process';

const windows = process.platform === 'win32';

/** What the person who started us can mend. Its message is one line that says how. */
export class SetupError extends Error {}

/** A signal ended the program that we waited for. */
export class Stopped extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Stopped by ${signal}`);
    this.signal = signal;
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {boolean} [quiet] Keep the output and return it, rather than show it.
 *
 * @typedef {object} RunResult
 * @property {number} code
 * @property {string} output Empty unless `quiet`.
 */

/**
 * Runs a program to its end and passes signals on to it. Throws `Stopped` when one ended it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<RunResult>}
 */
export function run(command, args, { cwd, env, quiet = false }) {
  return new Promise((resolve, reject) => {
    // Windows starts .cmd files through a shell only, which wants blanks quoted.
    const shell = windows && !command.endsWith('.exe');
    const words = shell ? [command, ...args].map((word) => `"${word}"`) : [command, ...args];
    const child = spawn(words[0] ?? command, words.slice(1), {
      cwd,
      env,
      shell,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    const stopForwarding = forwardSignals(child);
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopForwarding();
      if (signal) reject(new Stopped(signal));
      else resolve({ code: code ?? 1, output });
    });
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function forwardSignals(child) {
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // A terminal sends Ctrl-C to every process of the group itself; twice would mean "stop at once" to many.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}
