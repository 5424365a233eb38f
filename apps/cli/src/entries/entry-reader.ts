import { type Entry, isLedgerError, type Stepledger } from '@stepledger/client';

/** Entries that one question brings, since those behind are mostly asked for next. */
const READ_AHEAD = 20;

/** Reads the details of entries that come without, as those of a feed do. */
export class EntryReader {
  readonly #ledger: Stepledger;
  #page: { runId: string; byRevision: Map<number, Entry> } | undefined;
  readonly #keys = new Map<string, string>();

  constructor(ledger: Stepledger) {
    this.#ledger = ledger;
  }

  /** The same entry with details; as it is when its run is gone by now. Entries never change, so what was read is kept. */
  async withDetails({ runId, revision, ...entry }: Entry, signal?: AbortSignal): Promise<Entry> {
    const known = this.#page?.runId === runId ? this.#page.byRevision.get(revision) : undefined;
    if (known) return known;
    const input = { runId, fromRevision: revision, limit: READ_AHEAD, withDetails: true };
    const items = await unlessGone(this.#ledger.entries.list(input, { signal }).then((page) => page.items));
    this.#page = { runId, byRevision: new Map(items?.map((item) => [item.revision, item])) };
    return this.#page.byRevision.get(revision) ?? { runId, revision, ...entry };
  }

  /** The key of a run; its id when it is gone. */
  async runKey(runId: string, signal?: AbortSignal): Promise<string> {
    const known = this.#keys.get(runId);
    if (known !== undefined) return known;
    const run = await unlessGone(this.#ledger.runs.get({ runId }, { signal }));
    // A feed of a project may see any number of runs.
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    const key = run?.key ?? runId;
    this.#keys.set(runId, key);
    return key;
  }
}

const MAX_KEYS = 10_000;

async function unlessGone<Result>(reading: Promise<Result>): Promise<Result | null> {
  try {
    return await reading;
  } catch (error) {
    if (isLedgerError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
