import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withLock } from './lock.mjs';

function temporaryLock() {
  return path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'stepledger-lock-')), 'deeper', 'lock');
}

test('two never hold the lock at once, and the one that waits says so once', async () => {
  const file = temporaryLock();
  const said: string[] = [];
  const events: string[] = [];
  const hold = (name: string) =>
    withLock(
      file,
      (line) => said.push(line),
      async () => {
        events.push(`${name} begins`);
        await sleep(600);
        events.push(`${name} ends`);
      },
    );

  await Promise.all([hold('first'), hold('second')]);

  const [first] = (events[0] ?? '').split(' ');
  const second = first === 'first' ? 'second' : 'first';
  expect(events).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
  expect(said).toEqual([expect.stringContaining('waiting for it')]);
  expect(fs.existsSync(file)).toBe(false);
});

test('the lock of a process that died is taken over at once', async () => {
  const file = temporaryLock();
  const { pid } = spawnSync(process.execPath, ['--version']);
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, `${os.hostname()} ${pid} 0.5`);

  expect(
    await withLock(
      file,
      () => {},
      async () => 'done',
    ),
  ).toBe('done');
  expect(fs.readdirSync(path.dirname(file))).toEqual([]);
});

test('the lock of another machine is taken over once nobody has touched it for long', async () => {
  const file = temporaryLock();
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, 'elsewhere 1 0.5');
  const longAgo = new Date(Date.now() - 60_000);
  fs.utimesSync(file, longAgo, longAgo);

  expect(
    await withLock(
      file,
      () => {},
      async () => 'done',
    ),
  ).toBe('done');
});

test('a failure gives the lock back', async () => {
  const file = temporaryLock();
  const failing = withLock(
    file,
    () => {},
    async () => {
      throw new Error('no network');
    },
  );
  await expect(failing).rejects.toThrow('no network');
  expect(fs.existsSync(file)).toBe(false);
});
