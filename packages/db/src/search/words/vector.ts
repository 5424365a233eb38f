import type { Place, WordSink } from './read-words.ts';

/** PostgreSQL keeps no more of a lexeme, and none above. */
const MAX_PLACES = 255;
const MAX_POSITION = 16_383;

/** How much a place counts when matches are ranked: A for names, B for attributes, D for the text. */
export type Weight = 'A' | 'B' | 'D';

/** A tsvector in the making, as the text that PostgreSQL reads. */
export class Vector implements WordSink {
  readonly #places = new Map<string, string[]>();
  readonly words: Set<string>;
  #weight: Weight = 'D';
  #isFull = false;

  /** @param words gathers the words that a typo may be corrected to. */
  constructor(words: Set<string>) {
    this.words = words;
  }

  /** How much what is read from here on counts. */
  weigh(weight: Weight): void {
    this.#weight = weight;
  }

  lexeme(lexeme: string, _role: unknown, { position }: Pick<Place, 'position'>): void {
    let places = this.#places.get(lexeme);
    if (!places) {
      places = [];
      this.#places.set(lexeme, places);
    }
    if (position > MAX_POSITION || places.length >= MAX_PLACES) {
      this.#isFull = true;
      return;
    }
    places.push(this.#weight === 'D' ? `${position}` : `${position}${this.#weight}`);
  }

  word(folded: string): void {
    this.words.add(folded);
  }

  /** Whether some places were left out, which PostgreSQL would not keep. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** A mark that is no word and has no place. */
  mark(lexeme: string): void {
    if (!this.#places.has(lexeme)) this.#places.set(lexeme, []);
  }

  lexemes(): Iterable<string> {
    return this.#places.keys();
  }

  toString(): string {
    const lexemes: string[] = [];
    for (const [lexeme, places] of this.#places) {
      lexemes.push(places.length > 0 ? `${quote(lexeme)}:${places.join(',')}` : quote(lexeme));
    }
    return lexemes.join(' ');
  }
}

/** A lexeme as tsvector and tsquery read it. */
export function quote(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
