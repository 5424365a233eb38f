import { expect, test } from 'vitest';
import { call, deliverAll, namesIn, realFiles, temporaryDirectory } from '../../test/spool.ts';
import { openFileSpool } from './file-spool.ts';
import { findNode } from './node-platform.ts';

test('on this platform a spool needs no more than a directory', async () => {
  const directory = temporaryDirectory();
  const spool = openFileSpool({ directory, identity: 'real' });
  await spool.append(call(1));

  expect((await deliverAll(spool)).sent).toEqual([call(1)]);
  expect(namesIn(directory)).toEqual([]);
  await spool.close();
});

test('a browser has no files, whatever its bundler puts into `process`', () => {
  const process = { pid: 1, platform: 'browser', kill: () => true };

  expect(findNode({})).toBeNull();
  expect(findNode({ process })).toBeNull();
  expect(findNode({ process: { ...process, getBuiltinModule: () => undefined } })).toBeNull();
});

test('this process is alive, and one with its pid that began at another time is not', async () => {
  const files = realFiles();
  const { pid, began } = await files.self();

  expect(await files.isAlive({ pid, began })).toBe(true);
  expect(await files.isAlive({ pid, began: '0' })).toBe(true);
  expect(await files.isAlive({ pid: 2 ** 30, began: '0' })).toBe(false);
  // Only Linux says when a process began.
  expect(await files.isAlive({ pid, began: `${began}1` })).toBe(process.platform !== 'linux');
});

test('what is not there is no error', async () => {
  const files = realFiles();
  const missing = files.join(temporaryDirectory(), 'missing');

  expect(await files.list(missing)).toEqual([]);
  expect(await files.stat(missing)).toBeNull();
  expect(await files.open(missing)).toBeNull();
  expect(await files.rename(missing, `${missing}2`)).toBe(false);
  await files.remove(missing);
  await files.touch(missing);
});
