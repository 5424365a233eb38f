import { run } from './run.ts';

/**
 * Sees to it that there is a Python for the tests that record a program of it: Debian's is installed where that needs
 * nobody's leave (root and apt-get). Where there is none, it says so, and those tests fail.
 */
export async function preparePython(say: (line: string) => void): Promise<void> {
  if (await hasPython()) return;
  if (process.getuid?.() === 0 && (await run('apt-get', ['--version'])).code === 0) {
    say("Installing Debian's Python 3 with apt-get (once) ...");
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '--quiet'], { env });
    await run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', 'python3'], { env });
    if (await hasPython()) return;
  }
  say('== There is no python3: tests of `stepledger record` will fail; to have it: apt-get install python3');
}

async function hasPython(): Promise<boolean> {
  return (await run('python3', ['--version'])).code === 0;
}
