import path from 'node:path';
import { isLedgerError } from '@stepledger/client';
import { watch } from 'chokidar';
import { explain } from '../shell/explain.ts';
import type { Shell } from '../shell/shell.ts';

/** Stillness that is waited for, since a save or a step is more than one event. */
const STILL_MS = 300;
/** And so long at most while events keep coming. */
const AT_MOST_MS = 2_000;

export interface WatchInput {
  shell: Shell;
  root: string;
  /** The run, with its newest revision from before the first sync: what comes after it is not missed. */
  run: { id: string; revision: number };
  /** Brings both sides together, once. */
  sync: () => Promise<void>;
}

/**
 * Syncs, and again after every change on either side, one sync at a time, until Ctrl-C.
 *
 * A sync that fails is told of and tried again with the next change, or soon.
 */
export async function watchBoth({ shell, root, run, sync }: WatchInput): Promise<void> {
  const changes = new Changes(shell.signal);
  const files = watch(root, {
    ignoreInitial: true,
    ignored: (file) => isIgnored(path.relative(root, file)),
    followSymlinks: false,
  });
  files.on('all', () => changes.note());
  files.on('error', (error) => shell.out.warn(`warning: ${explain(error).message}`));
  // What changes before it is ready makes no event; the first sync comes after.
  files.on('ready', () => changes.note());
  const over = new AbortController();
  const signal = AbortSignal.any([shell.signal, over.signal]);
  const entries = followEntries({ shell, run, changes, signal });
  try {
    for (;;) {
      await changes.wait();
      if (shell.signal.aborted) break;
      await syncOrWarn(shell, sync, changes);
    }
  } finally {
    over.abort();
    await files.close();
    await entries;
  }
}

function isIgnored(relative: string): boolean {
  return relative
    .split(path.sep)
    .some((part) => (part.startsWith('.') && part !== '.' && part !== '..') || part === 'node_modules');
}

async function syncOrWarn({ out, signal }: Shell, sync: WatchInput['sync'], changes: Changes): Promise<void> {
  try {
    await sync();
  } catch (error) {
    if (signal.aborted) return;
    // What is wrong with the command itself is not mended by waiting.
    if (!isLedgerError(error)) throw error;
    const { message, hint } = explain(error);
    out.warn(`warning: ${message}${hint === undefined ? '' : `\n${hint}`}`);
    changes.noteLater(AT_MOST_MS);
  }
}

async function followEntries({
  shell: { ledger, out },
  run,
  changes,
  signal,
}: Pick<WatchInput, 'shell' | 'run'> & { changes: Changes; signal: AbortSignal }): Promise<void> {
  try {
    const beginning = { runId: run.id, fromRevision: run.revision + 1 };
    const entries = ledger.entries.subscribe(beginning, { signal });
    for await (const entry of entries) {
      if (entry.changes.some(({ what }) => what === 'document')) changes.note();
    }
  } catch (error) {
    if (signal.aborted) return;
    out.warn(`warning: changes in the run are not followed any more: ${explain(error).message}`);
  }
}

/** Remembers that something changed, for the one who waits for it to be over. */
class Changes {
  readonly #signal: AbortSignal;
  #noted = false;
  #wake: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  note(): void {
    this.#noted = true;
    this.#wake();
  }

  noteLater(delayMs: number): void {
    setTimeout(() => this.note(), delayMs).unref();
  }

  /** Until something has changed and it has been still for a moment, or the signal fires. */
  async wait(): Promise<void> {
    await this.#next(null);
    for (let waitedMs = 0; waitedMs < AT_MOST_MS && this.#noted; waitedMs += STILL_MS) {
      this.#noted = false;
      await this.#next(STILL_MS);
    }
    this.#noted = false;
  }

  /** Until the next change; at most so long. */
  #next(limitMs: number | null): Promise<void> {
    if (this.#noted || this.#signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = limitMs === null ? undefined : setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
