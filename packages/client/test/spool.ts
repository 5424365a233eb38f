import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { SpoolFile, SpoolFiles } from '../src/spool/file-access.ts';
import { openFileSpool } from '../src/spool/file-spool.ts';
import type { Delivery, Spool, SpooledCall } from '../src/spool/spool.ts';
import { spoolFiles } from '../src/spool/spool-files.ts';

const IDENTITY = '["http://127.0.0.1:4400",null]';

/** A directory that a spool may make, gone after the test. */
export function temporaryDirectory(): string {
  const parent = mkdtempSync(path.join(tmpdir(), 'stepledger-spool-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return path.join(parent, 'inner', 'spool');
}

/** The disk of this machine. */
export function realFiles(): SpoolFiles {
  const files = spoolFiles();
  if (files === null) throw new Error('There is no file system here');
  return files;
}

/** Processes of one machine that share its disk, and of which the test says who is alive. */
export function createMachine(directory: string, place = 'aaaaaaaaaaaa') {
  const alive = new Set<number>();
  return {
    /** A spool in a process of its own. */
    open(options: { pid: number; files?: SpoolFiles; identity?: string; maxBytes?: number }): Spool {
      const { pid, identity = IDENTITY, maxBytes } = options;
      alive.add(pid);
      const files: SpoolFiles = {
        ...(options.files ?? realFiles()),
        self: async () => ({ host: 'here', pid, place, began: '0' }),
        isAlive: async (process) => alive.has(process.pid),
      };
      const spool = openFileSpool({ directory, identity, maxBytes, files });
      onTestFinished(() => spool.close());
      return spool;
    },
    kill: (pid: number) => alive.delete(pid),
  };
}

export function call(number: number, more: Record<string, unknown> = {}): SpooledCall {
  return { path: 'exchanges.append', input: { number, exchangeId: `exchange ${number}`, ...more } };
}

/** Delivers to a server that takes everything; answers what it was sent. */
export async function deliverAll(spool: Spool): Promise<{ sent: SpooledCall[]; delivery: Delivery }> {
  const sent: SpooledCall[] = [];
  const delivery = await spool.deliver(async (one) => {
    sent.push(one);
    return 'delivered';
  });
  return { sent, delivery };
}

/** The files of a directory but for git's. */
export function namesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => name !== '.gitignore');
}

/** What may go wrong with a file, by the test's wish; all else goes to the disk. */
export interface Faults {
  /** How many bytes of the next writes arrive before the disk is full. */
  freeBytes: number;
  sync: boolean;
  truncate: boolean;
}

export function createFaultyFiles(): { files: SpoolFiles; faults: Faults } {
  const real = realFiles();
  const faults: Faults = { freeBytes: Number.POSITIVE_INFINITY, sync: false, truncate: false };
  const failing = (code: string) => Object.assign(new Error(`${code}: by the test's wish`), { code });
  const toFaulty = (file: SpoolFile): SpoolFile => ({
    ...file,
    async write(bytes, position) {
      const fitting = bytes.subarray(0, faults.freeBytes);
      faults.freeBytes -= fitting.length;
      await file.write(fitting, position);
      if (fitting.length < bytes.length) throw failing('ENOSPC');
    },
    async sync() {
      if (faults.sync) throw failing('EIO');
      await file.sync();
    },
    async truncate(length) {
      if (faults.truncate) throw failing('EIO');
      await file.truncate(length);
    },
  });
  return { files: { ...real, create: async (name) => toFaulty(await real.create(name)) }, faults };
}
