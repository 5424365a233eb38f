import type { Page } from '@stepledger/contract';

/**
 * A page of a list when awaited; with `for await` every item of all pages, fetched as they are needed.
 *
 * `limit` is then the size of the pages, not of the whole.
 */
export interface PagePromise<Item, Listed extends Page<Item> = Page<Item>>
  extends Promise<Listed>,
    AsyncIterable<Item> {
  /** Every item of all pages in one list: as large as the list is. */
  all(): Promise<Item[]>;
}

/** Adds the pages that follow to the promise of the first one. */
export function withFollowing<Item>(
  first: Promise<Page<Item>>,
  fetchPage: (cursor: string) => Promise<Page<Item>>,
): PagePromise<Item> {
  async function* iterate(): AsyncGenerator<Item, void, undefined> {
    let page = await first;
    while (true) {
      yield* page.items;
      if (page.nextCursor === null) return;
      page = await fetchPage(page.nextCursor);
    }
  }
  return Object.assign(first, { [Symbol.asyncIterator]: iterate, all: () => collect(iterate()) });
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
