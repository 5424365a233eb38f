import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { ifThere } from './fs-errors.ts';

/** What a running server tells in `postmaster.pid`; the lines are those of PostgreSQL's pidfile.h. */
export interface PostmasterPid {
  readonly pid: number;
  /** True once it accepts connections. */
  readonly ready: boolean;
}

const STATUS_LINE = 7;

export async function loadPostmasterPid(clusterDir: string): Promise<PostmasterPid | undefined> {
  const content = await ifThere(readFile(fileOf(clusterDir), 'utf8'));
  if (content === undefined) return undefined;
  const lines = content.split('\n');
  const pid = Number(lines[0]);
  // A negative number is a single-user backend's.
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  return { pid: Math.abs(pid), ready: lines[STATUS_LINE]?.trim() === 'ready' };
}

/** Only when its pid is known to be another program's by now; PostgreSQL would take that one for itself. */
export async function removePostmasterPid(clusterDir: string): Promise<void> {
  await rm(fileOf(clusterDir), { force: true });
}

const fileOf = (clusterDir: string) => path.join(clusterDir, 'postmaster.pid');
