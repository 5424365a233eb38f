import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureOf, openTempDir, type TempDir } from '../test/fixtures.ts';
import { findBinaries, findNpmBinaries } from './binaries.ts';
import type { NativePackage } from './binaries-cache.ts';
import { loadRunAs } from './run-as.ts';
import { runCommand } from './run-command.ts';

let shared: TempDir;
/** The package as npm unpacks it when it runs no install scripts: without the links to libraries. */
let unlinked: NativePackage;

beforeAll(async () => {
  shared = await openTempDir();
  // The copies must be reachable for the user that PostgreSQL runs as, whoever runs the tests.
  await chmod(shared.path, 0o755);
  const { binDir } = await findBinaries(undefined, undefined);
  unlinked = { dir: shared.at('native'), label: 'postgres-test' };
  execFileSync('cp', ['-R', path.dirname(binDir), unlinked.dir]);
  const lib = path.join(unlinked.dir, 'lib');
  for (const entry of await readdir(lib, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(path.join(lib, entry.name));
  }
});
afterAll(async () => {
  await shared[Symbol.asyncDispose]();
});

const runAs = () => loadRunAs(shared.at('none'), shared.at('none'));

test('the npm programs run where they lie when everything is in order', async () => {
  const { binDir, major } = await findBinaries(undefined, undefined);

  expect(binDir).toContain('node_modules');
  expect(major).toBe('18');
});

test('programs that npm left without library links are completed in a copy, which also creates databases', async () => {
  const root = shared.at('cache-links');

  const found = await findNpmBinaries(unlinked, await runAs(), [root]);

  expect(found).toMatchObject({ binDir: path.join(root, unlinked.label, 'bin'), major: '18' });
  const initdb = await runCommand(path.join(found.binDir, 'initdb'), ['--version'], {
    runAs: await runAs(),
    timeoutMs: 10_000,
  });
  expect(initdb).toMatchObject({ exitCode: 0, output: expect.stringContaining('18.') });
  const share = path.join(root, unlinked.label, 'share', 'postgresql');
  expect((await stat(path.join(share, 'postgres.bki'))).mode & 0o777).toBe(0o644);
});

test('two that need a copy at once end with one', async () => {
  const root = shared.at('cache-race');
  const user = await runAs();

  const found = await Promise.all([1, 2, 3].map(() => findNpmBinaries(unlinked, user, [root])));

  expect(new Set(found.map(({ binDir }) => binDir)).size).toBe(1);
  expect(await readdir(root)).toEqual([unlinked.label]);
});

test('a copy that lost files is made anew', async () => {
  const root = shared.at('cache-heal');
  const user = await runAs();
  const { binDir } = await findNpmBinaries(unlinked, user, [root]);
  await rm(path.join(root, unlinked.label, 'lib'), { recursive: true });

  const healed = await findNpmBinaries(unlinked, user, [root]);

  expect(healed.binDir).toBe(binDir);
  expect(await readdir(root)).toEqual([unlinked.label]);
});

test('a cache directory that others may write to is passed over', async () => {
  const open = shared.at('cache-open');
  await mkdir(open);
  await chmod(open, 0o777);
  const root = shared.at('cache-second');

  const { binDir } = await findNpmBinaries(unlinked, await runAs(), [open, root]);

  expect(binDir.startsWith(root)).toBe(true);
  expect(await readdir(open)).toEqual([]);
});

test('when nothing runs, every place is named with its reason', async () => {
  const file = shared.at('not-a-directory');
  await writeFile(file, '');

  const error = await failureOf(findNpmBinaries(unlinked, await runAs(), [file]));

  expect(error).toMatchObject({
    code: 'NO_BINARIES',
    details: {
      tried: [
        { path: path.join(unlinked.dir, 'bin'), reason: expect.stringContaining('libicu') },
        { path: expect.stringContaining(file), reason: expect.stringContaining('EEXIST') },
      ],
    },
  });
});
