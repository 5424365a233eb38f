/** Names of texts and messages, of which a file has those that are remembered no second time in one run. */
const MAX_NAMES = 50_000;

/**
 * The newest names that a file has had in its run, so that memory has a bound.
 *
 * First in, first out, whatever is asked for: what is remembered follows from the lines of the file alone, so that a file
 * that was cut off goes on as if it had not been.
 */
export class WrittenNames {
  readonly #names = new Set<string>();
  readonly #max: number;

  constructor(max = MAX_NAMES) {
    this.#max = max;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.add(name);
    if (this.#names.size <= this.#max) return;
    for (const oldest of this.#names) {
      this.#names.delete(oldest);
      return;
    }
  }

  clear(): void {
    this.#names.clear();
  }
}
