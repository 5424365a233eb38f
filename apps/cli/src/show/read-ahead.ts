import type { Page } from '@stepledger/client';

/**
 * The items of all pages of a list, one page ahead: while one is used, the next is on its way. With several lists at
 * once, the server works on all of them.
 */
export async function* readAhead<Item>(
  fetchPage: (cursor: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let next: Promise<Page<Item>> | null = fetchPage(undefined);
  while (next !== null) {
    const page: Page<Item> = await next;
    next = page.nextCursor === null ? null : fetchPage(page.nextCursor);
    // Whoever stops early never asks how it went.
    next?.catch(() => undefined);
    yield* page.items;
  }
}
