import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SystemTool {
  /** The program, as it is found on PATH. */
  name: string;
  /** The Debian package that has it. */
  aptPackage: string;
}

/** Updating the lists and installing a package, on a slow line. */
const INSTALL_MS = 300_000;
/** Another test may be installing at the same moment, under apt's lock. */
const ATTEMPTS = 5;
const RETRY_MS = 5_000;

/**
 * Answers where a program is that tests need and npm does not bring, and installs it first where that can be done: as
 * root on Debian and what derives from it, as in CI.
 *
 * Elsewhere it fails and says how to get it: a check that cannot run is not passed over.
 */
export async function requireTool(
  { name, aptPackage }: SystemTool,
  { mayInstall = canInstall() }: { mayInstall?: boolean } = {},
): Promise<string> {
  const found = await find(name);
  if (found !== null) return found;
  const hint = `install it, such as by \`apt-get install ${aptPackage}\` or \`brew install ${aptPackage}\``;
  if (!mayInstall) throw new Error(`This test needs ${name}: ${hint}`);
  let failure: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    failure = await install(aptPackage).catch((error: unknown) => error);
    const installed = await find(name);
    if (installed !== null) return installed;
    await sleep(RETRY_MS);
  }
  throw new Error(`This test needs ${name}, which could not be installed: ${hint}`, { cause: failure });
}

async function find(name: string): Promise<string | null> {
  // The name is an argument, never a part of the command.
  const { stdout } = await run('sh', ['-c', 'command -v "$1" || true', 'find', name]);
  return stdout.trim() || null;
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

async function install(aptPackage: string): Promise<void> {
  const options = { timeout: INSTALL_MS };
  await run('apt-get', ['update'], options);
  const quietly = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '--no-install-recommends'];
  await run('env', [...quietly, aptPackage], options);
}
