import { LIMITS } from '@stepledger/contract';
import { diffArrays } from 'diff';

/** A text with the version that is said to have written what is new in it. */
export interface WrittenText {
  readonly version: number;
  readonly text: string;
}

/** Neighbouring lines, counted from 1, with the version that wrote them; null where it is not known. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
  readonly version: number | null;
}

interface OpenLine {
  /** Among those that were asked for. */
  readonly index: number;
  /** In the text that was looked at last, from 0. */
  readonly at: number;
}

/**
 * Follows the lines of a text back through its older texts, each only as far as it goes.
 *
 * All comparisons together take LIMITS.maxDiffMs, then it gives up: the work grows with the number of differences times
 * the number of lines, which for long texts that repeat their lines is too much.
 */
export class LineBlame {
  /** Whether two texts could not be compared; the lines that were still followed then have no version. */
  tooDifferent = false;
  /** How many lines the text has. */
  readonly count: number;
  readonly #first: number;
  readonly #wanted: number;
  readonly #writers: (number | null)[];
  /** Lines that are still followed. */
  #open: OpenLine[];
  #current: { version: number; lines: string[] };
  #msLeft: number = LIMITS.maxDiffMs;

  /** @param line the only one to follow, counted from 1; it must be one of the text. All when left out. */
  constructor({ version, text }: WrittenText, line?: number) {
    this.count = countLines(text);
    this.#first = line ?? 1;
    const wanted = line === undefined ? this.count : 1;
    this.tooDifferent = this.count > LIMITS.maxBlameLines;
    const followed = this.tooDifferent ? 0 : wanted;
    this.#writers = Array.from({ length: followed }, () => null);
    this.#open = Array.from({ length: followed }, (_, index) => ({ index, at: this.#first - 1 + index }));
    this.#current = { version, lines: this.tooDifferent ? [] : toLines(text) };
    this.#wanted = wanted;
  }

  /** Whether nothing older needs to be looked at. */
  get done(): boolean {
    return this.tooDifferent || this.#open.length === 0;
  }

  /** Goes on to the text that stood before the one that was looked at last. */
  goBack(older: WrittenText): void {
    const lines = countLines(older.text) > LIMITS.maxBlameLines ? null : toLines(older.text);
    const places = lines && this.#findPlaces(lines);
    if (!lines || !places) {
      this.tooDifferent = true;
      return;
    }
    const open: OpenLine[] = [];
    for (const { index, at } of this.#open) {
      const place = places[at] ?? -1;
      if (place === -1) this.#writers[index] = this.#current.version;
      else open.push({ index, at: place });
    }
    this.#open = open;
    this.#current = { version: older.version, lines };
  }

  /** Says that there is no older text: the oldest wrote what is left. */
  end(): void {
    for (const { index } of this.#open) this.#writers[index] = this.#current.version;
    this.#open = [];
  }

  ranges(): LineRange[] {
    const last = this.#first + this.#wanted - 1;
    if (this.#wanted > 0 && this.#writers.length === 0)
      return [{ from: this.#first, to: last, version: null }];
    const ranges: { from: number; to: number; version: number | null }[] = [];
    for (const [index, version] of this.#writers.entries()) {
      const [line, before] = [this.#first + index, ranges.at(-1)];
      if (before?.version === version) before.to = line;
      else ranges.push({ from: line, to: line, version });
    }
    return ranges;
  }

  /** Where each line of the current text stands in an older one, -1 for a new one; null when it takes too long. */
  #findPlaces(older: string[]): Int32Array | null {
    const begun = performance.now();
    const parts = diffArrays(older, this.#current.lines, { timeout: Math.max(0, this.#msLeft) });
    this.#msLeft -= performance.now() - begun;
    if (!parts) return null;
    const places = new Int32Array(this.#current.lines.length).fill(-1);
    let [at, olderAt] = [0, 0];
    for (const { added, removed, count } of parts) {
      if (!added && !removed) for (let n = 0; n < count; n++) places[at + n] = olderAt + n;
      if (!removed) at += count;
      if (!added) olderAt += count;
    }
    return places;
  }
}

/** With their line breaks; behind the last one there is no line. */
function toLines(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function countLines(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
