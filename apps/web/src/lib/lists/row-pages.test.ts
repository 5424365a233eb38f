import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE_SIZE, pagesWithin, type RowPage, toRows, unreadPage, withPageRead } from './row-pages.ts';

/** A list as a server keeps it: rows by number, read behind the number that a cursor names, upwards or downwards. */
class List {
  readonly rows: Set<number>;
  readonly #isDown: boolean;

  constructor(rows: Iterable<number>, isDown: boolean) {
    this.rows = new Set(rows);
    this.#isDown = isDown;
  }

  get keys(): string[] {
    return [...this.rows].toSorted((a, b) => (this.#isDown ? b - a : a - b)).map(String);
  }

  read({ cursor, limit }: RowPage) {
    const behind = this.keys.filter(
      (key) =>
        cursor === undefined || (this.#isDown ? Number(key) < Number(cursor) : Number(key) > Number(cursor)),
    );
    const keys = behind.slice(0, limit);
    return { keys, next: behind.length > limit ? (keys.at(-1) ?? null) : null };
  }
}

/** Reads pages from the top on, as somebody does who scrolls through all of it; answers how many were read. */
function readThrough(pages: readonly RowPage[], list: List): { pages: readonly RowPage[]; reads: number } {
  let read = pages;
  let reads = 0;
  for (let at = 0; at < read.length; at += 1) {
    const page = read[at] as RowPage;
    read = withPageRead(read, page, list.read(page));
    reads += 1;
    // A page that the others do not fit to would be read for ever.
    expect(reads).toBeLessThan(1000);
  }
  return { pages: read, reads };
}

const change = fc.record({
  come: fc.array(fc.nat(3000), { maxLength: 30 }),
  new: fc.nat(250),
  go: fc.array(fc.nat(3000), { maxLength: 30 }),
  /** Which page is in sight. */
  sight: fc.nat(10),
});

test('whatever comes and goes, pages that were read are the list, and none names a row twice', () => {
  fc.assert(
    fc.property(fc.nat(1200), fc.boolean(), fc.array(change, { maxLength: 8 }), (size, isDown, changes) => {
      const list = new List(
        Array.from({ length: size }, (_, row) => row * 3),
        isDown,
      );
      let { pages } = readThrough([unreadPage(undefined)], list);
      expect(toRows(pages)).toEqual(list.keys);
      let newest = 4000;
      for (const { come, new: count, go, sight } of changes) {
        for (const row of come) list.rows.add(row);
        for (const row of go) list.rows.delete(row);
        for (let more = 0; more < count; more += 1) list.rows.add(newest + more);
        newest += count;
        const page = pages[Math.min(sight, pages.length - 1)] as RowPage;
        const read = list.read(page);
        pages = withPageRead(pages, page, read);
        const rows = toRows(pages);
        expect(new Set(rows).size).toBe(rows.length);
        // What was read stands together, as it was read.
        const at = rows.indexOf(read.keys[0] ?? '');
        expect(rows.slice(at, at + read.keys.length)).toEqual(read.keys);
      }
      expect(toRows(readThrough(pages, list).pages)).toEqual(list.keys);
    }),
  );
});

test('what comes at the top of a list moves no other page, and makes few of its own', () => {
  const list = new List(
    Array.from({ length: 1000 }, (_, row) => row),
    true,
  );
  let { pages } = readThrough([unreadPage(undefined)], list);
  const others = pages.slice(1);
  for (let row = 1000; row < 1250; row += 1) {
    list.rows.add(row);
    const [top] = pages as [RowPage];
    pages = withPageRead(pages, top, list.read(top));
  }
  expect(toRows(pages)).toEqual(list.keys);
  expect(pages.slice(-others.length)).toEqual(others);
  expect(pages.length - others.length).toBeLessThanOrEqual(1 + Math.ceil(250 / PAGE_SIZE));
});

test('pages are found by the rows that are in sight', () => {
  const list = new List(
    Array.from({ length: 250 }, (_, row) => row),
    false,
  );
  const { pages } = readThrough([unreadPage(undefined)], list);
  expect(pagesWithin(pages, 0, 99)).toEqual(pages.slice(0, 1));
  expect(pagesWithin(pages, 99, 100)).toEqual(pages.slice(0, 2));
  expect(pagesWithin(pages, 230, 249)).toEqual(pages.slice(2));
  const empty = { cursor: '249', limit: PAGE_SIZE, keys: [], next: null };
  expect(pagesWithin([empty], 0, 0)).toEqual([empty]);
  expect(pagesWithin([...pages, empty], 230, 249)).toEqual([pages[2], empty]);
  expect(pagesWithin([...pages, empty], 0, 99)).toEqual(pages.slice(0, 1));
});
