import { spawn } from 'node:child_process';

const windows = process.platform === 'win32';
const parent = process.ppid;

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
 * @property {NodeJS.Signals | undefined} stoppedBy The signal that was sent while it ran, if any.
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
    /** @type {NodeJS.Signals | undefined} */
    let stoppedBy;
    const stopForwarding = onSignal((signal, fromTerminal) => {
      stoppedBy = signal;
      // A terminal tells every process of the group by itself; twice would mean "stop at once" to many.
      if (!fromTerminal) child.kill(signal);
    });
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopForwarding();
      if (signal) reject(new Stopped(signal));
      else resolve({ code: code ?? 1, stoppedBy, output });
    });
  });
}

/**
 * @param {(signal: NodeJS.Signals, fromTerminal: boolean) => void} listener
 * @returns {() => void} Stops listening.
 */
function onSignal(listener) {
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => listener(signal, signal === 'SIGINT' && process.stdin.isTTY);
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, pass);
  const stopWatching = watchNpm(() => listener('SIGTERM', false));
  return () => {
    stopWatching();
    for (const signal of signals) process.off(signal, pass);
  };
}

/**
 * Calls back when the npm that runs us is gone.
 *
 * A SIGTERM to npm ends npm and the shell between us, and reaches nobody else: that our parent is
 * another one is all we get to know.
 *
 * @param {() => void} onGone
 */
function watchNpm(onGone) {
  if (process.env['npm_lifecycle_event'] === undefined || windows) return () => {};
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, 250);
  return () => clearInterval(timer);
}
