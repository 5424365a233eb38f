import type { ConnectionEvent, LiveEntry, RouterInputs, Stepledger } from '@stepledger/client';

type Begin = RouterInputs['entries']['subscribe'];

export interface LiveFeedOptions {
  begin: Begin;
  /** Ends the feed, by ABORTED. */
  signal: AbortSignal;
  onConnection: (event: ConnectionEvent) => void;
  /** Told how many entries came since the feed was held up. */
  onHeld: (count: number) => void;
}

/**
 * Entries as they come, each once and in order, that a person can hold up for as long as wished.
 *
 * What comes meanwhile is counted and forgotten, so that it takes no memory, and is read again afterwards.
 */
export class LiveFeed {
  readonly #ledger: Stepledger;
  readonly #options: LiveFeedOptions;
  /** Behind the last entry that was handed out. */
  #cursor: string | undefined;
  #held: { count: number } | undefined;
  #current = new AbortController();

  constructor(ledger: Stepledger, options: LiveFeedOptions) {
    this.#ledger = ledger;
    this.#options = options;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  hold(): void {
    this.#held ??= { count: 0 };
  }

  release(): void {
    const missed = this.#held?.count ?? 0;
    this.#held = undefined;
    if (missed > 0) this.#current.abort();
  }

  async *entries(): AsyncGenerator<LiveEntry, void, undefined> {
    while (true) {
      const current = new AbortController();
      this.#current = current;
      try {
        for await (const entry of this.#subscribe(current.signal)) {
          if (current.signal.aborted) break;
          if (this.#held === undefined) {
            this.#cursor = entry.cursor;
            yield entry;
          } else this.#options.onHeld(++this.#held.count);
        }
        if (!current.signal.aborted) return;
      } catch (error) {
        // Released, it begins again behind what was handed out.
        if (this.#options.signal.aborted || !current.signal.aborted) throw error;
      }
    }
  }

  #subscribe(current: AbortSignal): AsyncIterable<LiveEntry> {
    const { begin, signal, onConnection } = this.#options;
    const place = this.#cursor === undefined ? {} : { lastEventId: this.#cursor };
    return this.#ledger.entries.subscribe(
      { ...begin, ...place },
      { signal: AbortSignal.any([signal, current]), onConnection },
    );
  }
}

/** The cursor behind all that the project has now. */
export async function findNow(ledger: Stepledger, signal: AbortSignal): Promise<string> {
  const found = new AbortController();
  let cursor: string | undefined;
  const onConnection = (event: ConnectionEvent) => {
    if (event.state !== 'connected') return;
    // Told before the first entry of its event, if it has any.
    cursor = event.cursor;
    found.abort();
  };
  try {
    const stop = AbortSignal.any([signal, found.signal]);
    for await (const _ of ledger.entries.subscribe({ fromNow: true }, { signal: stop, onConnection })) break;
  } catch (error) {
    if (cursor === undefined) throw error;
  }
  if (cursor === undefined) throw new Error('A feed ended before it had begun');
  return cursor;
}
