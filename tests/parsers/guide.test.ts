import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PARSER_LIMITS } from '@stepledger/parsers';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

test('the guide to parsers runs as printed, and prints what its comments say', async () => {
  const guide = await readFile(join(ROOT, 'docs/parsers.md'), 'utf8');
  const program = Array.from(guide.matchAll(/^```ts\n(.*?)^```$/gms), ([, code]) => code).join('\n');
  const expected = Array.from(program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), ([, said]) => said);
  // Where it finds the packages that the tests have.
  const parent = join(ROOT, 'tests/.reports');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'parsers-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'program.ts'), program);

  const { stdout, stderr } = await run(process.execPath, [join(directory, 'program.ts')]);

  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual(expected);
  expect(expected.length).toBeGreaterThan(8);
});

test('the guide states every limit', async () => {
  const guide = await readFile(join(ROOT, 'docs/parsers.md'), 'utf8');
  for (const limit of Object.values(PARSER_LIMITS)) expect(guide).toContain(limit.toLocaleString('en-US'));
});
