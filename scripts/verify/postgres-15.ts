import fs from 'node:fs';
import { type RunResult, run } from './run.ts';

const BIN = '/usr/lib/postgresql/15/bin';
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.d';

/**
 * Finds Debian's PostgreSQL 15, the oldest version that is supported, or installs it where that
 * needs nobody's leave (root and apt-get). No cluster is made and none is started.
 */
export async function findPostgres15(
  say: (line: string) => void,
): Promise<{ bin: string } | { missing: string }> {
  if (hasPostgres()) return { bin: BIN };
  if (process.platform !== 'linux' || (await run('apt-get', ['--version'])).code !== 0) {
    return { missing: `it is not in ${BIN}, and there is no apt-get to install it` };
  }
  if (process.getuid?.() !== 0) {
    return { missing: 'to have it: sudo apt-get install --no-install-recommends postgresql-15' };
  }
  say("Installing Debian's PostgreSQL 15 with apt-get (once) ...");
  const { code, output } = await install();
  if (code === 0 && hasPostgres()) return { bin: BIN };
  return { missing: `apt-get could not install it: ${output.trim().split('\n').at(-1)}` };
}

function hasPostgres(): boolean {
  return fs.existsSync(`${BIN}/postgres`) && fs.existsSync(`${BIN}/initdb`);
}

async function install(): Promise<RunResult> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const updated = await run('apt-get', ['update', '--quiet'], { env });
  if (updated.code !== 0) return updated;
  // The package makes and starts a cluster unless this setting stands there before it.
  const setting = `${CLUSTER_SETTINGS}/stepledger-tests.conf`;
  fs.mkdirSync(CLUSTER_SETTINGS, { recursive: true });
  fs.writeFileSync(setting, 'create_main_cluster = false\n');
  try {
    const args = ['install', '--yes', '--quiet', '--no-install-recommends', 'postgresql-15'];
    return await run('apt-get', args, { env });
  } finally {
    fs.rmSync(setting);
  }
}
