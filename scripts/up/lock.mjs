import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A holder touches its lock every second; one untouched for so long is left over. */
const STALE_AFTER_MS = 15_000;

/**
 * Does something while no other process of this checkout does it.
 *
 * @template T
 * @param {string} file
 * @param {(line: string) => void} say
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(file, say, action) {
  const mine = `${os.hostname()} ${process.pid} ${Math.random()}`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let told = false;
  while (!tryCreate(file, mine)) {
    if (!removeIfStale(file) && !told) {
      told = true;
      say(`Another set-up is running in this checkout; waiting for it (${file}).`);
    }
    await sleep(200);
  }
  // It fails only where somebody removed the lock, and then there is nothing left to keep fresh.
  const heartbeat = setInterval(() => fs.utimes(file, new Date(), new Date(), () => {}), 1_000);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    if (read(file)?.owner === mine) fs.rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {string} owner
 */
function tryCreate(file, owner) {
  try {
    fs.writeFileSync(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Moves a left-over lock out of the way. Says whether it did.
 *
 * @param {string} file
 */
function removeIfStale(file) {
  const lock = read(file);
  if (lock === undefined) return true;
  const [host, pid] = lock.owner.split(' ');
  const dead = host === os.hostname() && !isAlive(Number(pid));
  if (!dead && Date.now() - lock.touchedAt < STALE_AFTER_MS) return false;

  // Two may find it stale at once: only one rename takes it, and a fresh lock taken by mistake goes back.
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
    if (read(aside)?.owner !== lock.owner) fs.linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  }
  fs.rmSync(aside, { force: true });
  return true;
}

/** @param {string} file */
function read(file) {
  try {
    return { owner: fs.readFileSync(file, 'utf8'), touchedAt: fs.statSync(file).mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
