import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { OWN_FOLDER } from './paths.ts';
import { settleSwaps } from './settle-swaps.ts';
import { type Swap, swapFile } from './swap-file.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'stepledger-swap-'));
  await writeFile(path.join(root, 'a.md'), 'old');
  return () => rm(root, { recursive: true, force: true });
});

const at = (name: string) => path.join(root, name);
const swap = (more: Partial<Swap> = {}) =>
  swapFile({
    root,
    path: 'a.md',
    expected: Buffer.from('old'),
    content: Buffer.from('new'),
    isStored: true,
    moment: () => undefined,
    ...more,
  });

/** All that is in the folder now, by the names of the files; a copy that was kept by `kept`. */
async function contents(): Promise<Record<string, string>> {
  const files = (await readdir(root)).filter((name) => !name.startsWith('.'));
  const read = async (name: string) => [name.replace(/~kept-\w+/, '~kept'), await readFile(at(name), 'utf8')];
  return Object.fromEntries(await Promise.all(files.map(read)));
}

const left = () => readdir(path.join(root, OWN_FOLDER, 'swaps'));

/** Ways in which an editor saves. */
const SAVES = {
  'in place': () => writeFileSync(at('a.md'), 'edited'),
  'by a new file': () => {
    writeFileSync(at('.a.md.tmp'), 'edited');
    renameSync(at('.a.md.tmp'), at('a.md'));
  },
};

test('a file is replaced, keeps its mode, and nothing stays aside', async () => {
  await chmod(at('a.md'), 0o666);
  expect(await swap()).toBe('done');
  expect(await settleSwaps(root)).toEqual([]);
  expect(await contents()).toEqual({ 'a.md': 'new' });
  expect((await stat(at('a.md'))).mode & 0o777).toBe(0o666);
  expect(await left()).toEqual([]);
});

test('a file that is not what was read is not touched', async () => {
  expect(await swap({ expected: Buffer.from('other') })).toBe('changed');
  expect(await swap({ expected: null })).toBe('changed');
  expect(await swap({ expected: Buffer.from('other'), content: null })).toBe('changed');
  expect(await contents()).toEqual({ 'a.md': 'old' });
  expect(await left()).toEqual([]);
});

test('a new file is made, with the folders on its way, and a file is removed', async () => {
  expect(await swap({ path: 'deep/er/b.md', expected: null })).toBe('done');
  expect(await readFile(at('deep/er/b.md'), 'utf8')).toBe('new');
  expect(await swap({ content: null })).toBe('done');
  await expect(readFile(at('a.md'))).rejects.toThrow('ENOENT');
  expect(await left()).toEqual([]);
});

test.each(
  (['prepared', 'checked', 'aside', 'placed'] as const).flatMap((moment) =>
    (['in place', 'by a new file'] as const).map((way) => ({ moment, way })),
  ),
)('what an editor saves $way when it is $moment is there afterwards', async ({ moment, way }) => {
  const swapped = await swap({ moment: (name) => (name === moment ? SAVES[way]() : undefined) });
  await settleSwaps(root);
  expect(swapped).toBe(moment === 'placed' ? 'done' : 'changed');
  expect(await contents()).toEqual({ 'a.md': 'edited' });
  expect(await left()).toEqual([]);
});

test.each(['checked', 'aside', 'placed'])(
  'what an editor writes into the file that it has open when it is %s is kept',
  async (moment) => {
    const open = openSync(at('a.md'), 'r+');
    await swap({ moment: (name) => (name === moment ? void writeSync(open, 'edited', 0) : undefined) });
    closeSync(open);
    await settleSwaps(root);
    expect(Object.values(await contents())).toContain('edited');
    expect(await left()).toEqual([]);
  },
);

test('what nobody else has is kept beside a file that somebody made in its place', async () => {
  const moment = (name: string) => (name === 'aside' ? writeFileSync(at('a.md'), 'somebody') : undefined);
  expect(await swap({ isStored: false, moment })).toBe('changed');
  expect(await contents()).toEqual({ 'a.md': 'somebody', 'a~kept.md': 'old' });
});

test('what a process that died had moved aside is put back by the next', async () => {
  const dies = (name: string) => {
    if (name === 'aside') throw new Error('died');
  };
  // An exception leaves things as a kill does at this moment: the file is aside, and nothing in its place.
  await expect(swap({ moment: dies })).rejects.toThrow('died');
  await expect(readFile(at('a.md'))).rejects.toThrow('ENOENT');
  expect(await settleSwaps(root)).toEqual(['a.md']);
  expect(readFileSync(at('a.md'), 'utf8')).toBe('old');
  expect(await left()).toEqual([]);
});
