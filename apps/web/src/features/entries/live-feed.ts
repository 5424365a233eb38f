import { type Entry, isLedgerError, type Run, type Stepledger } from '@stepledger/client';

/** Runs whose newest entries the page begins with, and entries of each. */
const FIRST_RUNS = 20;
const FIRST_ENTRIES = 25;
/** Entries that one question brings: those behind are mostly asked for next. */
const READ_AHEAD = 20;
/** Keys of runs that are remembered. */
const MAX_KEYS = 10_000;

export interface ShownEntry {
  entry: Entry;
  /** The key of the run; its id once the run is gone. */
  runKey: string;
}

export function entryKey({ entry }: ShownEntry): string {
  return `${entry.runId} ${entry.revision}`;
}

/** The newest entries of the runs that changed last, the newest first. */
export async function loadNewestEntries(ledger: Stepledger, signal: AbortSignal): Promise<ShownEntry[]> {
  const { items: runs } = await ledger.runs.overview({ order: 'changed', limit: FIRST_RUNS }, { signal });
  const ofRuns = await Promise.all(runs.map((run) => loadEnd(ledger, run, signal)));
  return ofRuns.flat().sort((a, b) => newestFirst(a.entry, b.entry));
}

async function loadEnd(ledger: Stepledger, run: Run, signal: AbortSignal): Promise<ShownEntry[]> {
  const fromRevision = Math.max(run.revision - FIRST_ENTRIES + 1, 1);
  const input = { runId: run.id, fromRevision, limit: FIRST_ENTRIES, withDetails: true };
  const page = await unlessGone(ledger.entries.list(input, { signal }).then(({ items }) => items));
  return (page ?? []).map((entry) => ({ entry, runKey: run.key }));
}

function newestFirst(a: Entry, b: Entry): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return a.runId === b.runId ? b.revision - a.revision : a.runId < b.runId ? 1 : -1;
}

/** Entries as they come, with what their ids stand for: those of a feed tell only the ids. */
export function createEntryReader(ledger: Stepledger) {
  const keys = new Map<string, Promise<string>>();
  const keyOf = (runId: string): Promise<string> => {
    const known = keys.get(runId);
    if (known !== undefined) return known;
    // A project may have any number of runs.
    if (keys.size >= MAX_KEYS) keys.clear();
    const key = unlessGone(ledger.runs.get({ runId })).then((run) => run?.key ?? runId);
    keys.set(runId, key);
    // What failed is asked again with the next entry.
    key.catch(() => keys.delete(runId));
    return key;
  };
  return {
    /** Of each run one question for every READ_AHEAD entries. */
    async read(entries: readonly Entry[]): Promise<ShownEntry[]> {
      const detailed = new Map<string, Entry>();
      const shown: ShownEntry[] = [];
      for (const entry of entries) {
        const { runId, revision } = entry;
        const runKey = await keyOf(runId);
        if (!detailed.has(`${runId} ${revision}`)) {
          const input = { runId, fromRevision: revision, limit: READ_AHEAD, withDetails: true };
          const items = await unlessGone(ledger.entries.list(input).then((page) => page.items));
          for (const item of items ?? []) detailed.set(`${runId} ${item.revision}`, item);
        }
        shown.push({ entry: detailed.get(`${runId} ${revision}`) ?? entry, runKey });
      }
      return shown;
    },
  };
}

async function unlessGone<Result>(reading: Promise<Result>): Promise<Result | null> {
  try {
    return await reading;
  } catch (error) {
    if (isLedgerError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
