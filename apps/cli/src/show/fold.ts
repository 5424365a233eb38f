/** A list of which only both ends are kept: the first so many, the last so many, and how many there were. */
export class Fold<Item> {
  readonly first: Item[] = [];
  /** The last ones in a ring, which begins anywhere. */
  readonly #ring: Item[] = [];
  readonly #ends: number;
  /** Called with each item that is left out. */
  readonly #onHidden: (item: Item) => void;
  count = 0;

  constructor(ends: number, onHidden: (item: Item) => void = () => undefined) {
    this.#ends = ends;
    this.#onHidden = onHidden;
  }

  push(item: Item): void {
    this.count += 1;
    if (this.first.length < this.#ends) {
      this.first.push(item);
      return;
    }
    const place = (this.count - this.#ends - 1) % this.#ends;
    const before = this.#ring[place];
    this.#ring[place] = item;
    if (before !== undefined) this.#onHidden(before);
  }

  get last(): Item[] {
    if (this.hidden === 0) return this.#ring;
    const begin = (this.count - this.#ends) % this.#ends;
    return [...this.#ring.slice(begin), ...this.#ring.slice(0, begin)];
  }

  /** How many are left out between `first` and `last`. */
  get hidden(): number {
    return this.count - this.first.length - this.#ring.length;
  }
}
