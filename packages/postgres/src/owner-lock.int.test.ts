import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { failureOf, openTempDir } from '../test/fixtures.ts';
import { acquireOwnerLock, claimGeneration } from './owner-lock.ts';
import { loadOwnIdentity, loadStartTime } from './process-identity.ts';

test('a released lock is taken again, each time under the next number, and old ones are removed', async () => {
  await using dir = await openTempDir();
  for (let round = 0; round < 30; round += 1) {
    const lock = await acquireOwnerLock(dir.path);
    await lock.release();
    await lock.release();
  }

  const names = await readdir(dir.path);
  expect(names).toContain('owner.30.json');
  expect(names.length).toBeLessThan(10);
});

test('of many that try at once in one process exactly one gets the lock', async () => {
  await using dir = await openTempDir();

  for (let round = 0; round < 20; round += 1) {
    const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => acquireOwnerLock(dir.path)));
    const taken = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(taken).toHaveLength(1);
    await Promise.all(taken.map((lock) => lock.release()));
  }
});

test('a starter that slept while numbers came and went does not take one of them for new', async () => {
  await using dir = await openTempDir();
  for (let round = 0; round < 12; round += 1) await (await acquireOwnerLock(dir.path)).release();
  const before = await readdir(dir.path);
  expect(before).not.toContain('owner.2.json');
  const slow = { ...(await loadOwnIdentity()), command: '', since: '', released: false };

  // It had found number 1 to be stale.
  expect(await claimGeneration(dir.path, 2, slow)).toBe(false);

  expect(await readdir(dir.path)).toEqual(before);
});

test.concurrent('an owner in another container is believed alive as long as it gives signs of life, and no longer', async () => {
  await using dir = await openTempDir();
  const elsewhere = { ...(await loadOwnIdentity()), host: 'other-container', pidSpace: 'boot pid:[1]' };
  const record = {
    ...elsewhere,
    command: 'node server.js',
    since: '2026-01-01T00:00:00.000Z',
    released: false,
  };
  await writeFile(dir.at('owner.1.json'), JSON.stringify(record));
  const beat = setInterval(() => utimes(dir.at('owner.1.json'), new Date(), new Date()), 500);

  const alive = await failureOf(acquireOwnerLock(dir.path));
  clearInterval(beat);

  expect(alive).toMatchObject({ code: 'DATA_DIR_IN_USE', details: { host: 'other-container' } });
  await sleep(600);
  const lines: string[] = [];
  const lock = await acquireOwnerLock(dir.path, { log: (line) => lines.push(line) });
  expect(lines).toEqual([expect.stringContaining('other-container')]);
  await lock.release();
});

test.concurrent('an owner gives signs of life', async () => {
  await using dir = await openTempDir();
  const lock = await acquireOwnerLock(dir.path);
  const long = new Date(0);
  await utimes(dir.at('owner.1.json'), long, long);

  await sleep(5_000);

  const { mtimeMs } = await stat(dir.at('owner.1.json'));
  expect(Date.now() - mtimeMs).toBeLessThan(10_000);
  await lock.release();
});

test('a process is told from another by its start, and one that has ended has none', async () => {
  const child = spawn('sleep', ['60']);
  const first = await loadStartTime(child.pid ?? 0);
  expect(first).toBeDefined();
  expect(await loadStartTime(child.pid ?? 0)).toBe(first);
  child.kill('SIGKILL');
  await once(child, 'exit');

  expect(await loadStartTime(child.pid ?? 0)).toBeUndefined();
});
