interface Entry<Value> {
  value: Value;
  staleAtMs: number;
}

/** A small cache of answers that may be a few seconds old: bounded, oldest out first. */
export class TtlCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #maxEntries: number;
  readonly #ttlMs: number;
  #generation = 0;

  constructor(options: { maxEntries: number; ttlMs: number }) {
    this.#maxEntries = options.maxEntries;
    this.#ttlMs = options.ttlMs;
  }

  /**
   * Answers from the cache or loads; null is never kept.
   *
   * What was being loaded while `clear` was called is answered but not kept, since it may be what the clearing
   * wanted to forget.
   */
  async get(key: string, load: () => Promise<Value | null>): Promise<Value | null> {
    const found = this.#entries.get(key);
    if (found && found.staleAtMs > performance.now()) return found.value;
    const generation = this.#generation;
    const value = await load();
    if (value !== null && generation === this.#generation) this.#keep(key, value);
    return value;
  }

  clear(): void {
    this.#generation += 1;
    this.#entries.clear();
  }

  #keep(key: string, value: Value): void {
    this.#entries.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#maxEntries) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, staleAtMs: performance.now() + this.#ttlMs });
  }
}
